"""Where conversations by voice break: pauses, the assistant's own voice, short commands, the wake phrase."""
