"""A task for whoever must decide on a deal that should have closed long ago, or whose owner has left."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import formats, translation
from django.utils.translation import gettext as _

from collaboration.handoffs.offering import an_administrator
from collaboration.models import Task
from collaboration.selectors.people import people_of, who_may
from collaboration.tasks.making import make
from engagement.profiles.models import Deal
from engagement.village.models import Department, User

SALES = "sales"
ANSWER_WITHIN = timedelta(days=3)


def make_deal_task(*, deal_id: UUID, has_left: bool, now: datetime) -> Task | None:
    """Make the task once; None where the deal is over, or nobody is there to be asked. May run twice."""
    deal = Deal.objects.select_related("owner").get(pk=deal_id)
    if not deal.is_open:
        return None
    assignee, department = _whom_to_ask(deal.owner if not has_left and deal.owner.is_active else None)
    author = assignee or an_administrator() or (people_of([department]).first() if department else None)
    if author is None:
        return None
    with translation.override(assignee.language if assignee else author.language):
        title, text = _words(deal, has_left)
    return make(
        title=title,
        text=text,
        created_by=author,
        assignee=assignee,
        department=department,
        due_at=now + ANSWER_WITHIN,
        subject_type="profiles.deal",
        subject_id=deal.pk,
        profile_id=deal.profile_id,
        client_key=f"deal:{deal.pk}:{deal.owner_id}:{deal.closes_on}:{has_left}",
        is_automatic=True,
        now=now,
    )


def _whom_to_ask(owner: User | None) -> tuple[User | None, Department | None]:
    """The owner; else the sales department, if anybody is there; else who may change deals; else an administrator."""
    if owner is not None:
        return owner, None
    department = Department.objects.filter(slug=SALES).first()
    if department is not None and people_of([department]).exists():
        return None, department
    return who_may("profiles.change_deal").exclude(is_superuser=True).first() or an_administrator(), None


def _words(deal: Deal, has_left: bool) -> tuple[str, str]:
    if has_left:
        title = _("Decide on the deal “%(title)s”: its owner %(name)s has left")
        return title % {"title": deal.title, "name": deal.owner}, _("Give it to somebody, win it or lose it.")
    day = formats.date_format(deal.closes_on, "DATE_FORMAT") if deal.closes_on else ""
    title = _("Decide on the deal “%(title)s”: it was expected to close on %(day)s")
    text = _("Give it a new close date, win it or lose it. It keeps marketing back no longer.")
    return title % {"title": deal.title, "day": day}, text
