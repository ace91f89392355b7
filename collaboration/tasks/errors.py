"""Why a task could not be made or changed; each message is a sentence for the person who tried."""


class TaskRefused(ValueError):
    """The task cannot stand like this; nothing was written."""
