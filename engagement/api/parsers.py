"""JSON of bounded size and depth, without characters that cannot be stored."""

from typing import IO, Any, cast

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from engagement.api.exceptions import TooLarge

MAX_DEPTH = 32


class BoundedJSONParser(JSONParser):
    """Reads JSON of at most ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes and 32 levels."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the value. Raises ParseError for what is no JSON, or too deep; TooLarge."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        bounded = _BoundedStream(stream, limit)
        try:
            value = super().parse(cast(IO[Any], bounded), media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_TOO_DEEP) from error
        _check(value)
        return value


_TOO_DEEP = f"The JSON is nested too deep: at most {MAX_DEPTH} levels."


class _BoundedStream:
    def __init__(self, stream: Any, limit: int) -> None:
        self.stream, self.limit, self.read_bytes = stream, limit, 0

    def read(self, size: int = -1) -> bytes:
        wanted = self.limit + 1 - self.read_bytes
        chunk: bytes = self.stream.read(wanted if size < 0 else min(size, wanted))
        self.read_bytes += len(chunk)
        if self.read_bytes > self.limit:
            raise TooLarge(f"The body is larger than {self.limit} bytes. Send less at once.")
        return chunk


def _check(value: Any) -> None:
    """Walk the value level by level, without recursion."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise ParseError(_TOO_DEEP)
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner += one.keys()
                inner += one.values()
            elif isinstance(one, list):
                inner += one
            elif isinstance(one, str) and not one.isascii():
                _check_text(one)
        level = inner


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ParseError("The JSON has half of a surrogate pair, which is no character.") from error
