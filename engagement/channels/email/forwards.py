"""A message that was passed on inside another: where its head stands in the text, and who wrote it.

Programs put a line above it ("---------- Forwarded message ----------", "Begin forwarded message:"), or they only put
"Fwd:", "ENC:", "WG:" in front of the subject and the old header above the old text, as for an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engagement.channels.email import quoting
from engagement.channels.email import quoting_words as words
from engagement.channels.email.addresses import parse_mailboxes
from engagement.channels.email.parsed import Forward
from engagement.visible_text import visible_text

MAX_LINES = 5_000
MAX_ONE_LINE_HEAD = 4_000
MAX_HEAD_LINES = 24
_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{1,60}\]\s*)?(?:fwd?|enc|wg|wtr|tr|rv|reenv|i|vb|vl|vs|vidarebefordrat|doorst|továbbítás|pd"
    r"|podaj dalej|fs|ilt|vf|πρθ|fw|转发|轉寄|轉發|転送|전달|пересл|fwd?\[\d{1,3}\])\s*[:：]",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"forward|fwd|weitergeleitet|encaminhad|reencaminhad|reenviad|transfér|transmis|réexpédi|inoltrat|doorgestuurd"
    r"|vidarebefordra|videresend|välitetty|przekaz|przesłan|podane dalej|пересл|перенаправ|пересыл|přeposlan|preposlan"
    r"|továbbított|iletilen|yönlendiril|προωθημένο|转发|轉寄|轉發|転送|전달|הועבר|המועברת|معاد توجيه|المُعاد"
    r"|diteruskan|chuyển tiếp|redirigid|retransmis",
    re.IGNORECASE,
)
_DASHED = re.compile(r"[-_=*~]{2,}[^-].{0,100}[^-][-_=*~]{2,}|[-_=*~]{3,}.{3,80}")
_TO = [
    "to",
    "para",
    "an",
    "à",
    "a",
    "aan",
    "til",
    "till",
    "do",
    "кому",
    "收件人",
    "收件者",
    "宛先",
    "vastaanottaja",
    "címzett",
    "komu",
    "către",
    "kime",
    "προς",
    "אל",
    "إلى",
]
_SUBJECTS = [
    "subject",
    "assunto",
    "asunto",
    "betreff",
    "objet",
    "sujet",
    "oggetto",
    "onderwerp",
    "ämne",
    "emne",
    "temat",
    "тема",
    "aihe",
    "tárgy",
    "předmět",
    "predmet",
    "subiect",
    "konu",
    "主题",
    "主旨",
    "件名",
    "제목",
    "θέμα",
    "נושא",
    "الموضوع",
]
_ROLES = {"from": words.FROM, "to": frozenset((*_TO, "받는 사람")), "subject": frozenset(_SUBJECTS)}
_MAILTO = re.compile(r"[<\[(]\s?mailto:[^>\])]{0,300}[>\])]", re.IGNORECASE)
_BRACKETED = re.compile(r"\[\s?(?:mailto:)?([^\[\]\s@]{1,64}@[^\[\]\s]{1,255})\s?\]", re.IGNORECASE)


# A mark with more behind it in the same line, and the names of fields as programs write them.
_ONE_LINE = re.compile(r"[ \t>]{0,6}(-{2,20}[ \t]{0,2}[^-\n]{3,60}-{2,20})[ \t]+(?=\S)")
_LABEL = re.compile(
    "((?:" + "|".join(sorted({re.escape(one[:1].upper() + one[1:]) for one in words.HEADER if len(one) > 1},
                             key=len, reverse=True)) + r")[ \t\u00a0]?[:：])"
)  # fmt: skip
_WHEN = re.compile(r"^[^\"<>]{0,80}\d{1,2}:\d\d[^\"<>]{0,20}?(?=[\"\w<])")
_ADDRESS_ALONE = re.compile(r"[^\s<>\"(),;:]{1,64}@[^\s<>\"(),;:]{1,255}")


@dataclass(frozen=True, slots=True)
class Found:
    """A forward in a text: what stands before its head, and the forward."""

    before: str
    forward: Forward


def find_forward(text: str, subject: str) -> Found | None:
    """The forwarded message in ``text``, or None. Linear in the number of lines."""
    text = _break_heads(text)
    lines = text.split("\n")[:MAX_LINES]
    is_announced = _SUBJECT.match(subject) is not None
    for index, line in enumerate(lines):
        if not line.strip(words.BLANKS + ">"):
            continue
        is_marked = _is_forward_mark(line)
        if not is_marked and not (is_announced and _begins_head(line)):
            continue
        start = _next_filled(lines, index + 1) if is_marked or words.is_mark(_bare(line)) else index
        head = _read_head(lines, start) if start >= 0 else None
        if head is None:
            continue
        found = _found(text, lines, _above(lines, index), *head)
        if not is_announced and found.before and (line.lstrip().startswith(">") or quoting.split(found.before).quoted):
            return None  # it stands in the history that an answer quotes
        return found
    return _find_attributed(text, lines) if is_announced else None


def _break_heads(text: str) -> str:
    """A head that a program wrote into one line, as Yahoo's does in the plain version, with a line for each field."""
    if "--" not in text:
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines[:MAX_LINES]):
        if len(line) > MAX_ONE_LINE_HEAD or (mark := _ONE_LINE.match(line)) is None or not _MARK.search(mark[1]):
            continue
        rest = line[mark.end() :]
        if "@" in rest and len(_LABEL.findall(rest)) >= 2:
            lines[number] = f"{mark[1]}\n" + _LABEL.sub(r"\n\1", rest).strip() + "\n"
    return "\n".join(lines)


def _find_attributed(text: str, lines: list[str]) -> Found | None:
    """A forward that is only introduced by who wrote when, as Outlook for Mac does it."""
    for index, line in enumerate(lines):
        bare = _bare(line)
        if not words.has_address(bare) or not words.may_end_attribution(bare) or not words.is_attribution(bare):
            continue
        written = _WHEN.sub("", bare[: bare.rfind(">") + 1].rsplit(",", 1)[-1]) if ">" in bare else ""
        mailboxes = parse_mailboxes(written) or parse_mailboxes(_ADDRESS_ALONE.search(bare)[0])  # type: ignore[index]
        if mailboxes:
            sender = f'"{mailboxes[0].name}" <{mailboxes[0].address}>'
            return _found(text, lines, index, {"from": sender}, index + 1)
    return None


def _is_forward_mark(line: str) -> bool:
    bare = _bare(line)
    if not bare or len(bare) > 160 or not _MARK.search(bare):
        return False
    return (bare[-1] in ":：" and words.is_known_mark(bare)) or _DASHED.fullmatch(bare) is not None


def _bare(line: str) -> str:
    return line.lstrip(words.BLANKS + ">*|").rstrip(words.BLANKS + "*|")


def _begins_head(line: str) -> bool:
    bare = _bare(line)
    return bool(bare) and (words.header_name(bare) in words.HEADER or words.is_mark(bare))


def _next_filled(lines: list[str], index: int) -> int:
    for place in range(index, min(len(lines), index + 8)):
        if _bare(lines[place]):
            return place
    return -1


def _above(lines: list[str], index: int) -> int:
    """The line of the rule above the head, if there is one."""
    above = index - 1
    while above >= 0 and not lines[above].strip(words.BLANKS):
        above -= 1
    return above if above >= 0 and words.RULE.fullmatch(lines[above].strip(words.BLANKS)) else index


def _read_head(lines: list[str], start: int) -> tuple[dict[str, str], int] | None:
    """The fields of a head that begins at ``start``, and the line after it; None when it is none."""
    fields: dict[str, str] = {}
    role, index, count = "", start, 0
    while index < min(len(lines), start + MAX_HEAD_LINES):
        bare = _bare(lines[index])
        name = words.header_name(bare)
        if not bare:
            following = _next_filled(lines, index + 1)
            goes_on = 0 <= following <= index + 2 and words.header_name(_bare(lines[following])) in words.HEADER
            if count >= 2 and not (goes_on and count < 4):
                break
        elif name in words.HEADER:
            count += 1
            role = next((key for key, names in _ROLES.items() if name in names), "date" if _is_date(bare) else "other")
            fields.setdefault(role, _value(bare))
        elif (
            count
            and role in ("to", "from", "subject", "other")
            and len(bare) < 200
            and index > start
            and not words.is_mark(bare)
        ):
            fields[role] = f"{fields.get(role, '')} {bare}"[:1_000]  # it was wrapped
        else:
            break
        index += 1
    return (fields, index) if count >= 2 and "from" in fields else None


def _is_date(line: str) -> bool:
    return any(character.isdigit() for character in line) and not words.has_address(line)


def _value(line: str) -> str:
    colon = min((at for at in (line.find(":"), line.find("：")) if at >= 0), default=-1)
    return line[colon + 1 :].strip(words.BLANKS + "*")


def _found(text: str, lines: list[str], start: int, fields: dict[str, str], after: int) -> Found:
    written = _BRACKETED.sub(r"<\1>", fields["from"]) if "<" not in fields["from"] else _MAILTO.sub("", fields["from"])
    written = written.replace("*", "")
    mailboxes = parse_mailboxes(written)
    address = mailboxes[0].address.strip("<>") if mailboxes else ""
    name = mailboxes[0].name if mailboxes else visible_text(written.strip('"'))[:300]
    body = lines[after:]
    filled = [line for line in body if line.strip(words.BLANKS)]
    if filled and all(line.lstrip().startswith(">") for line in filled):
        body = [line.lstrip()[1:].removeprefix(" ") if line.strip() else line for line in body]
    rest = text.split("\n")[MAX_LINES:]
    return Found(
        before="\n".join(lines[:start]).strip("\n"),
        forward=Forward(
            name="" if name == address else name,
            address=address,
            date=visible_text(fields.get("date", ""))[:200],
            subject=visible_text(fields.get("subject", ""))[:500],
            to=visible_text(fields.get("to", ""))[:500],
            text="\n".join([*body, *rest]).strip("\n"),
            head="\n".join(lines[start:after]).strip("\n"),
        ),
    )
