"""What somebody wrote, apart from what they quoted and how they signed. Folded, never lost.

Every line of a text is given to one of three parts, so that the parts together hold every line. Mail
programs mark quotations in a handful of ways, in the language of their user:

* ``>`` before each line, usually under an attribution ("On Monday Ana wrote:"), which may be wrapped;
* an attribution, or a line such as ``-----Original Message-----``, and then the old message untouched;
* the old message's header ("From: … Sent: … To: …"), and then the old message.

The work for one line is bounded, so the time grows with the number of lines and with nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from engagement.channels.email import quoting_words as words

MAX_LINES = 20_000
MAX_MARK_LENGTH = 400
MAX_ATTRIBUTION_LINES = 6
MAX_SIGNATURE_SPAN = 30


@dataclass(frozen=True, slots=True)
class Split:
    """The three parts; ``folded`` is all that is not visible, in its original order."""

    visible: str
    quoted: str
    signature: str
    folded: str


class _Is(Enum):
    """What a line looks like by itself."""

    TEXT = "text"
    EMPTY = "empty"
    QUOTED = "quoted"
    RULE = "rule"
    MARK = "mark"
    SENT_FROM = "sent from"


_VISIBLE, _QUOTED, _SIGNATURE = "v", "q", "s"


def split(text: str) -> Split:
    """Divide ``text`` (``\\n`` line ends). Never raises."""
    lines = text.split("\n")
    parts = _divide(lines)
    if not _says_something(lines, parts):
        lines, parts = _open_quotation(lines, parts)
    return Split(
        visible=_joined(lines, parts, _VISIBLE),
        quoted=_joined(lines, parts, _QUOTED),
        signature=_joined(lines, parts, _SIGNATURE),
        folded=_joined(lines, parts, _QUOTED + _SIGNATURE),
    )


def find_quoted_end(text: str) -> int:
    """The number of the line from which everything down to the end of ``text`` is quoted, or -1.

    A signature may stand above that line. -1 also where the writer says nothing above it.
    """
    lines = text.split("\n")
    parts = _divide(lines)
    index = len(lines)
    while index > 0 and (parts[index - 1] == _QUOTED or not lines[index - 1].strip()):
        index -= 1
    first = next((at for at in range(index, len(lines)) if parts[at] == _QUOTED and lines[at].strip()), -1)
    return first if first >= 0 and _says_something(lines[:first], parts[:first]) else -1


def _divide(lines: list[str]) -> list[str]:
    parts = _Splitter(lines[:MAX_LINES]).parts()
    if len(lines) > MAX_LINES:
        parts += [parts[-1] if parts[-1] == _QUOTED else _VISIBLE] * (len(lines) - MAX_LINES)
    return parts


def _says_something(lines: list[str], parts: list[str]) -> bool:
    return any(part == _VISIBLE and line.strip(words.BLANKS) for line, part in zip(lines, parts, strict=True))


def _open_quotation(lines: list[str], parts: list[str]) -> tuple[list[str], list[str]]:
    """Open a text that is nothing but quotation: people type into it, and forward by it.

    What introduces it stays folded, and so does what stands below "reply above this line". One level of ``>`` goes.
    """
    opened, shown = list(lines), list(parts)
    is_open = False
    for index, (line, part) in enumerate(zip(lines, parts, strict=True)):
        stripped = line.strip(words.BLANKS)
        if part != _QUOTED or not stripped or stripped[0] != ">":
            continue
        content = stripped[1:].removeprefix(" ")
        if words.is_reply_above(content):
            if is_open:
                break
            continue
        opened[index], shown[index] = content, _VISIBLE
        is_open = is_open or bool(content.strip(words.BLANKS))
    if is_open:
        return opened, shown
    return lines, [_VISIBLE if part == _QUOTED else part for part in parts]


def _joined(lines: list[str], parts: list[str], wanted: str) -> str:
    chosen = [line.rstrip() for line, part in zip(lines, parts, strict=True) if part in wanted]
    return "\n".join(chosen).strip("\n")


class _Splitter:
    """One text while it is divided."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.kinds = _kinds(lines)
        self.part = [_VISIBLE] * len(lines)
        self.silent = 0
        self.attributions = self._find_attributions()

    def parts(self) -> list[str]:
        end = self._cut_untouched_message()
        self._fold_attributed_quotes(end)
        self._fold_trailing_quote(end)
        self._fold_signature(end)
        self._fold_sent_from(end)
        return self.part

    # An old message that follows untouched: everything from here on is quoted.

    def _cut_untouched_message(self) -> int:
        """Fold from the first mark of an untouched old message; return where the writer's own text ends."""
        start, body = self._first_mark()
        if start < 0:
            return len(self.lines)
        if not self._has_text_before(start):
            # Nothing but a forwarded message: its header is folded, the message is what there is to read.
            self._fold(start, body, _QUOTED)
            return len(self.lines)
        self._fold(start, len(self.lines), _QUOTED)
        return start

    def _first_mark(self) -> tuple[int, int]:
        """Where the first untouched old message begins, its rule included, and where its own text begins."""
        for index, kind in enumerate(self.kinds):
            if kind is _Is.MARK and self._is_known_mark(index):
                return self._with_rule_above(index), self._after_header(index + 1)
            if kind is _Is.TEXT:
                after = self._header_block(index)
                if after:
                    return self._with_rule_above(index), after
                attribution = self.attributions.get(index)
                if attribution and self._untouched_after(index, attribution) and self._is_certain(index, attribution):
                    return index, attribution
        return -1, -1

    def _untouched_after(self, start: int, after: int) -> bool:
        """An attribution above text without ``>``; at the very top it heads what the writer copied."""
        following = self._next_filled(after)
        return self._has_text_before(start) and following >= 0 and self.kinds[following] is not _Is.QUOTED

    def _is_certain(self, start: int, after: int) -> bool:
        """Nothing marks what follows as quoted, so the attribution itself must be one that a program writes."""
        return words.is_certain_attribution(" ".join(self.lines[start:after]))

    def _with_rule_above(self, index: int) -> int:
        above = index - 1
        while above >= 0 and self.kinds[above] is _Is.EMPTY:
            above -= 1
        return above if above >= 0 and self.kinds[above] is _Is.RULE else index

    def _is_known_mark(self, index: int) -> bool:
        """A mark that programs write, or some words between dashes above the header of an old message."""
        if words.is_known_mark(self.lines[index]):
            return True
        following = self._next_filled(index + 1)
        return following >= 0 and bool(self._header_block(following, is_marked=True))

    def _after_header(self, index: int) -> int:
        following = self._next_filled(index)
        return (self._header_block(following, is_marked=True) or index) if following >= 0 else index

    def _header_block(self, index: int, *, is_marked: bool = False) -> int:
        """The line after a block of From, Sent, To… that begins at ``index``, or 0.

        Without a mark or a rule above it, it must name an address or when it was sent: people write such lists too.
        """
        if words.header_name(self.lines[index]) not in words.FROM:
            return 0
        found, position, blanks = 1, index + 1, 0
        is_sure = is_marked or words.has_address(self.lines[index]) or self._with_rule_above(index) != index
        while position < min(len(self.lines), index + 16) and blanks < 2:
            if self.kinds[position] is _Is.EMPTY:
                blanks += 1
                if found >= 3:
                    break
            else:
                blanks = 0
                is_header = words.header_name(self.lines[position]) in words.HEADER
                found += is_header
                is_sure = is_sure or (is_header and words.tells_mail(self.lines[position]))
            position += 1
        return position if found >= 3 and is_sure else 0

    # Quotations with ">" before their lines.

    def _find_attributions(self) -> dict[int, int]:
        """Where attributions begin, each with the line after it."""
        found: dict[int, int] = {}
        free = 0
        for index, kind in enumerate(self.kinds):
            if kind is _Is.TEXT and words.may_end_attribution(self.lines[index]):
                start = self._attribution_start(index, free)
                if start >= 0:
                    found[start] = free = index + 1
        return found

    def _attribution_start(self, last: int, free: int) -> int:
        """The nearest line from which the lines up to ``last`` read as an attribution, or -1."""
        joined = ""
        for index in range(last, max(free, last - MAX_ATTRIBUTION_LINES + 1) - 1, -1):
            kind = self.kinds[index]
            if kind is _Is.EMPTY and not joined.lstrip("*_ ").startswith("<"):
                return -1
            if kind not in (_Is.TEXT, _Is.EMPTY):
                return -1
            joined = f"{self.lines[index].strip()} {joined}" if joined else self.lines[index].strip()
            if len(joined) > MAX_MARK_LENGTH:
                return -1
            if words.is_attribution(joined):
                return index
        return -1

    def _fold_attributed_quotes(self, end: int) -> None:
        for start, after in self.attributions.items():
            if start >= end or self.part[start] != _VISIBLE:
                continue
            following = self._next_filled(after)
            quoted = 0 <= following < end and self.kinds[following] is _Is.QUOTED
            alone = len(self.attributions) == 1 and not self._has_text_before(start)
            if quoted and alone:
                after = self._end_of_quote(following)
            if quoted or ((alone or not self._has_text_before(start)) and self._is_certain(start, after)):
                self._fold(start, after, _QUOTED)

    def _end_of_quote(self, index: int) -> int:
        last = index
        while index < len(self.lines) and self.kinds[index] in (_Is.QUOTED, _Is.EMPTY):
            if self.kinds[index] is _Is.QUOTED:
                last = index
            index += 1
        return last + 1

    def _fold_trailing_quote(self, end: int) -> None:
        """Quoted lines with nothing of the writer's own after them but a signature."""
        last = self._signature_start(end)
        last = last if last >= 0 and not self._quote_after(last, end) else end
        index = last - 1
        while index >= 0 and self._may_trail(index):
            index -= 1
        start = index + 1
        first = next((i for i in range(start, last) if self.kinds[i] is _Is.QUOTED), -1)
        if first < 0:
            return
        attributed = self._is_attributed(first)
        if attributed or self._has_text_before(start):
            self._fold(start, last, _QUOTED)

    def _is_attributed(self, index: int) -> bool:
        """Folded already by its attribution, or, as Apple does it, the attribution is quoted as well."""
        inner = self.lines[index].lstrip("> ")
        return _QUOTED in self.part[: index + 1] or words.is_attribution(inner[:MAX_MARK_LENGTH])

    def _may_trail(self, index: int) -> bool:
        return self.kinds[index] in (_Is.QUOTED, _Is.EMPTY) or self.part[index] == _QUOTED

    def _quote_after(self, index: int, end: int) -> bool:
        return any(kind is _Is.QUOTED for kind in self.kinds[index:end])

    # Signatures.

    def _signature_start(self, end: int) -> int:
        """The last rule before ``end`` that is not folded and has nothing but a signature below it, or -1."""
        last = end
        while last > 0 and (self.part[last - 1] != _VISIBLE or self.kinds[last - 1] is _Is.EMPTY):
            last -= 1
        found, below = -1, 0
        for index in range(last - 1, max(-1, last - 1 - MAX_SIGNATURE_SPAN), -1):
            kind = self.kinds[index]
            if self.part[index] != _VISIBLE or below > words.MAX_SIGNATURE_LINES:
                break
            if kind is _Is.RULE:
                if not self._is_signature(index, last):
                    break
                found = index
            below += kind not in (_Is.EMPTY, _Is.RULE)
        return found

    def _is_signature(self, rule: int, end: int) -> bool:
        """Whether what stands between a rule and ``end`` is how somebody signs, and nothing that they say."""
        below = [
            self.lines[index].strip(words.BLANKS)
            for index in range(rule + 1, end)
            if self.part[index] == _VISIBLE and self.kinds[index] not in (_Is.EMPTY, _Is.RULE)
        ]
        return words.is_signature(self.lines[rule], below)

    def _fold_signature(self, end: int) -> None:
        start = self._signature_start(end)
        if start >= 0:
            for index in range(start, end):
                if self.part[index] == _VISIBLE:
                    self.part[index] = _SIGNATURE

    def _fold_sent_from(self, end: int) -> None:
        """Fold "Sent from my telephone", when the writer says nothing more after it."""
        for index in range(end - 1, -1, -1):
            if self.part[index] != _VISIBLE or self.kinds[index] is _Is.EMPTY:
                continue
            if self.kinds[index] is not _Is.SENT_FROM:
                return
            self.part[index] = _SIGNATURE

    def _has_text_before(self, end: int) -> bool:
        """Whether the writer says anything before ``end``. Lines are folded but never unfolded, so the
        search goes on where it stopped the last time."""
        while self.silent < len(self.lines) and not self._is_text(self.silent):
            self.silent += 1
        return self.silent < end

    def _is_text(self, index: int) -> bool:
        return self.kinds[index] in (_Is.TEXT, _Is.SENT_FROM) and self.part[index] == _VISIBLE

    def _next_filled(self, index: int) -> int:
        while index < len(self.lines):
            if self.kinds[index] is not _Is.EMPTY:
                return index
            index += 1
        return -1

    def _fold(self, start: int, end: int, part: str) -> None:
        self.part[start:end] = [part] * (end - start)


def _kinds(lines: list[str]) -> list[_Is]:
    kinds: list[_Is] = []
    fenced = False
    for line in lines:
        stripped = line.strip(words.BLANKS)
        if stripped.startswith("```"):
            fenced = not fenced
            kinds.append(_Is.TEXT)
        elif not stripped and words.GMAIL_MARK in line:
            kinds.append(_Is.SENT_FROM)
        elif words.WRAPPED_END.match(stripped) and kinds and kinds[-1] is _Is.TEXT:
            kinds.append(_Is.TEXT)
        else:
            kinds.append(_kind(stripped, fenced))
    if fenced:
        return _kinds([line.replace("```", "'''") for line in lines])
    return kinds


def _kind(stripped: str, fenced: bool) -> _Is:
    if not stripped:
        return _Is.EMPTY
    if fenced or len(stripped) > MAX_MARK_LENGTH:
        return _Is.QUOTED if stripped[0] == ">" else _Is.TEXT
    if stripped[0] == ">" or words.INITIALS.match(stripped):
        return _Is.QUOTED
    if words.RULE.fullmatch(stripped):
        return _Is.RULE
    if words.is_mark(stripped):
        return _Is.MARK
    return _Is.SENT_FROM if words.is_sent_from(stripped) else _Is.TEXT
