"""How long a person waits: for the first sound of an answer, and for silence after "stop"; beside the plain
assistant."""
