"""Word errors on recordings of people, for the stock model, the guide's and one tuned to another text."""
