"""Rules: what a law, a mailbox provider or our own policy asks of a text, weighed for one revision."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from collaboration.approvals.kinds import Rule
from content.models import Revision
from content.readable import read_words
from content.words import Words


@dataclass(frozen=True, slots=True)
class Reading:
    """One revision as the rules read it. ``passages``: by language, what is read in it, by field."""

    revision: Revision
    words: Mapping[str, Words]
    passages: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, revision: Revision, words: Mapping[str, Words]) -> "Reading":
        """Read a revision."""
        read = {
            locale: {name: text for name, text in read_words(each, revision.kind).items() if name != "mjml"}
            for locale, each in words.items()
        }
        return cls(revision, words, read)

    @property
    def is_marketing(self) -> bool:
        return self.revision.purpose == "marketing"

    @property
    def is_email(self) -> bool:
        return self.revision.kind == "email"


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that was touched, and by which words: they are marked in the text with the rule's number."""

    rule: Rule
    phrases: tuple[str, ...] = ()


Check = Callable[[Reading], Iterable[Found]]
_checks: list[Check] = []


def register(*checks: Check) -> None:
    """Add rules; a second registration of one changes nothing."""
    _checks.extend(check for check in checks if check not in _checks)


def rules_for(reading: Reading) -> list[Found]:
    """Return what the text touches: what blocks first, then what is to be weighed, then what is met; numbered."""
    found = sorted(_touched(reading), key=lambda each: ("stop", "ask", "ok").index(each.rule.state))
    return [_numbered(each, number) for number, each in enumerate(found, start=1)]


def _touched(reading: Reading) -> Iterator[Found]:
    for check in _checks:
        yield from check(reading)


def _numbered(found: Found, number: int) -> Found:
    rule = found.rule
    mark = str(number) if found.phrases else ""
    return Found(Rule(code=rule.code, title=rule.title, state=rule.state, text=rule.text, mark=mark), found.phrases)
