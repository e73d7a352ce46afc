"""Sound in and out: microphones, loudspeakers and the files that stand in for them."""
