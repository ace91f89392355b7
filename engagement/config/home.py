"""What those who run the house find on their home page: is it well, and what is dead or behind."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.channels.models import RawEvent, Transmission
from engagement.config.health import broker, database, outbox, workers
from engagement.events.models import OutboxEvent
from engagement.ui.home import Item, Section
from engagement.village.models import User


def sections(user: User, now: datetime) -> Iterator[Section]:
    """Yield what is broken, and the state of each part of the machine."""
    yield _broken(user)
    facts = [
        (_("Database"), database()),
        (_("Broker"), broker()),
        (_("Workers"), workers()),
        (_("Events"), outbox()),
    ]
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
    names = {
        "ok": _("well"),
        "does not answer": _("does not answer"),
        "no worker has reported": _("no worker has reported"),
        "no worker has reported for a while": _("no worker has reported for a while"),
    }
    return names.get(state, state)


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
    failed = RawEvent.objects.filter(status=RawEvent.Status.FAILED).count()
    failed += Transmission.objects.filter(state__in=["failed", "unknown", "bounced"], settled_at=None).count()
    if failed:
        what = ngettext("%(count)d message needs attention", "%(count)d messages need attention", failed)
        may = user.has_perm("engagement_channels.replay_rawevent")
        items.append(
            Item(
                what=what % {"count": failed},
                why=_("It did not arrive, or could not be read."),
                url=reverse("conversations:attention") if may else reverse("home"),
                icon="circle-x",
                failed=True,
            )
        )
    return Section(title=_("Needs attention"), empty=_("Nothing is broken."), order=5, items=items)
