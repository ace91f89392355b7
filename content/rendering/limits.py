"""What one rendering may cost: steps, loops, the size of what a filter makes, and time of the processor.

python-liquid's own limits hold nesting, what is assigned and what is written. The rest is held here: every node, every
name and every filter asks the context of its rendering, which stops what has taken too long.
"""

import functools
import time
from collections.abc import Callable, Iterable, Mapping
from io import StringIO
from typing import Any, Final

from liquid import RenderContext
from liquid.builtin.expressions.logical import EqExpression, NeExpression
from liquid.builtin.expressions.primitive import Blank, Empty, RangeLiteral
from liquid.exceptions import LiquidError, LoopIterationLimitError
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.template import BoundTemplate
from liquid.undefined import UNDEFINED, Undefined, is_undefined

MAX_ITERATIONS = 10_000  # of all loops of one text together, and the most items of a list or range
MAX_FILTERED = 100_000  # letters that one filter may make
MAX_NUMBER_BITS = 256
MAX_SECONDS = 0.5  # of processor time, so that a busy machine refuses nothing
_STEPS_BETWEEN_LOOKS = 64
_ABSENT: Final = object()
REQUIRED: Final = "\x00required"  # under this name the required names travel with the values; no text can ask for it


class TooLong(LiquidError):
    """A text would grow beyond any use."""


class TooSlow(LiquidError):
    """A text takes longer than any text should."""


class Optional(Undefined):
    """What is not there and need not be: nothing, as in Liquid everywhere."""

    force_liquid_default = True


class Context(RenderContext):
    """The state of one rendering, with its budget."""

    __slots__ = ("_ends", "_iterations", "_required", "_steps")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._steps = self._iterations = 0
        self._ends = time.thread_time() + MAX_SECONDS
        super().__init__(*args, **kwargs)
        self._required: frozenset[str] = self.globals.get(REQUIRED, frozenset())  # type: ignore[assignment]

    # Each node asks for this before it is rendered (``liquid.ast.Node.render``), which makes it the place to count.
    @property
    def disabled_tags(self) -> list[str]:  # type: ignore[override]
        self.count_step()
        return []

    @disabled_tags.setter
    def disabled_tags(self, value: list[str]) -> None:
        """No tag of ours renders another template, so that none is ever disabled."""

    def count_step(self, steps: int = 1) -> None:
        """Note one step of work, and look at the clock now and then. Raises TooSlow."""
        self._steps += steps
        if self._steps >= _STEPS_BETWEEN_LOOKS:
            self._steps = 0
            if time.thread_time() > self._ends:
                raise TooSlow("rendering takes too long", token=None)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        """Count the iterations of every loop, one after the other as well as one within the other."""
        self._iterations += max(length, 1)
        if self._iterations > MAX_ITERATIONS:
            raise LoopIterationLimitError("loop iteration limit reached", token=None)
        super().raise_for_loop_limit(length)

    def filter(self, name: str, token: Any) -> Callable[..., object]:
        """Return a filter; a filter may work for long, so the clock is looked at before each."""
        self.count_step(16)
        return super().filter(name, token)

    def get(self, path: list[object], *, token: Any, default: object = UNDEFINED) -> object:
        """Return a value by its path. A required name that is not there is missing; whatever else is not there is
        nothing, as in Liquid everywhere.
        """
        self.count_step()
        found = super().get(path, token=token, default=_ABSENT)
        if found is not _ABSENT:
            return found
        if default is not UNDEFINED:
            return default
        root = str(path[0])
        if root in self._required and self.scope.get(root, _ABSENT) is _ABSENT:
            return super().get(path, token=token)
        return Optional(root, token=token)

    def parentloop(self) -> object:
        """Return the loop around this one; nothing when there is none."""
        return next((loop for loop in reversed(self.loops) if hasattr(loop, "parentloop")), None)

    def get_buffer(self, buf: Any = None) -> StringIO:
        """Return a bounded buffer that leaves line ends as they are."""
        return buffer_of(self.env.output_stream_limit, buf.size if isinstance(buf, LimitedStringIO) else 0)


def buffer_of(limit: int | None, carried: int = 0) -> StringIO:
    """Return a buffer for what may still be written; line ends stay as they are."""
    return StringIO(newline="\n") if limit is None else LimitedStringIO(limit=limit - carried, newline="\n")


class BoundedRange(RangeLiteral):
    """``(1..n)`` of a length that can be walked: a longer one is refused before anything walks it."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> range:
        made = super().evaluate(context)
        if made.stop - made.start > MAX_ITERATIONS:
            raise LoopIterationLimitError("loop iteration limit reached", token=self.token)
        return made


def _same(left: object, right: object, plain: Callable[[], object]) -> object:
    """Compare as Liquid does: nothing, false and white space are blank; what is empty has no items or letters."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Blank):
            return _is_blank(other)
        if isinstance(one, Empty):
            return isinstance(other, Empty) or (not is_undefined(other) and one == other)
    return plain()


def _is_blank(value: object) -> bool:
    if value is None or value is False or is_undefined(value) or isinstance(value, Blank):
        return True
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, list | tuple | dict) and not value


class Same(EqExpression):
    """``==`` that knows ``blank`` and ``empty``."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> object:
        left, right = self.left.evaluate(context), self.right.evaluate(context)
        return _same(left, right, lambda: super(Same, self).evaluate(context))


class Different(NeExpression):
    """``!=`` that knows ``blank`` and ``empty``."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> object:
        left, right = self.left.evaluate(context), self.right.evaluate(context)
        return not _same(left, right, lambda: not super(Different, self).evaluate(context))


_BOUNDED: Final[Mapping[type[Expression], type[Expression]]] = {
    RangeLiteral: BoundedRange,
    EqExpression: Same,
    NeExpression: Different,
}


def bind_limits(template: BoundTemplate) -> None:
    """Put our bounded expressions in the place of the library's, in a template that was just read."""
    context = Context(template)
    nodes = list(template.nodes)
    while nodes:
        node = nodes.pop()
        nodes.extend(node.children(context, include_partials=False))
        expressions: list[Expression] = list(node.expressions())
        while expressions:
            expression = expressions.pop()
            expressions.extend(expression.children())
            bounded = _BOUNDED.get(type(expression))
            if bounded is not None:
                expression.__class__ = bounded


def bound(made: Callable[..., Any], *, takes_missing: bool = False) -> Callable[..., Any]:
    """Return a filter that refuses a result beyond any use, and what is missing: it is not zero, and not empty."""

    @functools.wraps(made)
    def bounded(value: Any, *args: Any, **named: Any) -> Any:
        if not takes_missing:
            for one in (value, *args):
                if is_undefined(one):
                    str(one)  # raises UndefinedError for a name that is required
        result = made(value, *args, **named)
        require_small(result)
        return result

    return bounded


def require_small(made: object) -> None:
    """Raise TooLong for what is beyond any use."""
    if isinstance(made, str):
        too_long = len(made) > MAX_FILTERED
    elif isinstance(made, int):
        too_long = made.bit_length() > MAX_NUMBER_BITS
    elif isinstance(made, list | tuple):
        too_long = len(made) > MAX_ITERATIONS or _letters(made) > MAX_FILTERED
    else:
        return
    if too_long:
        raise TooLong("the text would grow too long", token=None)


def _letters(items: Iterable[object]) -> int:
    return sum(len(item) for item in items if isinstance(item, str))
