"""What an embedded server says when it cannot start."""


class EmbeddedFailure(Exception):
    """The message is one or two sentences for the person at the terminal: what failed, what to do."""
