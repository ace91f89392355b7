"""Which of two versions of the same text says more (RFC 2046 section 5.1.4).

The last alternative is the best one, yet the plain one is easier to read, so it is taken as long as it says the same.
Shops, forms and some telephones send a stub beside the real words: "Your program cannot show HTML", or a signature.
"""

from __future__ import annotations

import re
from enum import Enum

from engagement.channels.email import quoting

MAX_COMPARED = 200_000
_MISSING_SHARE = 0.4
_ADDRESS = re.compile(r"<?(?:https?|mailto|tel|cid):[^\s<>]{1,2000}>?|\[[^\[\]\n]{0,200}\]")
# What stands in the plain part of those who only write the other one.
_STUB = re.compile(
    r"\bhtml\b|\bmime\b|multi-?part|(?:view|read|see|open|ver|veja|visualiz|abr[ai]|lire|voir|afficher|ansehen|anzeigen"
    r"|lesen|bekijk).{0,60}(?:browser|navegador|navigateur|online|web)",
    re.IGNORECASE,
)
_LONGEST_STUB = 2_000
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")


class Better(Enum):
    """Which version says more; ``SAME`` when neither leaves out much."""

    SAME = "same"
    PLAIN = "plain"
    RICH = "rich"


def compare_versions(plain: str, rich: str) -> Better:
    """Compare the plain text with the text of the HTML. Linear."""
    all_plain, all_rich = words_of(plain), words_of(rich)
    if not all_rich:
        return Better.PLAIN if all_plain else Better.SAME
    if not all_plain:
        return Better.RICH
    own_rich = words_of(quoting.split(rich[:MAX_COMPARED]).visible)
    own_plain = words_of(quoting.split(plain[:MAX_COMPARED]).visible)
    if _leaves_out(own_rich, all_plain):
        is_poor = len(own_rich) * 4 < len(own_plain) and not _STUB.search(plain[:_LONGEST_STUB])
        return Better.PLAIN if is_poor and _leaves_out(own_plain, all_rich) else Better.RICH
    return Better.PLAIN if _leaves_out(own_plain, all_rich) else Better.SAME


def _leaves_out(said: frozenset[str], there: frozenset[str]) -> bool:
    return bool(said) and len(said - there) > _MISSING_SHARE * len(said)


def words_of(text: str) -> frozenset[str]:
    """The words of a text without its links and what stands for images."""
    return frozenset(_WORD.findall(_ADDRESS.sub(" ", text[:MAX_COMPARED]).lower()))


def is_same(plain: str, rich: str) -> bool:
    """Whether both have the same words."""
    return words_of(plain) == words_of(rich)
