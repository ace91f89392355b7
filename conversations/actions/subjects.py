"""Subjects of e-mails without what mail programs and lists put in front."""

import re
import unicodedata

# "Re", "Fwd" and what mail programs write instead of them in other languages.
_REPLY = (
    "re|res|resp|aw|antw|antwort|sv|vs|vá|ynt|rif|rép|rep|réf|ref|ats|atb|odp|odg|ha|απ|σχετ"
    "|回复|回覆|答复|답장|返信|ответ|отв"
)
_FORWARD = (
    "fw|fwd|enc|wg|wtr|tr|vb|vl|továbbítás|i|rv|doorst|vidarebefordrat|πρθ|转发|轉寄|전달|転送|пересл|fs|pd|ilt|vf"
)
_PREFIX = re.compile(rf"^(?:{_REPLY}|{_FORWARD})(?:\s*[\[(]\d+[\])]|\^\d+|\*\d+)?\s*[:：]\s*", re.IGNORECASE)
_LIST_TAG = re.compile(r"^\[[^\[\]]{1,60}\]\s*")


def base_subject(subject: str) -> str:
    """Return what a subject is about, in a form for comparing: "RES: [x] Pedido" → "pedido" (RFC 5256 section 2.1)."""
    rest = " ".join(unicodedata.normalize("NFC", subject).split())
    while True:
        shorter = _PREFIX.sub("", _without_tag(rest))
        if shorter == rest:
            return rest.removesuffix("(fwd)").strip().casefold()
        rest = shorter


def reply_subject(title: str) -> str:
    """Return the subject of an answer: one ``Re:`` before what it is about, in the customer's spelling."""
    rest = " ".join(title.split())
    while (shorter := _PREFIX.sub("", rest)) != rest:
        rest = shorter
    return f"Re: {rest}" if rest else "Re:"


def _without_tag(subject: str) -> str:
    """Without a list's tag, unless nothing else is there."""
    return _LIST_TAG.sub("", subject) or subject
