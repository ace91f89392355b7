"""Why a text could not be written, said to the person who tried."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from content.models import Draft


class ContentRefused(Exception):
    """Something was not done: ``str()`` says why."""


class StaleDraft(ContentRefused):
    """Somebody else wrote in the meantime. ``current`` is what stands there now."""

    def __init__(self, current: Draft) -> None:
        super().__init__(_("Somebody else wrote here in the meantime."))
        self.current = current


class NothingToSave(ContentRefused):
    """No language has any words."""

    def __init__(self) -> None:
        super().__init__(_("Nothing is written yet."))


class LocaleRefused(ContentRefused):
    """A language that is not offered, or that is the source of the others."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(sentence)


class DraftWouldBeLost(ContentRefused):
    """What is being written cannot be saved, so nothing may be put in its place."""

    def __init__(self) -> None:
        super().__init__(_("What is being written cannot be read yet, so it would be lost. Mend it first."))


class NotTheAuthor(ContentRefused):
    """Somebody submits what a colleague wrote; then the colleague could approve their own words."""

    def __init__(self, author: Any) -> None:
        words = _("%(name)s wrote this revision, and asks for its approval. Change it, and it is yours to ask for.")
        super().__init__(words % {"name": author})


class Incomplete(ContentRefused):
    """Something is missing before anybody can decide. ``reasons``: a sentence each."""

    def __init__(self, reasons: list[Any]) -> None:
        super().__init__(" ".join(str(reason) for reason in reasons))
        self.reasons = reasons
