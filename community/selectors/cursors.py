"""Cursors of the community's lists."""

from engagement.ui.cursors import BadCursor, Cursors

_cursors = Cursors("community.cursor")
seal, unseal, place_of = _cursors.seal, _cursors.unseal, _cursors.place_of

__all__ = ["BadCursor", "place_of", "seal", "unseal"]
