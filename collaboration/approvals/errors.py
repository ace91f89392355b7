"""Why a decision was not taken; each message is a sentence for the person who tried."""

from django.utils.translation import gettext as _

from engagement.village.models import User


class ApprovalRefused(ValueError):
    """The step could not be taken; nothing was written."""


class SelfApproval(ApprovalRefused):
    """Whoever asked for an approval tried to give it."""

    def __init__(self) -> None:
        super().__init__(_("You asked for this approval, so somebody else decides."))


class Contributed(ApprovalRefused):
    """Whoever wrote any part of it tried to decide on it; ``name`` is theirs."""

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s wrote part of this text, so somebody else decides.") % {"name": name})
        self.name = name


class NotAReviewer(ApprovalRefused):
    """The person may not decide in this step."""

    def __init__(self) -> None:
        super().__init__(_("This step is decided by other people."))


class AlreadyDecided(ApprovalRefused):
    """The request is open no more, or this person has decided in this step already.

    ``by`` is who decided last, if a person did.
    """

    def __init__(self, sentence: str, by: User | None = None) -> None:
        super().__init__(sentence)
        self.by = by


class SubjectChanged(ApprovalRefused):
    """What the reviewer read is not what the request is about, or what stands there now."""

    def __init__(self) -> None:
        super().__init__(_("It was changed while you were reading. Read it again, then decide."))


class MissingReason(ApprovalRefused):
    """A refusal or a waiver without a reason."""

    def __init__(self) -> None:
        super().__init__(_("Give a reason. The author reads it."))


class RuleStandsAgainst(ApprovalRefused):
    """A rule that blocks is neither met nor waived; ``rule`` is its code."""

    def __init__(self, rule: str, title: str) -> None:
        super().__init__(
            _("“%(rule)s” stands against it. Have it mended, or waive the rule with a reason.") % {"rule": title}
        )
        self.rule = rule
