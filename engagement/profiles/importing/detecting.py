"""How a text file of rows was written: its encoding and what stands between its cells."""

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import asdict, dataclass
from typing import IO, Any

from django.utils.translation import gettext_lazy

SAMPLE = 256 * 1024
_STEP = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
MIXED = "utf-8-mixed"  # mostly UTF-8, with some bytes of Windows-1252
ENCODINGS: dict[str, Any] = {
    "utf-8": "UTF-8",
    MIXED: gettext_lazy("UTF-8, with some Windows-1252"),
    "cp1252": "Windows-1252 (Latin-1)",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp850": "MS-DOS 850",
    "mac_roman": "Mac Roman",
}
# A byte that is no UTF-8 becomes one of these, so that its row can be told of; no text of people has them (Unicode
# private use area).
STRAY = 0xF700
_STRAYS = re.compile("[\uf780-\uf7ff]")
_HIGH = re.compile("[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read a file. ``skip``: lines before the headers that only tell the delimiter (``sep=;``). ``header``: the
    number of the row with the headers, 0 for the first one that is not empty. ``unnamed``: how many columns without a
    header stand behind the last one that has one. ``headless``: there are no headers, the row of that number is data.
    """

    encoding: str
    delimiter: str
    skip: int = 0
    header: int = 0
    unnamed: int = 0
    headless: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return asdict(self)


def detect(file: IO[bytes]) -> Dialect:
    """Look at a file, from its beginning; it is left there. The whole of it is read, a step at a time."""
    file.seek(0)
    head = file.read(SAMPLE)
    encoding = _by_mark(head) or _by_zeros(head) or _by_bytes(file)
    file.seek(0)
    return with_encoding(head, encoding)


def with_encoding(head: bytes, encoding: str) -> Dialect:
    """Return the dialect of a file of which the encoding is known, by its beginning."""
    text = decoded(head, encoding)
    first, _, rest = text.partition("\n")
    told = first.strip().strip('"').lower()
    if told.startswith("sep=") and told[4:5] in (*DELIMITERS, ""):
        return Dialect(encoding, told[4:5] or "\t", skip=1)
    return Dialect(encoding, _delimiter(text if rest else first))


def decoded(head: bytes, encoding: str) -> str:
    """Return the beginning of a file as text, as far as it can be read."""
    name, errors = codec(encoding)
    return codecs.getincrementaldecoder(name)("replace" if errors == "strict" else errors).decode(head)


def codec(encoding: str) -> tuple[str, str]:
    """Return Python's name of the codec, and how it deals with what it cannot read."""
    if encoding in ("utf-8", MIXED):
        return "utf-8", "vilarejo-stray"
    return encoding, "replace"


def levelled(file: IO[bytes], target: IO[bytes]) -> bool:
    """Write a file that cannot be read by lines of bytes (UTF-16, old Macintosh line ends) anew, as UTF-8.

    False: it can be, and nothing was written.
    """
    file.seek(0)
    head = file.read(SAMPLE)
    encoding = _by_mark(head) or _by_zeros(head)
    is_wide, is_old = encoding.startswith("utf-16"), b"\r" in head and b"\n" not in head
    if not is_wide and not is_old:
        return False
    file.seek(0)
    source = io.TextIOWrapper(
        file, encoding=encoding if is_wide else _by_bytes(file).replace(MIXED, "cp1252"), errors="replace"
    )
    file.seek(0)
    while text := source.read(_STEP):
        target.write(text.encode("utf-8", "replace"))
    source.detach()
    return True


def _by_mark(head: bytes) -> str:
    """By a byte order mark (Unicode 15, section 23.8)."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""


def _by_zeros(head: bytes) -> str:
    """Latin letters in UTF-16 have a zero in every other byte."""
    even, odd = head[0:4096:2], head[1:4096:2]
    if len(odd) < 8:
        return ""
    if odd.count(0) > len(odd) * 0.6 and even.count(0) < len(even) * 0.1:
        return "utf-16-le"
    return "utf-16-be" if even.count(0) > len(even) * 0.6 and odd.count(0) < len(odd) * 0.1 else ""


def _by_bytes(file: IO[bytes]) -> str:
    """UTF-8 if it is (RFC 3629); the other one-byte encodings cannot be told apart by bytes, so the usual one."""
    file.seek(0)
    strict = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(_STEP):
            strict.decode(block)
        strict.decode(b"", final=True)
    except UnicodeDecodeError:
        return _mixed_or_not(file)
    return "utf-8"


def _mixed_or_not(file: IO[bytes]) -> str:
    """Mostly letters of UTF-8, or mostly bytes that are none: by the first megabytes."""
    file.seek(0)
    text = codecs.getincrementaldecoder("utf-8")("vilarejo-stray").decode(file.read(8 * _STEP))
    strays = len(_STRAYS.findall(text))
    if len(_HIGH.findall(text)) - strays > strays:
        return MIXED
    file.seek(0)
    return _one_byte_encoding(file.read(_STEP))


def _one_byte_encoding(head: bytes) -> str:
    """Windows-1252, unless the bytes within words make more letters of western languages in another one."""
    bytes_within = [found[0][0] for found in _WITHIN_WORDS.finditer(head)] or [byte for byte in head if byte > 0x7F]
    best, most = "cp1252", _letters(bytes_within, "cp1252")
    for encoding in ("mac_roman", "cp850"):
        if (found := _letters(bytes_within, encoding)) > most * 1.2:
            best, most = encoding, found
    return best


def _letters(found: list[int], encoding: str) -> int:
    letters = bytes(found).decode(encoding, "replace")
    return sum(letter in _WESTERN for letter in letters)


_WITHIN_WORDS = re.compile(rb"(?<=[A-Za-z])[\x80-\xff](?=[A-Za-z\s,;.\"])|(?<=[\s,;\"])[\x80-\xff](?=[a-z])")
_WESTERN = frozenset("áàâãäåçéèêëíìîïñóòôõöúùûüýæøœßÁÀÂÃÄÅÇÉÈÊËÍÌÎÏÑÓÒÔÕÖÚÙÛÜÝÆØŒªº")


def _stray(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(STRAY + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("vilarejo-stray", _stray)


def _delimiter(text: str) -> str:
    """The one by which the most rows have the same number of cells; more cells win."""
    lines = text[: SAMPLE // 4].rpartition("\n")[0] or text
    scored = [(*_regularity(lines, delimiter), -place) for place, delimiter in enumerate(DELIMITERS)]
    share, _cells, place = max(scored)
    return DELIMITERS[-place] if share > 0 else ","


def _regularity(text: str, delimiter: str) -> tuple[float, int]:
    """Which share of the rows has as many cells as the first, and how many these are; nothing for single cells."""
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(len(row))
            if len(rows) == 100:
                break
    except csv.Error:
        return 0.0, 0
    counted = [cells for cells in rows if cells]
    if not counted:
        return 0.0, 0
    usual = counted[0] if counted[0] > 1 else Counter(counted).most_common(1)[0][0]  # a title stands above, or not
    if usual < 2:
        return 0.0, 0
    share = sum(cells == usual for cells in counted) / len(counted)
    return round(share, 1), usual
