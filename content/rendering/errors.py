"""What can be wrong with a text, said to the person who writes it."""

from typing import Any


class Sentence:
    """A lazy translation together with its values."""

    def __init__(self, words: Any, **values: Any) -> None:
        self._words, self._values = words, values

    def __str__(self) -> str:
        return str(self._words) % self._values


class RenderFailed(Exception):
    """A text cannot be made for this reader: ``str()`` is the sentence; ``variable`` what was missing, if that was it;
    ``line`` where, 0 when that is not known.

    ``sentence`` is a lazy translation, so that whoever reads it later reads it in their own language.
    """

    def __init__(self, sentence: Any, *, variable: str = "", line: int = 0) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.variable = variable
        self.line = line

    def __str__(self) -> str:
        return str(self.sentence)


class Broken(RenderFailed):
    """A text cannot be read at all. ``field`` says where (subject, preheader, mjml, text), ``line`` on which line,
    ``locale`` in which language, where that is known."""

    def __init__(self, sentence: Any, *, field: str, line: int = 0) -> None:
        super().__init__(sentence, line=line)
        self.field = field
        self.locale = ""

    @property
    def has_line(self) -> bool:
        """The line is known, and its field has more than one."""
        return self.line > 0 and self.field in ("mjml", "text")
