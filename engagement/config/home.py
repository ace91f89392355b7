"""What those who run the house find on their home page: is it well, and what is dead or behind."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.models import Queue
from conversations.selectors import attention
from engagement.channels.models import RawEvent, Transmission
from engagement.config.health import run_checks
from engagement.events.models import OutboxEvent
from engagement.operations.links import may_open, who_can_open
from engagement.ui.home import Action, Item, Section
from engagement.village.models import User

DELIVERY_PROBLEMS = "delivery-problems"


def sections(user: User, now: datetime) -> Iterator[Section]:
    """Yield what is broken, and the state of each part of the machine."""
    yield _broken(user)
    names = {
        "database": _("Database"),
        "redis": "Redis",
        "broker": _("Broker"),
        "workers": _("Workers"),
        "beat": _("Scheduler"),
        "outbox": _("Events"),
        "disk": _("Disk"),
    }
    facts = [(names[check], state) for check, state in run_checks().items()]
    yield Section(
        title=_("Health"),
        empty="",
        order=10,
        place="side",
        facts=[(name, _in_words(state)) for name, state in facts],
    )


def _in_words(state: str) -> str:
    """Say what ``health`` found in the person's language."""
    behind = state.removesuffix(" s behind")
    if behind != state:
        return _("%(seconds)s s behind") % {"seconds": behind}
    silent = state.removeprefix("no beat has ticked for ").removesuffix(" s")
    if silent != state:
        return _("has not ticked for %(seconds)s s") % {"seconds": silent}
    left = state.removesuffix(" MB left")
    if left != state:
        return _("%(free)s MB left") % {"free": left}
    names = {
        "ok": _("well"),
        "does not answer": _("does not answer"),
        "unknown": _("unknown"),
        "no beat has ticked": _("has not started"),
        "no worker has reported": _("no worker has reported"),
        "no worker has reported for a while": _("no worker has reported for a while"),
    }
    return names.get(state, state)


def _delivery_problems(user: User) -> Item | None:
    """What the page has for this person, exactly; for whoever may not open it, how many there are and whom to ask."""
    url = reverse("conversations:attention")
    may = may_open(user=user, url=url)
    if may:
        queues = list(Queue.objects.worked_by(user).values_list("pk", flat=True))
        failed = attention.count(user=user, queues=queues)
    else:
        failed = RawEvent.objects.filter(status=RawEvent.Status.FAILED).count()
        unsent = Transmission.objects.filter(state__in=["failed", "unknown", "bounced"], settled_at=None)
        failed += unsent.filter(group_id=None).count()
    if not failed:
        return None
    what = ngettext("%(count)d message needs attention", "%(count)d messages need attention", failed)
    person = None if may else who_can_open(url=url, but=user)
    action = None
    if person is not None:
        label = _("Ask %(name)s") % {"name": person.name}
        action = Action(label, reverse("operations:ask-about"), {"about": DELIVERY_PROBLEMS})
    return Item(
        what=what % {"count": failed},
        why=_("It did not arrive, or could not be read."),
        url=url if may else "",
        icon="circle-x",
        failed=True,
        action=action,
    )


def _broken(user: User) -> Section:
    items = []
    dead = OutboxEvent.objects.filter(status=OutboxEvent.Status.DEAD).count()
    if dead and user.has_perm("events.view_outboxevent"):
        what = ngettext("%(count)d event is dead", "%(count)d events are dead", dead) % {"count": dead}
        items.append(
            Item(
                what=what, why=_("Mend the cause, then replay."), url=reverse("events:events"), icon="zap", failed=True
            )
        )
    if (problems := _delivery_problems(user)) is not None:
        items.append(problems)
    return Section(title=_("Needs attention"), empty=_("Nothing is broken."), order=5, items=items)
