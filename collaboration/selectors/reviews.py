"""The review queue, and everything that belongs to one request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from collaboration.approvals import kinds
from collaboration.approvals.kinds import Described, Rule
from collaboration.models import ApprovalComment, ApprovalDecision, ApprovalRequest, ApprovalWaiver
from engagement.village.models import Department, User

PAGE_SIZE = 50
EARLIER = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One request in the queue with what it is about."""

    request: ApprovalRequest
    about: Described
    agreed: int  # how many have approved in the present step
    departments: str

    @property
    def quorum(self) -> int:
        """How many must agree in the present step."""
        return int(self.request.current["quorum"])


@dataclass(frozen=True, slots=True)
class Page:
    """A page of requests, how many there are altogether, and the numbers of the pages beside it (0: there is none)."""

    rows: list[Row]
    count: int
    number: int = 1

    @property
    def previous(self) -> int:
        """The page before."""
        return self.number - 1

    @property
    def next(self) -> int:
        """The page after, if there is one."""
        return self.number + 1 if self.number * PAGE_SIZE < self.count else 0


@dataclass(frozen=True, slots=True)
class WeighedRule:
    """A rule with its waiver, if somebody set it aside for this request."""

    rule: Rule
    waiver: ApprovalWaiver | None

    @property
    def blocks(self) -> bool:
        """It stands against an approval now."""
        return self.rule.state == "stop" and self.waiver is None


@dataclass(frozen=True, slots=True)
class Review:
    """One request as a person sees it. ``barrier`` says why they cannot decide; empty when they can."""

    row: Row
    panel_template: str
    panel: Mapping[str, Any]
    rules: Sequence[WeighedRule]
    decisions: Sequence[ApprovalDecision]
    comments: Sequence[ApprovalComment]
    earlier: Sequence[ApprovalRequest]
    barrier: str

    @property
    def blocking(self) -> list[WeighedRule]:
        """The rules that stand against it."""
        return [weighed for weighed in self.rules if weighed.blocks]


def queue(user: User, number: int = 1) -> Page:
    """Return a page of the open requests that the person may see, oldest first. Five queries and the kinds'."""
    return _page(ApprovalRequest.objects.visible_to(user).open().oldest_first(), number)


def closed(user: User, number: int = 1) -> Page:
    """Return a page of what was decided, the newest first."""
    decided = ApprovalRequest.objects.visible_to(user).exclude(state="open")
    return _page(decided.order_by("-closed_at", "-key"), number)


def _page(requests: QuerySet[ApprovalRequest], number: int) -> Page:
    """Return one page; the last one where there are not so many any more."""
    count = requests.count()
    number = max(1, min(number, -(-count // PAGE_SIZE)))
    return Page(rows_of(requests[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]), count, number)


def waiting_count(user: User) -> int:
    """Return how many requests this person may decide now."""
    return ApprovalRequest.objects.waiting_for(user).count()


def rows_of(requests: QuerySet[ApprovalRequest]) -> list[Row]:
    """Return requests with what they are about, in their order. Four queries and the kinds'."""
    found = list(requests.select_related("requester", "closed_by"))
    about = kinds.describe(found)
    keys = [request.pk for request in found]
    counted = ApprovalDecision.objects.filter(request__in=keys, verdict="approved").order_by()
    agreed = {
        (row["request"], row["step"]): row["n"] for row in counted.values("request", "step").annotate(n=Count("*"))
    }
    names = _departments({request.requester_id for request in found})
    return [
        Row(
            request=request,
            about=about[request.pk],
            agreed=agreed.get((request.pk, request.step), 0),
            departments=names.get(request.requester_id, ""),
        )
        for request in found
    ]


def _departments(people: set[Any]) -> dict[Any, str]:
    """The names of people's departments, by person, in the active language."""
    pairs = User.departments.through.objects.filter(user_id__in=people).values_list("user_id", "department_id")
    mine = list(pairs.order_by("user_id", "department_id"))
    named = Department.objects.in_bulk({department for _person, department in mine})
    found: dict[Any, list[str]] = {}
    for person, department in mine:
        found.setdefault(person, []).append(str(named[department]))
    return {person: ", ".join(sorted(names)) for person, names in found.items()}


def review(*, request: ApprovalRequest, reader: User) -> Review:
    """Return one request with its rules, decisions, comments and what was asked about the subject before."""
    (row,) = rows_of(ApprovalRequest.objects.filter(pk=request.pk))
    kind = kinds.kind_of(request.kind)
    waived = {waiver.rule: waiver for waiver in request.waivers.select_related("waived_by").order_by("key")}
    same = ApprovalRequest.objects.filter(kind=request.kind, subject_id=request.subject_id).order_by("-key")
    return Review(
        row=row,
        panel_template=kind.panel_template,
        panel=kind.panel_context(row.request, reader) if kind.panel_context else {},
        rules=[WeighedRule(rule, waived.get(rule.code)) for rule in kinds.rules_of(row.request)],
        decisions=list(request.decisions.select_related("reviewer").order_by("key")),
        comments=list(request.comments.select_related("author").order_by("key")),
        earlier=list(same.select_related("requester", "closed_by")[:EARLIER]),
        barrier=_barrier(row.request, reader),
    )


def _barrier(request: ApprovalRequest, reader: User) -> str:
    if not request.is_open:
        return "closed"
    if request.requester_id == reader.pk:
        return "own"
    if not (reader.has_perm("collaboration.decide_approval") and reader.has_perm(request.permission)):
        return "others"
    if reader in kinds.contributors_of(request):
        return "contributor"
    if request.decisions.filter(step=request.step, reviewer=reader).exists():
        return "decided"
    return ""
