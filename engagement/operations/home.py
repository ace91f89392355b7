"""What those who steer find on their home page: how the house stands, what fails, which departments take part."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.operations.models import Outcome
from engagement.operations.selectors.claims import beliefs
from engagement.operations.selectors.matrix import Line, Matrix, matrix
from engagement.operations.selectors.rows import Fix, fixes_of
from engagement.operations.selectors.value import value
from engagement.operations.templatetags.operations import figure_of, target_of
from engagement.sorting import by_name
from engagement.ui.home import Action, Item, Section
from engagement.ui.templatetags.ui import money, number
from engagement.village.models import Department, User

_SHOWN = 6
_TAKES_PART = timedelta(days=30)


def steering(user: User, now: datetime) -> Iterator[Section]:
    """Maturity measured and claimed, what fails, which waivers end soon. For benefactor, architect and counsel."""
    found = matrix(now=now)
    yield _standing(found)
    yield _failing(found, user)
    yield _waivers(found, now)


def _standing(found: Matrix) -> Section:
    claims = beliefs(matrix=found)
    claimed = sum(belief.claimed for belief in claims) / len(claims) if claims else None
    return Section(
        title=_("How the house stands"),
        empty="",
        url=reverse("operations:model"),
        order=5,
        place="side",
        facts=[
            (_("Measured"), _("%(level)s of 5") % {"level": number(found.level, 1)}),
            (_("Claimed"), _("%(level)s of 5") % {"level": number(claimed, 1)} if claimed is not None else "–"),
            (_("Passes"), str(found.totals.get(Outcome.PASS, 0))),
            (_("Fails"), str(found.totals.get(Outcome.FAIL, 0))),
            (_("Not enough data"), str(found.totals.get(Outcome.INSUFFICIENT, 0))),
        ],
    )


def _failing(found: Matrix, user: User) -> Section:
    lines = [line for line in found.lines if line.outcome == Outcome.FAIL]
    fixes = fixes_of(items=[line.item for line in lines[:_SHOWN]], user=user)
    note = ngettext("%(count)d question", "%(count)d questions", len(lines)) % {"count": len(lines)} if lines else ""
    return Section(
        title=_("Does not hold"),
        note=note,
        empty=_("Everything that can be judged holds."),
        url=reverse("operations:model"),
        order=15,
        items=[_item(line, fixes[line.item.name]) for line in lines[:_SHOWN]],
    )


def _item(line: Line, fix: Fix) -> Item:
    answer = line.answer
    why = ""
    if answer is not None:
        figures = {"figure": figure_of(line.item, answer.figure), "target": target_of(line.item, answer.threshold)}
        why = _("%(figure)s, target %(target)s") % figures
    url = reverse("operations:item", args=[line.item.name])
    action = None
    if fix.url:
        action = Action(_("Fix"), fix.url)
    elif fix.ask is not None:
        label = _("Ask %(name)s") % {"name": fix.ask.name}
        action = Action(label, reverse("operations:ask"), {"check": line.item.name})
    return Item(what=str(line.item.statement), why=why, url=url, icon="circle-x", failed=True, action=action)


def _waivers(found: Matrix, now: datetime) -> Section:
    lines = sorted((line for line in found.lines if line.waiver), key=lambda line: line.waiver.until)  # type: ignore[union-attr]
    return Section(
        title=_("Waived for now"),
        empty=_("Nothing is waived."),
        order=25,
        items=[
            Item(
                what=str(line.item.statement),
                why=_("%(name)s: “%(reason)s”") % {"name": line.waiver.person.name, "reason": line.waiver.reason[:120]},
                url=reverse("operations:item", args=[line.item.name]),
                icon="clock",
                due_at=line.waiver.until,
            )
            for line in lines[:_SHOWN]
            if line.waiver
        ],
    )


def decisions(user: User, now: datetime) -> Iterator[Section]:
    """What waits for a benefactor's signature. One query."""
    waiting = value().unsigned
    yield Section(
        title=_("Waits for your signature"),
        note=str(len(waiting)) if waiting else "",
        empty=_("Every value case is signed."),
        order=8,
        items=[
            Item(
                what=entry.name,
                why=_("%(name)s counts %(amount)s a year")
                % {"name": entry.author.name, "amount": money(entry.base, entry.currency)},
                url=reverse("operations:value", args=[entry.case]),
                icon="hourglass",
                at=entry.written_at,
            )
            for entry in waiting[:_SHOWN]
        ],
    )


def adoption(user: User, now: datetime) -> Iterator[Section]:
    """Which departments take part: who signed in during the last thirty days. For the shepherd. One query."""
    active = Q(people__is_active=True)
    departments = list(
        Department.objects.annotate(
            staff=Count("people", filter=active, distinct=True),
            here=Count("people", filter=active & Q(people__last_login__gte=now - _TAKES_PART), distinct=True),
            last=Max("people__last_login", filter=active),
        ).order_by("here", *by_name())
    )
    silent = [department for department in departments if department.here == 0]
    note = ngettext("%(count)d does not yet", "%(count)d do not yet", len(silent)) % {"count": len(silent)}
    yield Section(
        title=_("Which departments take part"),
        note=note if silent else _("all of them"),
        empty=_("There is no department."),
        order=10,
        items=[
            Item(
                what=str(department),
                why=_taking_part(department.staff, department.here),
                url=reverse("operations:area", args=["collaboration"]),
                icon="users",
                at=department.last,
                failed=department.staff == 0,
            )
            for department in departments
        ],
    )


def _taking_part(staff: int, here: int) -> str:
    if staff == 0:
        return _("Nobody belongs to it. Invite its first person.")
    return ngettext(
        "%(here)d of %(staff)d person signed in within 30 days",
        "%(here)d of %(staff)d people signed in within 30 days",
        staff,
    ) % {"here": here, "staff": staff}
