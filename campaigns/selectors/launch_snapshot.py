"""What somebody looked at before a launch, so that a launch of anything else is refused and says what changed.

A snapshot has parts in a fixed order. ``seen_hash`` is one short line that stands for all of them and can be compared
part by part, so the API can name what changed; pages also carry the words that were shown, signed.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Campaign, UniversalHoldout
from campaigns.segments.sentences import sentence_of
from content.models import Revision
from content.sender import sender_line
from engagement.organization.current import current_organization
from engagement.ui.templatetags.ui import number

VERSION = "v1"
PER_MILLE = 1_000  # the number of people may differ by one in so many: nobody reads a million to the last one
_SALT = "campaigns.launch"
_DIGITS = 10
_LONGEST = 40_000
LABELS: dict[str, Any] = {
    "brief": gettext_lazy("Objective, owner and budget"),
    "audience": gettext_lazy("Audience"),
    "people": gettext_lazy("People in the segment"),
    "plan": gettext_lazy("Channels"),
    "sms": gettext_lazy("SMS template"),
    "sms_sender": gettext_lazy("SMS sender"),
    "email": gettext_lazy("Email template"),
    "email_sender": gettext_lazy("Email sender"),
    "begins": gettext_lazy("Start"),
    "ends": gettext_lazy("End"),
    "holdout": gettext_lazy("Holdout"),
    "universal_holdout": gettext_lazy("Universal holdout"),
    "cap": gettext_lazy("Frequency cap"),
    "attribution": gettext_lazy("Attribution"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was shown. ``value`` is what it said, in the reader's language; ``mark`` compares it."""

    name: str
    value: str
    mark: str

    @property
    def label(self) -> Any:
        """What it is called."""
        return LABELS[self.name]


@dataclass(frozen=True, slots=True)
class Change:
    """What is not as it was. ``old`` is empty where only the hash came back."""

    name: str
    old: str
    new: str

    @property
    def label(self) -> Any:
        """What it is called."""
        return LABELS[self.name]

    def __str__(self) -> str:
        if self.old:
            return _("%(label)s: %(old)s → %(new)s") % {"label": self.label, "old": self.old, "new": self.new}
        return _("%(label)s: now %(new)s") % {"label": self.label, "new": self.new}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a launch says that it looked at; ``values`` are the words that were shown, by part."""

    seen_hash: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All parts, in the order of LABELS."""

    parts: tuple[Part, ...]

    @property
    def seen_hash(self) -> str:
        """One line without blanks that stands for all parts."""
        return ".".join([VERSION, *(part.mark for part in self.parts)])

    @property
    def token(self) -> str:
        """The hash with the words that were shown, signed, for a form."""
        shown = {"hash": self.seen_hash, "values": {part.name: part.value for part in self.parts}}
        return signing.dumps(shown, salt=_SALT, compress=True)

    def changes_since(self, seen: Seen) -> list[Change]:
        """Return what differs from what was seen; empty when it is the same."""
        version, *marks = seen.seen_hash.split(".")
        if version != VERSION or len(marks) != len(self.parts):
            marks = [""] * len(self.parts)
        return [
            Change(part.name, seen.values.get(part.name, ""), part.value)
            for part, mark in zip(self.parts, marks, strict=True)
            if not _is_same(part, mark)
        ]


def read_token(token: str) -> Seen:
    """Return what a form says that was looked at; nothing for a token that is not ours."""
    try:
        shown = signing.loads(token[:_LONGEST], salt=_SALT)
    except signing.BadSignature:
        return Seen("")
    return Seen(str(shown["hash"]), {str(name): str(value) for name, value in shown["values"].items()})


def take_snapshot(
    *, campaign: Campaign, people: int | None, universal: UniversalHoldout, approved: Mapping[UUID, Revision]
) -> Snapshot:
    """Return what the page shows. ``people``: of the segment, None when it cannot be counted. No query."""
    return Snapshot(tuple(_parts(campaign, people, universal, approved)))


def _parts(
    campaign: Campaign, people: int | None, universal: UniversalHoldout, approved: Mapping[UUID, Revision]
) -> Iterator[Part]:
    owner = campaign.owner.name if campaign.owner else ""
    budget = f"{campaign.currency} {campaign.budget}" if campaign.budget is not None else ""
    brief = "; ".join(one for one in (campaign.objective, owner, budget) if one)
    yield _part("brief", brief, campaign.objective, campaign.owner_id, campaign.budget, campaign.currency)
    segment = campaign.segment
    rules = segment.rules if segment else None
    who = f"{segment.name}: {sentence_of(rules)}" if segment else _("none")
    yield _part("audience", who, campaign.segment_id, rules)
    yield Part(
        "people", number(people) if people is not None else _("unknown"), str(people if people is not None else "")
    )
    yield _part("plan", str(campaign.get_plan_display()), campaign.plan)
    for kind in ("sms", "email"):
        yield from _content(campaign, kind, approved)
    begins = _at(campaign.begins_at) or _("at launch")
    if campaign.in_local_time:
        begins = _("%(at)s in the recipient's time zone") % {"at": begins}
    yield _part("begins", begins, campaign.begins_at, campaign.in_local_time, current_organization().time_zone)
    yield _part("ends", _at(campaign.ends_at) or _("none"), campaign.ends_at)
    held = f"{campaign.holdout_percent} %"
    yield _part("holdout", held, campaign.holdout_percent, campaign.holdout_exception)
    yield _part("universal_holdout", str(universal) if universal.percent else _("none"), *_lot(universal))
    cap = _("%(count)d in %(days)d days") % {"count": campaign.cap_count, "days": campaign.cap_days}
    yield _part("cap", cap if campaign.cap_count else _("none"), campaign.cap_count, campaign.cap_days)
    effect = f"{campaign.get_attribution_display()}, {campaign.attribution_days}"
    yield _part("attribution", effect, campaign.attribution, campaign.attribution_days)


def _lot(universal: UniversalHoldout) -> tuple[int, str]:
    return (universal.percent, universal.period) if universal.percent else (0, "")


def _content(campaign: Campaign, kind: str, approved: Mapping[UUID, Revision]) -> Iterator[Part]:
    used = kind in campaign.kinds
    template = campaign.template_of(kind) if used else None
    revision = approved.get(template.pk) if template else None
    words = _("none")
    if template is not None:
        words = template.name
        if revision is not None:
            words = _("%(template)s, revision %(number)d") % {"template": template.name, "number": revision.number}
    yield _part(kind, words, template.pk if template else None, revision.content_hash if revision else "")
    channel = campaign.channel_of(kind) if used else None
    sender = sender_line(channel, is_marketing=True) if channel else _("none")
    yield _part(f"{kind}_sender", sender, channel.pk if channel else None, sender if channel else "")


def _part(name: str, value: str, *facts: Any) -> Part:
    spelled = json.dumps([str(one) if isinstance(one, datetime | UUID) else one for one in facts], default=str)
    return Part(name, value, hashlib.sha256(spelled.encode()).hexdigest()[:_DIGITS])


def _is_same(part: Part, mark: str) -> bool:
    if part.name != "people" or not (mark.isascii() and mark.isdigit() and part.mark.isdigit()):
        return part.mark == mark
    return abs(int(part.mark) - int(mark)) * PER_MILLE <= int(mark)


def _at(moment: datetime | None) -> str:
    return formats.date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT") if moment else ""
