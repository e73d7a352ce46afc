"""How well speech is heard: word errors, guide terms, right answers, cost; beside three other recognisers."""
