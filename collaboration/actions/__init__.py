"""What colleagues do: name and mention one another, see that they were mentioned."""

from collaboration.actions.mentions import carry_mentions, mention, see_mentions
from collaboration.actions.naming import UnknownMention, mentioned_in, unknown_mentions

__all__ = ["UnknownMention", "carry_mentions", "mention", "mentioned_in", "see_mentions", "unknown_mentions"]
