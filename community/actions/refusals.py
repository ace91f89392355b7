"""Why something cannot be done in the community; each message is a sentence for whoever tried."""

from django.utils.translation import gettext as _

from community.names import REFUSALS


class Refused(ValueError):
    """Base of what is refused to a member or to a moderator."""


class Silenced(Refused):
    """The member may not write at the moment."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(_("You cannot write here at the moment. %(reason)s") % {"reason": reason})


class TopicClosed(Refused):
    """Nobody answers in a topic that is closed or out of sight."""

    def __init__(self) -> None:
        super().__init__(_("This topic is closed. Open a new one."))


class KindNotAllowed(Refused):
    """The space is not for this kind of topic."""

    def __init__(self) -> None:
        super().__init__(_("This cannot be opened in this space. Choose another one."))


class NotYours(Refused):
    """Only the author, or only the asker, may do this."""

    def __init__(self) -> None:
        super().__init__(_("Only whoever wrote it can do this."))


class OwnPost(Refused):
    """Nobody votes for or reports their own."""

    def __init__(self) -> None:
        super().__init__(_("This one is yours."))


class NotAnAnswer(Refused):
    """Only a published answer in a question can be accepted."""

    def __init__(self) -> None:
        super().__init__(_("Only an answer to a question can be accepted."))


class HandleTaken(Refused):
    """Somebody has this handle."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has this name already. Choose another one."))


class NameRefused(Refused):
    """A name or a handle passes for somebody else's; ``field`` is which of the two."""

    def __init__(self, field: str, code: str) -> None:
        self.field, self.code = field, code
        super().__init__(str(REFUSALS[code]))


class AlreadyDecided(Refused):
    """A colleague was faster."""

    def __init__(self, who: str, decision: str) -> None:
        super().__init__(
            _("%(name)s decided first: %(decision)s.") % {"name": who or _("The author"), "decision": decision}
        )


class OwnContent(Refused):
    """Nobody decides about what they wrote."""

    def __init__(self) -> None:
        super().__init__(_("You wrote this. Another moderator has to decide."))


class OwnRemoval(Refused):
    """Nobody decides an appeal against their own removal."""

    def __init__(self) -> None:
        super().__init__(_("You took this out of sight. Another moderator has to decide the appeal."))


class MissingReason(Refused):
    """A removal says why."""

    def __init__(self) -> None:
        super().__init__(_("Say why. The author reads it."))


class NotAppealable(Refused):
    """There is no removal that stands, or it was appealed against already."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing to appeal against, or you did already."))


class NotAnIdea(Refused):
    """Only ideas have a status."""

    def __init__(self) -> None:
        super().__init__(_("Only an idea has a status."))


class NotAMembersPost(Refused):
    """Only what a member wrote can become a conversation with them."""

    def __init__(self) -> None:
        super().__init__(_("A colleague wrote this; there is nobody to talk to."))


class OthersAnswered(Refused):
    """A topic in which others wrote is not taken out of sight by its author."""

    def __init__(self) -> None:
        super().__init__(_("Others have answered, and a moderator is reviewing this topic. Wait for the decision."))


class TextChanged(Refused):
    """The author changed the post after it was shown to whoever decides."""

    def __init__(self) -> None:
        super().__init__(
            _("The author changed this post after you opened it. Nothing was done. Read the new text, then decide.")
        )
