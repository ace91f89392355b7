"""The pages and the API of a person's addresses; what can be done to them stands in ``actions``."""
