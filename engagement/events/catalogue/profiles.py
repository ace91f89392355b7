"""What happened to what we know of a customer."""

from datetime import datetime
from uuid import UUID

from engagement.events.catalogue.base import Event


class ProfileCreated(Event, frozen=True, kw_only=True):
    """A person, or an address of one, was met for the first time."""

    name = "profiles.profile_created"
    profile_id: UUID
    identity_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"profile:{self.profile_id}"


class ProfileChanged(Event, frozen=True, kw_only=True):
    """What we know of a person was changed by hand or by the API. ``fields`` names what, never the values."""

    name = "profiles.profile_changed"
    profile_id: UUID
    fields: list[str]
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"profile:{self.profile_id}"


class AttributeChanged(Event, frozen=True, kw_only=True):
    """An attribute was declared, redefined, retired or brought back (``change``). ``fields`` names what changed."""

    name = "profiles.attribute_changed"
    attribute_id: UUID
    slug: str
    change: str
    fields: list[str]
    at: datetime

    @property
    def subject(self) -> str:
        return f"attribute:{self.attribute_id}"


class ProfilesMerged(Event, frozen=True, kw_only=True):
    """Two profiles are one person: ``merged`` is read through ``kept``. ``fields`` names what it changed there."""

    name = "profiles.profiles_merged"
    merge_id: UUID
    kept_id: UUID
    merged_id: UUID
    fields: list[str]
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"profile:{self.kept_id}"


class MergeUndone(Event, frozen=True, kw_only=True):
    """Two profiles are two people again. ``fields``: what was restored on the one that was kept."""

    name = "profiles.merge_undone"
    merge_id: UUID
    kept_id: UUID
    merged_id: UUID
    fields: list[str]
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"profile:{self.kept_id}"


class IdentityChanged(Event, frozen=True, kw_only=True):
    """An address of a person was added, confirmed, preferred, closed (``change``: added, spelling, confirmed,
    unconfirmed, preferred, closed, replaced). "spelling": another way to write what we knew was heard of.
    """

    name = "profiles.identity_changed"
    profile_id: UUID
    identity_id: UUID
    kind: str
    change: str
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"profile:{self.profile_id}"


class PeopleImported(Event, frozen=True, kw_only=True):
    """A file of people came in ("done"), came in partly ("stopped"), or was taken back ("undone"). It stands for the
    events of all its people: none is published for each of them (docs/adr/0042).
    """

    name = "profiles.people_imported"
    import_id: UUID
    of: str = "people"  # or "companies"
    outcome: str
    new: int
    changed: int
    removed: int
    restored: int
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"import:{self.import_id}"


class ConsentChanged(Event, frozen=True, kw_only=True):
    """A person agreed, or took it back. ``channel`` is a kind, empty in a withdrawal for every channel."""

    name = "profiles.consent_changed"
    profile_id: UUID
    consent_id: UUID
    channel: str
    purpose: str
    granted: bool
    basis: str
    source: str
    at: datetime

    @property
    def subject(self) -> str:
        return f"profile:{self.profile_id}"


class Suppressed(Event, frozen=True, kw_only=True):
    """An address must not be written to any more; ``lifted``: it may be again. ``purpose`` empty: everything."""

    name = "profiles.suppressed"
    suppression_id: UUID
    kind: str
    purpose: str
    reason: str
    lifted: bool
    at: datetime

    @property
    def subject(self) -> str:
        return f"suppression:{self.suppression_id}"


class SuppressionListChanged(Event, frozen=True, kw_only=True):
    """Numbers of a block list were added, or the list was ended."""

    name = "profiles.suppression_list_changed"
    name_of_list: str
    added: int
    ended: int
    at: datetime

    @property
    def subject(self) -> str:
        return f"suppression_list:{self.name_of_list}"


class DealChanged(Event, frozen=True, kw_only=True):
    """A deal was opened, changed, held, released, won or lost (``change``)."""

    name = "profiles.deal_changed"
    deal_id: UUID
    profile_id: UUID
    owner_id: UUID
    change: str
    stage: str
    held: bool
    released_until: datetime | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"deal:{self.deal_id}"


class DealNeedsDecision(Event, frozen=True, kw_only=True):
    """A deal should have closed long ago, or its owner has left (``has_left``): somebody must decide."""

    name = "profiles.deal_needs_decision"
    deal_id: UUID
    profile_id: UUID
    owner_id: UUID
    has_left: bool
    at: datetime

    @property
    def subject(self) -> str:
        return f"deal:{self.deal_id}"


class CompanyChanged(Event, frozen=True, kw_only=True):
    """A company was written down ("added") or changed ("changed"); ``fields`` names what, never the values."""

    name = "profiles.company_changed"
    company_id: UUID
    change: str
    fields: list[str]
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"company:{self.company_id}"


class EmploymentChanged(Event, frozen=True, kw_only=True):
    """A person began to work at a company, changed there, or left it (``change``: "begun", "changed", "ended")."""

    name = "profiles.employment_changed"
    employment_id: UUID
    profile_id: UUID
    company_id: UUID
    change: str
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"profile:{self.profile_id}"


class RelationChanged(Event, frozen=True, kw_only=True):
    """Two people belong together now ("begun"), or no more ("ended")."""

    name = "profiles.relation_changed"
    relation_id: UUID
    profile_id: UUID
    other_id: UUID
    kind: str
    change: str
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"profile:{self.profile_id}"


class DataRequestChanged(Event, frozen=True, kw_only=True):
    """A request about a person's data was filed, or went on. ``change`` is filed, asked_who, verified, law_changed,
    extended, held, released, file_asked, erasing, answered, refused, cancelled, due_soon or overdue.
    """

    name = "profiles.data_request_changed"
    request_id: UUID
    profile_id: UUID
    kind: str
    change: str
    state: str
    due_at: datetime
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"data-request:{self.request_id}"


class LegalHoldChanged(Event, frozen=True, kw_only=True):
    """Nothing of a person may be erased; ``lifted``: it may again."""

    name = "profiles.legal_hold_changed"
    hold_id: UUID
    profile_id: UUID
    lifted: bool
    at: datetime

    @property
    def subject(self) -> str:
        return f"legal-hold:{self.hold_id}"


class ProfileErased(Event, frozen=True, kw_only=True):
    """Nothing personal of a person is left; ``profile_ids`` are the shells that remain."""

    name = "profiles.profile_erased"
    profile_id: UUID
    profile_ids: list[UUID]
    request_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"profile:{self.profile_id}"
