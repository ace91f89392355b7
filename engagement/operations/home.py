"""What those who steer find on their home page: how the house stands, what fails, which departments take part."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from engagement.operations.figures import figure_of, target_of
from engagement.operations.models import AdoptionCount, Announcement, Objection, Outcome, Training
from engagement.operations.selectors.adoption import Adoption, DepartmentLine
from engagement.operations.selectors.claims import beliefs
from engagement.operations.selectors.matrix import Line, Matrix, matrix
from engagement.operations.selectors.rows import Fix, fixes_of
from engagement.operations.selectors.value import value
from engagement.ui.home import Action, Item, Section
from engagement.ui.templatetags.ui import money, number
from engagement.village.models import User

_SHOWN = 6


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
    """What waits for the adoption lead: objections, departments that are not in, what people have not read or done."""
    page = Adoption(period=AdoptionCount.Period.MONTH, now=now)
    url = reverse("operations:adoption")
    waiting = [one for one in page.objections if one.state == Objection.State.OPEN]
    yield Section(
        title=_("Objections to answer"),
        note=str(len(waiting)) if waiting else "",
        empty=_("No open objections"),
        url=reverse("operations:objections"),
        order=9,
        items=[
            Item(
                what=f"{one.department}: “{one.text}”",
                why=one.evidence,
                url=reverse("operations:objection", args=[one.pk]),
                icon="message-square-text",
                at=one.raised_at,
            )
            for one in waiting[:_SHOWN]
        ],
    )
    outside = [line for line in page.lines if not line.is_in]
    note = ngettext("%(count)d is not in yet", "%(count)d are not in yet", len(outside)) % {"count": len(outside)}
    yield Section(
        title=_("Departments"),
        note=note if outside else _("all of them are in"),
        empty=_("There is no department."),
        url=url,
        order=10,
        items=[
            Item(
                what=str(line.department),
                why=_taking_part(line),
                url=reverse("operations:adoption-department", args=[line.department.slug]),
                icon="users",
                note=line.dots,
                failed=not line.is_in,
            )
            for line in sorted(page.lines, key=lambda line: (line.is_in, line.done))[:_SHOWN]
        ],
    )
    yield Section(
        title=_("Not read or done yet"),
        empty=_("Everybody has read and done everything."),
        url=url,
        order=11,
        items=[*_unread(page), *_undone(page)],
    )


def _taking_part(line: DepartmentLine) -> str:
    if not line.is_invited:
        return _("Nobody belongs to it. Invite its first person.")
    return ngettext(
        "%(here)d of %(staff)d person active within 30 days",
        "%(here)d of %(staff)d people active within 30 days",
        line.staff,
    ) % {"here": line.active, "staff": line.staff}


def _unread(page: Adoption) -> Iterator[Item]:
    for line in page.announcements:
        if line.read < line.readers:
            why = _("%(read)d of %(readers)d read") % {"read": line.read, "readers": line.readers}
            url = reverse("operations:announcement", args=[line.announcement.pk])
            yield Item(what=str(line.announcement), why=why, url=url, icon="megaphone")


def _undone(page: Adoption) -> Iterator[Item]:
    for line in page.training:
        if line.done < line.people:
            why = _("%(done)d of %(people)d done") % {"done": line.done, "people": line.people}
            url = reverse("operations:training", args=[line.training.pk])
            yield Item(what=str(line.training), why=why, url=url, icon="list-checks")


def announced(user: User, now: datetime) -> Iterator[Section]:
    """What is announced to this person and what they have to learn, until they have. Two queries, for everybody."""
    announcements = list(Announcement.objects.addressed_to(user).current(now).unread_by(user)[:_SHOWN])
    trainings = list(Training.objects.addressed_to(user).current().not_done_by(user)[:_SHOWN])
    if not announcements and not trainings:
        return
    read = pgettext("announcement", "Mark as read")
    yield Section(
        title=_("Announcements and training"),
        empty="",
        url=reverse("operations:adoption-mine"),
        order=2,
        items=[
            *(
                Item(
                    what=str(one),
                    why=one.body[:200],
                    url=reverse("operations:announcement", args=[one.pk]),
                    icon="megaphone",
                    at=one.published_at,
                    action=Action(read, reverse("operations:announcement-receipt", args=[one.pk]), {"back": "home"}),
                )
                for one in announcements
            ),
            *(
                Item(
                    what=str(one),
                    why=_("Training: read it and mark it as done"),
                    url=reverse("operations:training", args=[one.pk]),
                    icon="list-checks",
                )
                for one in trainings
            ),
        ],
    )
