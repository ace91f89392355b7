"""Nothing in a log opens a door: tokens in paths, credentials in URLs and header fields are hidden in every line.

It is done to the finished line, so that it holds for our own events, for those of libraries and for tracebacks.
"""

import re
from collections.abc import MutableMapping
from typing import Any, Final

HIDDEN: Final = "[hidden]"
_TOKEN_PATHS: Final = ("u", "s/confirmation", "community/sign-in", "community/quiet", "accounts/password/reset/key")
_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![\w-])"
_PATTERNS: Final = (
    (re.compile(rf"(/(?:{'|'.join(_TOKEN_PATHS)})/)[^/\s\"'?&,<>]+"), rf"\1{HIDDEN}"),
    # Any other long part of a path that is no word and no identifier of ours.
    (
        re.compile(
            rf"(?<=/)(?!{_UUID}|[\w.-]{{1,200}}\.(?:py|js|css|html)\b)(?=[a-z_.:~=%-]*[0-9A-Z])[\w.:~=%-]{{16,}}"
        ),
        HIDDEN,
    ),
    (
        re.compile(r"([?&](?:\w{0,40}token|key|code|state|secret|password|sig|signature)=)[^&\s\"']+", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?<=://)[^/\s:@\"']{0,200}:[^/\s@\"']{1,200}(?=@)"), HIDDEN),
    (re.compile(r"\b((?:Bearer|Basic|Token) )[\w.~+/=:-]{8,}", re.IGNORECASE), rf"\1{HIDDEN}"),
)


def redact(text: str) -> str:
    """Return a line of a log without what would open something."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact_line(_logger: Any, _method: str, line: str | MutableMapping[str, Any]) -> Any:
    """The last of structlog's processors: the line is rendered by now."""
    return redact(line) if isinstance(line, str) else line
