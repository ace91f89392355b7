"""What an e-mail says about opting out: by its subject and by what its sender wrote, never by what they quote."""

import re

from engagement.channels.email.parsed import ParsedEmail
from engagement.channels.opt_out.phrases import OptOut, OptOutMatch, classify_opt_out, is_only_courtesy
from engagement.profiles.wording import plain

MAX_LINES = 12  # what stands further below is no request, but the footer of something
_REPLY = re.compile(r"\s*(?:re|r|aw|sv|res|rif|fw|fwd|enc|wg|tr|rv|vs)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_DEVICE = re.compile(
    r"\s*(?:sent from|get outlook|enviado (?:do|desde|pelo|a partir)|envoye (?:de|depuis)|gesendet (?:von|mit))"
)
_FORWARD = re.compile(r"\s*(?:-{3,}|_{5,}|begin forwarded|(?:from|de|von|para|to|subject|assunto|betreff)\s*:)")


def classify_email(parsed: ParsedEmail, text: str) -> OptOutMatch:
    """Return what an e-mail of a person is; ``text``: what they wrote, without quotation and signature."""
    if parsed.auto:
        return OptOutMatch(OptOut.NONE)
    subject = "" if _REPLY.match(parsed.subject) else parsed.subject[:300]
    body = _written(text, parsed.sender.name if parsed.sender else "")
    asked, said = classify_opt_out(subject), classify_opt_out(body)
    if said.verdict is OptOut.KEYWORD and (not subject or asked.verdict is OptOut.KEYWORD):
        return said
    if asked.verdict is OptOut.KEYWORD and is_only_courtesy(body):
        return asked
    return classify_opt_out(f"{subject}\n{body}" if subject else body)


def _written(text: str, name: str) -> str:
    """The first lines, without links, the mark of a device, a forward, and the sender's own name below."""
    kept: list[str] = []
    for line in text[:4_000].splitlines():
        said = plain(line)
        if _FORWARD.match(said):
            break
        if line.strip() and not line.lstrip().startswith(">") and "://" not in line and not _DEVICE.match(said):
            kept.append(line)
        if len(kept) == MAX_LINES:
            break
    own = set(plain(name).split())
    while len(kept) > 1 and own and set(plain(kept[-1]).replace(",", " ").split()) <= own:
        kept.pop()
    return "\n".join(kept)
