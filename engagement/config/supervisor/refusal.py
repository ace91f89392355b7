"""Why the supervisor does not start."""


class Refusal(Exception):
    """The message is for the person at the terminal: what is wrong, and what to do about it."""
