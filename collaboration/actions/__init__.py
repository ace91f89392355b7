"""What colleagues do: mention one another, and see that they were mentioned."""

from collaboration.actions.mentions import carry_mentions, mention, see_mentions

__all__ = ["carry_mentions", "mention", "see_mentions"]
