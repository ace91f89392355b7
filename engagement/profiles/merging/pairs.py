"""Which profiles to compare at all: pairs that share an address in some spelling, or whose names are alike."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce

from engagement.profiles.merging.likeness import Shared, Side
from engagement.profiles.merging.namesakes import NAMESAKES, namesakes_of
from engagement.profiles.models import AttributeDefinition, Employment, MergeProposal, Profile, Relation
from engagement.statements import rows

Pair = tuple[UUID, UUID]  # of canonical profiles, the smaller key first
# Names before the @ that say what somebody does and not who they are.
_NOBODY = (
    *("info", "contact", "contato", "sales", "vendas", "support", "suporte", "admin", "office", "hello", "mail"),
    *("atendimento", "comercial", "financeiro", "compras", "marketing", "noreply", "service", "account", "accounts"),
)

_SHARED = """
WITH mine AS (
    SELECT key, profile_id, kind, scope, address, address_norm, alias, verified_at, valid_to
    FROM profiles_identity WHERE profile_id = ANY(%(profiles)s::uuid[])
)
SELECT mine.profile_id, other.profile_id,
    CASE WHEN mine.valid_to IS NOT NULL OR other.valid_to IS NOT NULL THEN 'passed_on'
        WHEN mine.kind = 'email' THEN 'mailbox' ELSE 'number' END,
    mine.address, mine.verified_at IS NOT NULL AND other.verified_at IS NOT NULL
FROM mine JOIN profiles_identity other ON other.alias = mine.alias AND other.profile_id <> mine.profile_id
WHERE mine.alias <> ''
UNION ALL
SELECT mine.profile_id, other.profile_id, 'passed_on', mine.address, false
FROM mine JOIN profiles_identity other ON other.kind = mine.kind AND other.scope = mine.scope
    AND other.address_norm = mine.address_norm AND other.profile_id <> mine.profile_id
    AND (other.valid_to IS NULL) <> (mine.valid_to IS NULL)
WHERE mine.alias = ''
UNION ALL
SELECT mine.profile_id, other.profile_id, 'local_part', other.address, false
FROM mine JOIN LATERAL (
    SELECT profile_id, address FROM profiles_identity same
    WHERE same.kind = 'email' AND same.valid_to IS NULL AND same.profile_id <> mine.profile_id
    AND same.address_norm ~>=~ (split_part(mine.address_norm, '@', 1) || '@')
    AND same.address_norm ~<~ (split_part(mine.address_norm, '@', 1) || 'A')
    LIMIT %(most)s
) other ON true
WHERE mine.kind = 'email' AND mine.valid_to IS NULL AND length(split_part(mine.address_norm, '@', 1)) >= 6
    AND split_part(mine.address_norm, '@', 1) <> ALL(%(nobody)s)
"""


def pairs_around(profiles: Collection[UUID]) -> dict[Pair, list[Shared]]:
    """Return the pairs of canonical people around these ones that are worth comparing, with what they share.

    Those that stand as open proposals are among them, those that somebody told apart or related are not.
    """
    found: dict[Pair, list[Shared]] = defaultdict(list)
    values = {"profiles": list(profiles), "most": NAMESAKES, "nobody": list(_NOBODY)}
    for one, other, code, address, verified in rows(_SHARED, values):
        found[_pair(one, other)].append(Shared(code, address, verified))
    for pair in (_pair(*each) for each in namesakes_of(profiles)):
        found.setdefault(pair, [])
    for pair in _proposed(profiles):
        found.setdefault(pair, [])
    roots = _roots({key for pair in found for key in pair})
    canonical: dict[Pair, list[Shared]] = defaultdict(list)
    for (one, other), shared in found.items():
        if one in roots and other in roots and roots[one] != roots[other]:
            canonical[_pair(roots[one], roots[other])] += shared
    for pair in _told_apart(canonical):
        canonical.pop(pair, None)
    return dict(canonical)


def sides_of(keys: Iterable[UUID]) -> dict[UUID, Side]:
    """Return what is compared of each of these canonical people. Three queries."""
    wanted = list(keys)
    dates = set(AttributeDefinition.objects.filter(type="date").values_list("slug", flat=True))
    companies: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    works = Employment.objects.filter(profile_id__in=wanted).select_related("company")
    for one in works:
        companies[one.profile_id][one.company_id] = one.company.name
    people = Profile.objects.filter(pk__in=wanted)
    return {
        person.pk: Side(
            name=person.name,
            place=person.place,
            companies=companies[person.pk],
            dates={slug: str(value) for slug, value in person.attributes.items() if slug in dates and value},
        )
        for person in people
    }


def _pair(one: UUID, other: UUID) -> Pair:
    return (one, other) if one < other else (other, one)


def _proposed(profiles: Collection[UUID]) -> list[Pair]:
    theirs = Q(low__in=profiles) | Q(high__in=profiles)
    return list(MergeProposal.objects.filter(theirs, state=MergeProposal.State.OPEN).values_list("low_id", "high_id"))


def _roots(keys: Collection[UUID]) -> dict[UUID, UUID]:
    """The canonical profile of each, without those that were erased."""
    known = Profile.objects.filter(pk__in=keys, erased_at=None).annotate(root=Coalesce("canonical_id", "key"))
    return dict(known.values_list("key", "root"))


def _told_apart(pairs: Collection[Pair]) -> set[Pair]:
    """Those of which somebody said that they are two people, whichever of their profiles were looked at then; and
    those of whom we know how they belong together.
    """
    heads = {key for pair in pairs for key in pair}
    family = dict.fromkeys(heads)
    of = {key: key for key in family}
    of |= dict(Profile.objects.filter(canonical__in=heads).values_list("key", "canonical_id"))
    told = MergeProposal.objects.filter(state=MergeProposal.State.DIFFERENT, low__in=of, high__in=of)
    apart = {_pair(of[low], of[high]) for low, high in told.values_list("low_id", "high_id")}
    related = Relation.objects.filter(profile__in=of, other__in=of, until=None)
    return apart | {_pair(of[one], of[other]) for one, other in related.values_list("profile_id", "other_id")}
