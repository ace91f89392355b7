"""Names that others see: nothing invisible, and nothing that passes for a colleague, the organization or a role.

Two texts that look alike have one *skeleton* (Unicode Technical Standard 39): letters of other scripts, full-width and
decorated ones, accents, and digits in the place of letters become the plain letter that they look like. The table of
letters is Unicode's, from the package confusable-homoglyphs.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext_lazy as _

MAX_SKELETON = 200
_MAX_MARKS = 2  # accents on one letter
# Drawn as nothing, though Unicode calls them letters, marks or symbols.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800\u3164\uffa0")
_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_BADGES = frozenset("✓✔☑✅🗸🛡🎖🏅⭐★☆⚜©®™℠🔰💎👑🆗")
_LEET = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "$": "s", "@": "a"})
_LEET |= str.maketrans({"|": "l", "!": "l", "i": "l", "ı": "l"})
_PLAIN_NAME = re.compile(
    r"(?:LATIN (?:SMALL |CAPITAL )?LETTER (?:SMALL CAPITAL )?|SYMBOL LETTER )([A-Z])(?: WITH .*)?$"
)
_IN_DISGUISE = re.compile(r"[^\W\d_][0-9$@|!]|[0-9$@|!][^\W\d_]|[a-z]I")
_WORD = re.compile(r"[^\W_]+")
_APART = re.compile(r"[(\[{,|·/:–—-]+")

# What people of the team are called anywhere, in both languages; compared as whole words.
_ROLE_WORDS = """
admin admins administrador administradora administrator administration administracao atendente atendimento
equipe helpdesk mod moderacao moderador moderadora moderation moderator noreply official oficial oficiais sac
staff suporte support sysadmin sistema system team verificado verificada verified webmaster
"""


@dataclass(frozen=True, slots=True)
class Reserved:
    """What no member may be called, as skeletons: the organization, names of colleagues, roles."""

    brands: frozenset[str]
    people: frozenset[str]
    roles: frozenset[str]


REFUSALS = {
    "empty": _("Write at least 2 letters that others can see."),
    "badge": _("Leave out symbols that look like a badge, such as ✓ or ★."),
    "brand": _("This name looks like the organization's. Choose another one."),
    "role": _("This name looks like a role of the team. Choose another one."),
    "staff": _("This name looks like a colleague's of the team. Choose another one, for example with an initial."),
    "member": _("This name looks like another member's. Choose another one, for example with an initial."),
}


def visible_text(text: str) -> str:
    """Return a text without what cannot be seen or turns it around, on one line, with at most two marks on a letter."""
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", text):
        if letter.isspace():
            kept.append(" ")
            continue
        if letter in _BLANK or unicodedata.category(letter) in _INVISIBLE or _is_selector(letter):
            continue
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= _MAX_MARKS:
            kept.append(letter)
    return " ".join("".join(kept).split())


def _is_selector(letter: str) -> bool:
    return any(ord(letter) in some for some in _SELECTORS)


def skeleton(text: str) -> str:
    """Return what a text looks like: words of plain small letters, the same for all texts that look alike."""
    words = _WORD.findall(_letters(text))
    return " ".join(words)[:MAX_SKELETON]


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", visible_text(text))
    looks = "".join(_plain_letter(letter) for letter in plain if not unicodedata.combining(letter)).casefold()
    return looks.translate(_LEET).replace("rn", "m").replace("vv", "w")


@cache
def _plain_letter(letter: str) -> str:
    """The plain letter that one looks like; itself where it looks like none."""
    if letter.isascii():
        return letter
    from confusable_homoglyphs.confusables import confusables_data  # a large table: only for whom it is asked

    for known in (letter, letter.casefold()):
        if found := _PLAIN_NAME.search(unicodedata.name(known[:1], "")):
            return found[1].lower()
        for one in confusables_data.get(known, ()):
            looks = "".join(part for part in unicodedata.normalize("NFKD", one["c"]) if part.isascii())
            if looks.isalnum():
                return looks
    return letter


def is_plain(text: str) -> bool:
    """Say whether a name is written as names are: letters of one script, none of them in the place of another."""
    letters = [letter for letter in unicodedata.normalize("NFD", text) if letter.isalpha()]
    latin = [letter.isascii() or unicodedata.name(letter, "").startswith("LATIN SMALL LETTER") for letter in letters]
    return (all(latin) or not any(latin)) and _IN_DISGUISE.search(text) is None


def folded(text: str) -> str:
    """Return a name without capitals and accents: spellings of one name that an honest person uses."""
    plain = unicodedata.normalize("NFD", visible_text(text))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def squashed(text: str) -> str:
    """Return a skeleton without its blanks: "Caio Brandt" and "caio.brandt" are one."""
    return skeleton(text).replace(" ", "")


def why_refused(text: str, reserved: Reserved) -> str:
    """Return the code of the reason for which no member may be called so (``REFUSALS``), or nothing."""
    shown = visible_text(text)
    if sum(letter.isalnum() for letter in shown) < 2:
        return "empty"
    if _BADGES.intersection(shown):
        return "badge"
    whole, together = skeleton(shown), squashed(shown)
    words = {re.sub(r"\d+$", "", word) for word in _WORD.findall(shown.casefold())}
    looks = set(whole.split()) | {squashed(word) for word in words}
    if any(_names(brand, whole, together) for brand in reserved.brands):
        return "brand"
    if looks & _role_words() or any(squashed(part) in reserved.roles for part in _APART.split(shown)):
        return "role"
    if together in reserved.people or any(f" {name} " in f" {whole} " for name in reserved.people if " " in name):
        return "staff"
    return ""


def _names(brand: str, whole: str, together: str) -> bool:
    """A long brand is found inside other words too, a short one only as a word."""
    if not brand:
        return False
    return brand in together if len(brand) >= 6 else brand in whole.split() or brand == together


@cache
def _role_words() -> frozenset[str]:
    return frozenset(squashed(word) for word in _ROLE_WORDS.split())


def reserve(*, brands: Iterable[str], people: Iterable[str], roles: Iterable[str]) -> Reserved:
    """Return what is reserved: names of the organization, of colleagues and of roles, each as people write it."""
    names = [name for name in people if name.strip()]
    return Reserved(
        brands=frozenset(squashed(brand) for brand in brands) - {""},
        people=frozenset(squashed(name) for name in names) | frozenset(skeleton(name) for name in names) - {""},
        roles=frozenset(squashed(role) for role in roles) - {""},
    )
