"""What the pages of merging show: pairs to be looked at, two people side by side, and what a merge did."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagement import compiled
from engagement.profiles.attributes import in_words
from engagement.profiles.forms import language_label
from engagement.profiles.merging import agreed, known, reasons
from engagement.profiles.merging.reasons import Reason
from engagement.profiles.models import AttributeDefinition, Identity, Merge, MergeProposal, Profile
from engagement.statements import rows
from engagement.ui.names import channel_look
from engagement.village.models import User

PAGE = 30
_LABELS = {
    "name": gettext_lazy("Name"),
    "lifecycle": gettext_lazy("Relation to us"),
    "language": gettext_lazy("Writes in"),
    "time_zone": gettext_lazy("Time zone"),
    "country": gettext_lazy("Country"),
    "place": gettext_lazy("Place"),
    "owner": gettext_lazy("Owner"),
    "created_at": gettext_lazy("Known since"),
    "last_heard_at": gettext_lazy("Last heard of"),
    "last_written_at": gettext_lazy("Last written to"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A proposal with the canonical people of both sides, who is known longer first, and the reasons in words."""

    proposal: MergeProposal
    one: Profile
    other: Profile
    reasons: Sequence[Reason]

    @property
    def people(self) -> tuple[Profile, Profile]:
        """Both."""
        return self.one, self.other


def open_pairs(after: tuple[int, UUID] | None) -> tuple[list[Pair], tuple[int, UUID] | None]:
    """Return the pairs that nobody decided, the surest first, and where the next page begins. A fixed number of
    queries.
    """
    found = open_proposals()
    if after:
        confidence, key = after
        found = found.filter(Q(confidence__lt=confidence) | Q(confidence=confidence, key__gt=key))
    rows = list(found.order_by("-confidence", "key")[: PAGE + 1])
    more = rows[PAGE - 1] if len(rows) > PAGE else None
    return _pairs(rows[:PAGE]), (more.confidence, more.key) if more else None


_THEIRS = """
SELECT key FROM profiles_mergeproposal WHERE state = 'open' AND (low_id = ANY(%(family)s) OR high_id = ANY(%(family)s))
"""


def pairs_of(family: Sequence[UUID]) -> list[Pair]:
    """Return the open pairs of one person, the surest first; seen from them: ``one`` is who is asked for."""
    keys = [key for (key,) in rows(_THEIRS, {"family": list(family)})]
    if not keys:  # nearly always
        return []
    theirs = open_proposals().filter(pk__in=keys).order_by("-confidence", "key")
    pairs = _pairs(list(theirs[:PAGE]))
    return [
        pair if pair.one.pk in family else Pair(pair.proposal, pair.other, pair.one, pair.reasons) for pair in pairs
    ]


def count_open() -> int:
    """Return how many pairs wait."""
    return open_proposals().count()


def open_proposals() -> QuerySet[Any]:
    """Return the pairs that nobody decided, each with both profiles and the canonical ones.

    Of two that came into one family by other merges nobody needs to say anything any more.
    """
    low, high = Coalesce(F("low__canonical_id"), F("low_id")), Coalesce(F("high__canonical_id"), F("high_id"))
    open_ones: QuerySet[Any] = MergeProposal.objects.filter(state=MergeProposal.State.OPEN)
    rows = open_ones.annotate(low_root=low, high_root=high)
    alive: QuerySet[Any] = rows.filter(low__erased_at=None, high__erased_at=None).exclude(low_root=F("high_root"))
    return alive.select_related("low__canonical", "high__canonical")


def _pairs(rows: Collection[MergeProposal]) -> list[Pair]:
    if not rows:
        return []
    labels = labels_of_attributes()
    pairs = []
    for row in rows:
        sides = sorted((row.low.canonical or row.low, row.high.canonical or row.high), key=_seniority)
        pairs.append(Pair(row, sides[0], sides[1], reasons.in_words(row.reasons, labels)))
    people = [person for pair in pairs for person in (pair.one, pair.other)]
    addresses = addresses_of(person.pk for person in people)
    for person in people:
        person.reached_at = addresses[person.pk]  # type: ignore[attr-defined]
    return pairs


def _seniority(person: Profile) -> tuple[datetime, UUID]:
    return person.created_at, person.pk


def addresses_of(profiles: Any) -> Mapping[UUID, list[Identity]]:
    """Return the open addresses of canonical people. One query."""
    found: dict[UUID, list[Identity]] = defaultdict(list)
    rows = Identity.objects.filter(profile__in=list(profiles), valid_to=None).order_by("-preferred", "key")
    for row in rows:
        found[row.profile_id].append(row)
    return found


def labels_of_attributes() -> dict[str, str]:
    """Return the names of attributes by their slugs, in the reader's language."""
    return {slug: str(one) for slug, one in _definitions().items()}


def _definitions() -> dict[str, AttributeDefinition]:
    return {one.slug: one for one in AttributeDefinition.objects.order_by("position", "slug")}


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of two people. ``can_choose``: both know it and they differ. ``note`` says what is kept where nobody
    chooses. ``tones``: how the sides are drawn, "up" or "down" for consents. ``stays``: the merge changes nothing.
    """

    name: str
    label: str
    left: str
    right: str
    can_choose: bool = False
    note: str = ""
    tones: tuple[str, str] = ("", "")
    stays: bool = False


def compared(kept: Profile, merged: Profile) -> list[Row]:
    """Return what is known of two canonical people side by side. A sensitive attribute is covered on both sides."""
    left, right = known.values_of(kept), known.values_of(merged)
    definitions = _definitions()
    owners = [side[known.OWNER] for side in (left, right) if known.OWNER in side]
    names = {str(person.pk): person.name for person in User.objects.filter(pk__in=owners)}
    shown = [
        name
        for name in known.in_order({*left, *right})
        if not known.attribute_of(name) or known.attribute_of(name) in definitions
    ]
    rows = [_row(name, left.get(name), right.get(name), definitions, names) for name in shown]
    if kept.tags or merged.tags:
        rows.append(
            Row("tags", _("Tags"), ", ".join(kept.tags), ", ".join(merged.tags), note=_("Both sides' are kept."))
        )
    return rows


def _row(
    name: str, left: Any, right: Any, definitions: Mapping[str, AttributeDefinition], names: Mapping[str, str]
) -> Row:
    label = label_of(name, definitions)
    shown = (said(name, left, definitions, names), said(name, right, definitions, names))
    if agreed.is_consent(name):
        shown = (shown[0] or _("never asked"), shown[1] or _("never asked"))
        stricter = agreed.stricter(left, right)
        note = "" if left == right else _("Kept: %(state)s, the stricter one.") % {"state": _consent(stricter)}
        stays = stricter == left
        return Row(
            name, label, *shown, note=note if left and right else "", tones=(_tone(left), _tone(right)), stays=stays
        )
    both = left is not None and right is not None and left != right
    if name in known.TIMES:
        note = _("The earlier one is kept.") if name == "created_at" else _("The later one is kept.")
        return Row(name, label, *shown, note=note if both else "", stays=right is None or left == right)
    return Row(name, label, *shown, can_choose=both, stays=right is None or left == right)


def label_of(name: str, attributes: Mapping[str, object]) -> str:
    """Return what a fact is called, in the reader's language; ``attributes`` by their slugs."""
    if agreed.is_consent(name):
        channel, purpose = agreed.parts_of(name)
        by = channel_look(channel).within
        return (_("Marketing by %(channel)s") if purpose == "marketing" else _("Service by %(channel)s")) % {
            "channel": by
        }
    slug = known.attribute_of(name)
    return str(attributes.get(slug, slug)) if slug else str(_LABELS.get(name, name))


def said(name: str, value: Any, definitions: Mapping[str, AttributeDefinition], names: Mapping[str, str]) -> str:
    """Return a value as it is read; empty where nothing is known, covered where it is sensitive."""
    if value is None:
        return ""
    slug = known.attribute_of(name)
    if slug:
        definition = definitions.get(slug)
        if definition is None or definition.sensitive:
            return _("known, and covered")
        return in_words(definition, value)
    if agreed.is_consent(name):
        return _consent(value)
    if name in known.TIMES:
        return str(formats.date_format(timezone.localtime(datetime.fromisoformat(value)), "SHORT_DATE_FORMAT"))
    if name == known.OWNER:
        return names.get(value, "")
    if name == "language" and value:
        return language_label(value)
    choices = {"lifecycle": dict(Profile.Lifecycle.choices)}.get(name, {})
    return str(choices.get(value, value))


def _consent(state: agreed.State) -> str:
    if state is None:
        return ""
    day = formats.date_format(timezone.localtime(datetime.fromisoformat(state["since"])), "SHORT_DATE_FORMAT")
    return (_("yes, %(day)s") if state["granted"] else _("withdrew, %(day)s")) % {"day": day}


def _tone(state: agreed.State) -> str:
    return "" if state is None else "up" if state["granted"] else "down"


@dataclass(frozen=True, slots=True)
class Did:
    """One fact that a merge changed on the side that was kept."""

    label: str
    before: str
    after: str


def what_it_did(merge: Merge) -> list[Did]:
    """Return the facts that a merge changed, as they were before and as it left them."""
    definitions = _definitions()
    owners = [key for key in merge.facts.get(known.OWNER, []) if key]
    names = {str(person.pk): person.name for person in User.objects.filter(pk__in=owners)}
    done = [
        Did(label_of(name, definitions), *(said(name, value, definitions, names) for value in merge.facts[name]))
        for name in known.in_order(merge.facts)
    ]
    if merge.tags_added:
        done.append(Did(_("Tags"), "", ", ".join(merge.tags_added)))
    return done


def merges_of(family: Sequence[UUID]) -> list[Merge]:
    """Return the merges that stand within a family, the newest first. One query."""
    return compiled.read(_standing, family=list(family))


def _standing(*, family: Sequence[UUID]) -> QuerySet[Merge]:
    return Merge.objects.standing().filter(kept__in=family).select_related("merged", "actor").order_by("-key")
