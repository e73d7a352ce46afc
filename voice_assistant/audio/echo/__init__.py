"""Takes the assistant's own voice out of what the microphone hears. Numbers in, numbers out: no devices, no clock."""
