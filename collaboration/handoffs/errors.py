"""Why a handoff did not go; each message is a sentence for the person who tried."""

from django.utils.translation import gettext as _

from collaboration.models import Handoff
from engagement.village.models import User


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
