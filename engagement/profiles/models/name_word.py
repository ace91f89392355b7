"""The words that names are made of: what a misspelt one is compared with."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NameWord(models.Model):
    """A word of somebody's name, small and without accents. Triggers write down each that is not there yet.

    Nothing waits for another's word: two who bring a new one at once may write it twice, which does no harm and is
    tidied up each night together with the words that nobody is called by any more.
    """

    word = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("word of names")
        verbose_name_plural = _("words of names")
        ordering = ["word", "id"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.word
