"""How far a mailbox has been fetched."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagement.channels.models.channel import Channel


class ImapCursor(models.Model):
    """The place in one IMAP folder up to which everything is stored: moved in the transaction that stores it.

    UIDs only grow while ``uid_validity`` stays the same (RFC 9051 section 2.3.1.1). ``acted_uid``: up to there the
    folder was changed as the channel's settings say, which happens after the commit.
    ``judged_below``: where only new mail is wanted, a UID below it is new if its date is after ``started_at``.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+", db_index=False)
    folder = models.CharField(max_length=300)
    uid_validity = models.BigIntegerField()
    last_uid = models.BigIntegerField(default=0)
    acted_uid = models.BigIntegerField(default=0)
    judged_below = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("place in a mailbox")
        verbose_name_plural = _("places in mailboxes")
        constraints = [models.UniqueConstraint(fields=["channel", "folder"], name="imap_folder_once")]

    def __str__(self) -> str:
        return f"{self.folder} {self.uid_validity}:{self.last_uid}"
