"""What can be done to profiles."""

from engagement.profiles.actions.resolve import resolve

__all__ = ["resolve"]
