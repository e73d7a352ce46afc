"""How well typed utterances are understood, beside three other ways of doing it."""
