"""What colleagues do: name and mention one another, see that they were mentioned."""

from collaboration.actions.mentions import carry_mentions, mention, see_mentions
from collaboration.actions.naming import mentioned_in

__all__ = ["carry_mentions", "mention", "mentioned_in", "see_mentions"]
