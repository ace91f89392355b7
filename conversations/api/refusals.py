"""What the inbox refuses, as problems with a code that a program can read."""

from collections.abc import Iterator
from contextlib import contextmanager

from conversations.actions import files, note, recipients, reply, status, upload, writing
from conversations.actions.assign import AlreadyAssigned, CannotWorkHere
from conversations.actions.begin import MayNotBeWritten, SubjectMissing
from engagement.api.exceptions import Conflict, Unprocessable

CODES: dict[type[ValueError], str] = {
    SubjectMissing: "subject_missing",
    CannotWorkHere: "assignee_without_access",
    files.FileGone: "attachment_missing",
    note.MentionedWithoutAccess: "mention_without_access",
    note.UnknownColleague: "mention_unknown",
    recipients.RecipientIsOurs: "recipient_is_ours",
    reply.AnswerTakenBack: "reply_undone",
    status.SnoozeInThePast: "snooze_in_the_past",
    upload.FileEmpty: "file_empty",
    upload.FileTooLarge: "file_too_large",
    upload.NoFile: "file_missing",
    writing.EmptyText: "text_empty",
    writing.FilesNotCarried: "attachments_not_carried",
    writing.ForbiddenCharacter: "character_not_carried",
    writing.LongerThanCarried: "text_longer_than_carried",
    writing.TextTooLong: "text_too_long",
}


@contextmanager
def refusals_as_problems() -> Iterator[None]:
    """Raise Conflict (409) or Unprocessable (422) with a code in place of what an action refuses."""
    try:
        yield
    except reply.ColleagueAnsweredFirst as refusal:
        raise Conflict(str(refusal), code="colleague_replied") from refusal
    except AlreadyAssigned as refusal:
        raise Conflict(str(refusal), code="assigned_meanwhile") from refusal
    except writing.AnotherIsOpen as refusal:
        raise Conflict(str(refusal), code="conversation_open") from refusal
    except MayNotBeWritten as refusal:
        raise Unprocessable(str(refusal), code=refusal.code or "refused") from refusal
    except (writing.ReplyRefused, upload.FileRefused, CannotWorkHere, status.SnoozeInThePast) as refusal:
        raise Unprocessable(str(refusal), code=CODES.get(type(refusal), "refused")) from refusal
