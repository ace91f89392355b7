"""Why a handoff did not go; each message is a sentence for the person who tried."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collaboration.models import Handoff
from engagement.village.models import Department, User


class HandoffRefused(ValueError):
    """The step could not be taken; nothing was written."""


class MissingSummary(HandoffRefused):
    """Work without a summary makes the next person read everything."""

    def __init__(self) -> None:
        super().__init__(_("Say in a few words what it is about and what you ask for."))


class MissingReason(HandoffRefused):
    """Sent back without a word."""

    def __init__(self) -> None:
        super().__init__(_("Say why you send it back. Whoever offered it reads this."))


class AlreadyOffered(HandoffRefused):
    """It waits for a department already; ``handoff`` is that one."""

    def __init__(self, handoff: Handoff) -> None:
        super().__init__(
            _("It is offered to %(department)s already. Withdraw that first.") % {"department": handoff.to_department}
        )
        self.handoff = handoff


class NobodyThere(HandoffRefused):
    """Nobody of the department would be notified, or could take it; ``ask`` can change that (None: nobody can)."""

    def __init__(self, department: Department, ask: User | None) -> None:
        sentence = _("Nobody in %(department)s can take it: nobody would be notified.") % {"department": department}
        step = (
            _("Choose another department, or ask %(name)s (administrator) to add somebody there.") % {"name": ask}
            if ask
            else _("Choose another department.")
        )
        super().__init__(f"{sentence} {step}")
        self.department, self.ask = department, ask


def written_way(way: Sequence[Department]) -> str:
    """Return departments in the order in which something went through them."""
    return " → ".join(str(department) for department in way)


class GoesInCircles(HandoffRefused):
    """It went between two departments ``times`` times already, or round through those of ``way``.

    ``arbiter`` is who is asked to decide (None: nobody).
    """

    def __init__(
        self, one: Department, other: Department, times: int, arbiter: User | None, way: Sequence[Department] = ()
    ) -> None:
        values = {"one": one, "other": other, "times": times, "name": arbiter, "way": written_way(way)}
        sentence = (
            _("It went round: %(way)s.")
            if way
            else ngettext(
                "It went between %(one)s and %(other)s %(times)d time already.",
                "It went between %(one)s and %(other)s %(times)d times already.",
                times,
            )
        )
        step = (
            _("Confirm to offer it again: %(name)s gets a task to decide who deals with it.")
            if arbiter
            else _("Talk to each other first, then confirm to offer it again.")
        )
        super().__init__(f"{sentence % values} {step % values}")
        self.times, self.arbiter, self.way = times, arbiter, list(way)


class AlreadyAnswered(HandoffRefused):
    """A colleague was faster; ``by`` is who."""

    def __init__(self, sentence: str, by: User | None) -> None:
        super().__init__(sentence)
        self.by = by


class NotForYou(HandoffRefused):
    """The person does not belong to the department that it was offered to."""

    def __init__(self, handoff: Handoff) -> None:
        super().__init__(_("It was offered to %(department)s.") % {"department": handoff.to_department})


class NothingToHandOver(HandoffRefused):
    """The department has it already, or the place is gone."""
