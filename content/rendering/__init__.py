"""From what is written to what a person reads. Compiled once for each revision, then filled for each person.

``compiled(revision_id)`` is the door for whoever sends; see ``compiling`` for what it holds.
"""

from content.rendering.compiling import Compiled, Rendered, compile_words, compiled
from content.rendering.errors import Broken, RenderFailed

__all__ = ["Broken", "Compiled", "RenderFailed", "Rendered", "compile_words", "compiled"]
