"""The fields that rules may speak of: columns of a profile, declared attributes, consent, contact, deals, campaigns.

An attribute that is declared sensitive is not among them: a segment would tell what the page hides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from campaigns.segments.operators import BY_TYPE, FieldType, Operator
from engagement.profiles.companies.forms import owner_choices
from engagement.profiles.language_tags import language_name
from engagement.profiles.models import AttributeDefinition, Company, Profile
from engagement.sorting import by_name, sort_text

Choices = Callable[[], list[tuple[str, Any]]]
GROUP_PERSON = _("The person")
GROUP_FACTS = _("What we know besides")
GROUP_CONSENT = _("Consent and addresses")
GROUP_CONTACT = _("Contact")
MOST_CAMPAIGNS = 100
MOST = 500  # companies, languages to choose from
LANGUAGES_KEY = "campaigns:languages"
LANGUAGES_KEPT = 60  # seconds


@dataclass(frozen=True, slots=True)
class Field:
    """``sql`` is written over the alias ``profile``; ``%(slug)s`` in it stands for ``parameters["slug"]``.

    ``join`` brings in another table that has at most one row for a person, as ``{alias}``.
    """

    name: str
    label: Any
    type: FieldType
    sql: str
    group: Any = GROUP_PERSON
    choices: Choices | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    join: str = ""

    @property
    def operators(self) -> tuple[Operator, ...]:
        """What may be asked of it."""
        return BY_TYPE[self.type]

    def operator(self, name: str) -> Operator | None:
        """Return an operator by its name."""
        return next((operator for operator in self.operators if operator.name == name), None)

    def options(self) -> list[tuple[str, str]]:
        """Return the values to choose from, in the active language."""
        return [(value, str(label)) for value, label in self.choices()] if self.choices else []


def _languages() -> list[tuple[str, Any]]:
    """The languages that people have, as they are kept, after those that texts are proposed in."""
    tags = cache.get(LANGUAGES_KEY)
    if tags is None:
        found = Profile.objects.exclude(language="").order_by().annotate(tag=Lower("language"))
        tags = sorted(set(found.values_list("tag", flat=True).distinct()))[:MOST]
        cache.set(LANGUAGES_KEY, tags, LANGUAGES_KEPT)
    choices = [(tag, language_name(tag)) for tag in dict.fromkeys(["pt-br", "en", "es", *tags])]
    return sorted(choices, key=lambda choice: sort_text(choice[1]))


def _campaigns() -> list[tuple[str, Any]]:
    launched = Campaign.objects.exclude(status=Campaign.Status.DRAFT).newest_first()
    return [(str(key), name) for key, name in launched.values_list("key", "name")[:MOST_CAMPAIGNS]]


def _owners() -> list[tuple[str, Any]]:
    return [(str(one.pk), one.name) for one in owner_choices()]


def _companies() -> list[tuple[str, Any]]:
    return [(str(key), name) for key, name in Company.objects.order_by(*by_name()).values_list("key", "name")[:MOST]]


def _emptied(column: str) -> str:
    return f"nullif(profile.{column}, '')"


def _code(column: str) -> str:
    """A column of ASCII codes: letters are made small without asking a language's rules, in a third of the time."""
    return f"nullif(profile.{column}, '') COLLATE \"C\""


def _exists(sql: str) -> str:
    return f"profile.key IN ({sql})"


# Joined and not looked for, since a join is shared among parallel workers: there is at most one row for each person.
_CONSENT_JOIN = (
    "LEFT JOIN profiles_consentstate {alias} ON {alias}.profile_id = profile.key"
    " AND {alias}.channel = %(kind)s AND {alias}.purpose = 'marketing' AND {alias}.granted"
)
_CONSENT = "{alias}.profile_id IS NOT NULL AND ({alias}.expires_at IS NULL OR {alias}.expires_at > %(now)s)"
_IDENTITY = _exists(
    "SELECT identity.profile_id FROM profiles_identity identity"
    " WHERE identity.kind = %(kind)s AND identity.valid_to IS NULL AND identity.is_dialable"
)
_OPEN_DEAL = _exists(
    "SELECT coalesce(dealer.canonical_id, deal.profile_id) FROM profiles_deal deal"
    " JOIN profiles_profile dealer ON dealer.key = deal.profile_id WHERE deal.stage NOT IN ('won', 'lost')"
)


def _recipients(condition: str) -> str:
    """Who is among the recipients of campaigns; of who was merged since, the profile that is read instead. Few are
    merged, so they are looked for by themselves: joining every recipient to its profile would take as long again.
    """
    of = f"recipient.campaign_id = ANY({{value}}::uuid[]) AND {condition}"
    return (
        f"SELECT recipient.profile_id FROM campaigns_recipient recipient WHERE {of}"  # noqa: S608 - ours
        " UNION ALL SELECT merged.canonical_id FROM profiles_profile merged"
        " JOIN campaigns_recipient recipient ON recipient.profile_id = merged.key"
        f" WHERE merged.canonical_id IS NOT NULL AND {of}"
    )


_WRITTEN_TO = _recipients("recipient.state = 'queued'")
_ANSWERED = _recipients("recipient.answered_at IS NOT NULL")


# A company with all that belongs to it.
_WORKS_AT = """
SELECT coalesce(one.canonical_id, one.key) FROM profiles_employment work
JOIN profiles_profile one ON one.key = work.profile_id
WHERE work.until IS NULL AND work.company_id IN (
    WITH RECURSIVE below (key) AS (
        SELECT unnest({value}::uuid[])
        UNION
        SELECT part.key FROM profiles_company part JOIN below ON part.parent_id = below.key
    ) SELECT key FROM below
)
"""


def _identity(kind: str, label: Any) -> Field:
    return Field(f"identity.{kind}", label, "member", _IDENTITY, GROUP_CONSENT, parameters={"kind": kind})


def _consent(kind: str, label: Any) -> Field:
    of = {"kind": kind}
    return Field(f"consent.{kind}", label, "member", _CONSENT, GROUP_CONSENT, parameters=of, join=_CONSENT_JOIN)


FIXED = (
    Field("name", _("name"), "text", _emptied("name")),
    Field(
        "lifecycle",
        _("relation to us"),
        "choice",
        _emptied("lifecycle"),
        choices=lambda: list(Profile.Lifecycle.choices),
    ),
    Field("tags", _("tags"), "tags", "profile.tags"),
    Field("owner", _("owner"), "choice", "profile.owner_id::text", choices=_owners),
    Field("company", _("works at"), "set", _WORKS_AT, choices=_companies),
    Field("language", _("language"), "choice", "nullif(lower(profile.language), '')", choices=_languages),
    Field("country", _("country"), "text", _code("country")),
    Field("place", _("place"), "text", _emptied("place")),
    Field("time_zone", _("time zone"), "text", _code("time_zone")),
    Field("known_since", _("known since"), "datetime", "profile.created_at", GROUP_CONTACT),
    Field("last_heard", _("wrote to us"), "datetime", "profile.last_heard_at", GROUP_CONTACT),
    Field("last_written", _("was written to"), "datetime", "profile.last_written_at", GROUP_CONTACT),
    _consent("email", _("consent to marketing by e-mail")),
    _consent("sms", _("consent to marketing by SMS")),
    _consent("whatsapp", _("consent to marketing on WhatsApp")),
    _identity("email", _("has an e-mail address")),
    _identity("phone", _("has a phone number")),
    _identity("handle", _("is in the community")),
    Field("deal.open", _("has an open deal"), "member", _OPEN_DEAL, GROUP_CONTACT),
    Field("campaign.received", _("was written to by"), "set", _WRITTEN_TO, GROUP_CONTACT, _campaigns),
    Field("campaign.answered", _("answered"), "set", _ANSWERED, GROUP_CONTACT, _campaigns),
)

_ATTRIBUTE: dict[str, tuple[FieldType, str]] = {
    "text": ("text", "nullif(profile.attributes ->> %(slug)s, '')"),
    "choice": ("choice", "nullif(profile.attributes ->> %(slug)s, '')"),
    "number": (
        "number",
        "CASE WHEN jsonb_typeof(profile.attributes -> %(slug)s) = 'number'"
        " THEN (profile.attributes ->> %(slug)s)::numeric END",
    ),
    "boolean": ("boolean", "profile.attributes -> %(slug)s = 'true'::jsonb"),
    "date": ("date", "nullif(profile.attributes ->> %(slug)s, '') COLLATE \"C\""),
}


def fields() -> dict[str, Field]:
    """Return every field by its name, in the order of the builder. One query."""
    declared = AttributeDefinition.objects.in_use().filter(sensitive=False)
    found = {one.name: one for one in FIXED}
    return found | {f"attribute.{one.slug}": _attribute(one) for one in declared}


def _attribute(declared: AttributeDefinition) -> Field:
    type_, sql = _ATTRIBUTE[declared.type]
    given = [(str(choice), declared.choice_in_words(str(choice))) for choice in declared.choices]
    return Field(
        f"attribute.{declared.slug}",
        str(declared),
        type_,
        sql,
        GROUP_FACTS,
        choices=(lambda: given) if given else None,
        parameters={"slug": declared.slug},
    )
