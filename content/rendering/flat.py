"""Templates that are nothing but words and outputs, as most mail is: each different output is worked out once.

A name that stands twenty times in a page is looked up, filtered and escaped one time for each person. Whatever has a
tag, and whatever fails, is written by Liquid's own way, so that results, limits and faults are the same.
"""

from typing import Any

from liquid.builtin.content import ContentNode
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidError
from liquid.stringify import to_liquid_string
from liquid.template import BoundTemplate


class Template(BoundTemplate):
    """A template that knows whether it is flat. Immutable once it was read: threads share it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._outputs: list[OutputNode] = []
        self._pieces: list[str | int] | None = self._flattened()  # words, or the place of an output

    def _flattened(self) -> list[str | int] | None:
        pieces: list[str | int] = []
        places: dict[str, int] = {}
        for node in self.nodes:
            if type(node) is ContentNode:
                pieces.append(node.text)
            elif type(node) is OutputNode:
                place = places.setdefault(node.token.value, len(self._outputs))
                if place == len(self._outputs):
                    self._outputs.append(node)
                pieces.append(place)
            else:
                return None
        return pieces

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Write the text for one person; otherwise as Liquid does."""
        if self._pieces is not None:
            try:
                text = self._written(dict(*args, **kwargs), self._pieces)
            except LiquidError:
                pass  # to be raised below, with its place
            else:
                limit = self.env.output_stream_limit
                # Liquid's buffer makes one line end of each CR; a letter has four bytes at most.
                if "\r" not in text and (limit is None or len(text) * 4 <= limit):
                    return text
        return super().render(*args, **kwargs)

    def _written(self, values: dict[str, Any], pieces: list[str | int]) -> str:
        context = self.context_class(self, globals=self.make_globals(values))
        with context.extend(namespace=self.make_partial_namespace(False, {})):
            found = [to_liquid_string(each.expression.evaluate(context), context.autoescape) for each in self._outputs]
        return "".join([piece if isinstance(piece, str) else found[piece] for piece in pieces])
