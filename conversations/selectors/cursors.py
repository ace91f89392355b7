"""Cursors of the inbox's lists."""

from engagement.ui.cursors import BadCursor, Cursors

_cursors = Cursors("conversations.cursor")
seal, unseal = _cursors.seal, _cursors.unseal

__all__ = ["BadCursor", "seal", "unseal"]
