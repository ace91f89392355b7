"""What is said: claims that need proof, offers that need conditions, names that need care."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from collaboration.approvals.kinds import Rule
from content.locales import name_of
from content.rules.registry import Found, Reading

# Claims to be the first of all: in both languages, because texts mix them.
_SUPERLATIVE = re.compile(
    r"\b(?:(?:o|a|os|as)\s+)?(?:melhor(?:es)?|maior(?:es)?|mais\s+\w+)(?:\s+[\w-]+){0,3}\s+d[oae]s?\s+"
    r"(?:brasil|mundo|pa[ií]s|mercado|cidade|regi[aã]o)\b"
    r"|\b(?:the\s+)?(?:best|greatest|fastest|cheapest|most\s+\w+|number\s+one|no\.\s?1)(?:\s+[\w-]+){0,3}\s+(?:in|of)\s+"
    r"(?:the\s+)?(?:brazil|world|country|market|city|region|town)\b"
    r"|\bn[uú]mero\s+(?:1|um)\s+(?:d[oa]|em)\s+\w+|\bguaranteed\b|\bgarantid[oa]s?\b",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"\b(?:free(?!\s+to)|for\s+free|at\s+no\s+(?:cost|charge)|on\s+us|gr[aá]tis|gratuit[oa]s?|por\s+nossa\s+conta|sem\s+custo)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:until|till|by|before|only|terms|conditions?|at[eé]|somente|condi[cç][oõ](?:es|[aã]o)|regulamento|v[aá]lid[oa]s?)\b",
    re.IGNORECASE,
)
_URGENT = re.compile(
    r"\b(?:last\s+chance|act\s+now|only\s+today|hurry|[uú]ltima\s+chance|s[oó]\s+hoje|corra|imperd[ií]vel)\b",
    re.IGNORECASE,
)


def superlatives(reading: Reading) -> Iterator[Found]:
    """A claim to be the best of all needs a source (CONAR, Brazilian code of advertising, article 27; FTC Act § 5)."""
    phrases = _phrases(reading, _SUPERLATIVE)
    if phrases:
        text = _("“%(phrase)s”. Attach the source, or say it in another way.") % {"phrase": phrases[0]}
        yield Found(Rule("superlative", _("Superlative without proof"), "stop", text), phrases)


def free_offers(reading: Reading) -> Iterator[Found]:
    """What is free must say on what conditions and until when (CDC, articles 30, 31 and 37; FTC guide 16 CFR 251)."""
    if not reading.is_marketing:
        return
    for locale, passages in reading.passages.items():
        said = "\n".join(passages.values())
        phrases = tuple(dict.fromkeys(match[0] for match in _FREE.finditer(said)))
        if not phrases:
            continue
        values = {"language": name_of(locale), "phrase": phrases[0]}
        code, title = f"free-offer.{locale}", _("Offer free of charge")
        if _CONDITION.search(said):
            text = _(
                "%(language)s: “%(phrase)s”. A term or a condition is said. See that the page behind the link has all."
            )
            yield Found(Rule(code, title, "ok", text % values), phrases)
        else:
            text = _("%(language)s: “%(phrase)s”. Neither until when nor on what conditions is said.")
            yield Found(Rule(code, title, "ask", text % values), phrases)


def urgency(reading: Reading) -> Iterator[Found]:
    """Words that press people are also what mail filters look for."""
    phrases = _phrases(reading, _URGENT)
    if phrases and reading.is_marketing:
        text = _("“%(phrase)s”. Is it true, and does it press nobody into what they do not want?") % {
            "phrase": phrases[0]
        }
        yield Found(Rule("urgency", _("Pressure of time"), "ask", text), phrases)


def _phrases(reading: Reading, pattern: re.Pattern[str]) -> tuple[str, ...]:
    said = (text for passages in reading.passages.values() for text in passages.values())
    return tuple(dict.fromkeys(match[0].strip() for text in said for match in pattern.finditer(text)))


RULES = (superlatives, free_offers, urgency)
