"""Templates that are nothing but words and outputs, as most mail is: each different output is worked out once.

A name that stands twenty times in a page is looked up, filtered and escaped one time for each person. Whatever has a
tag, and whatever fails, is written by Liquid's own way, so that results, limits and faults are the same.
"""

from io import StringIO
from typing import Any

from liquid.builtin.content import ContentNode
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidError
from liquid.stringify import to_liquid_string
from liquid.template import BoundTemplate

from content.rendering.limits import Context, TooSlow, buffer_of


class Template(BoundTemplate):
    """A template that knows whether it is flat. Immutable once it was read: threads share it."""

    context_class = Context

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
            except TooSlow:
                raise  # it would be as slow again
            except LiquidError:
                pass  # to be raised below, with its place
            else:
                if text is not None:
                    return text
        return super().render(*args, **kwargs)

    def _get_buffer(self) -> StringIO:
        return buffer_of(self.env.output_stream_limit)

    def _written(self, values: dict[str, Any], pieces: list[str | int]) -> str | None:
        """The text; None when it may be longer than it may be, which Liquid's own way then measures."""
        context = self.context_class(self, globals=self.make_globals(values))
        with context.extend(namespace=self.make_partial_namespace(False, {})):
            found = [to_liquid_string(each.expression.evaluate(context), context.autoescape) for each in self._outputs]
        texts = [piece if isinstance(piece, str) else found[piece] for piece in pieces]
        limit = self.env.output_stream_limit
        if limit is not None and sum(map(len, texts)) * 4 > limit:  # a letter has four bytes at most
            return None
        return "".join(texts)
