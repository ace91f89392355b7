"""Passwords that are guessed first are refused, whatever their length.

zxcvbn (Wheeler, "zxcvbn: low-budget password strength estimation", USENIX Security 2016) knows some 30,000 passwords of
past breaches, names and words, and sees them repeated, turned around, with letters replaced, along the keyboard, and
with a year behind them. What takes fewer than 10^8 guesses, its score 3, is refused (NIST SP 800-63B-4, 3.1.1.2).
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

MIN_SCORE = 3
MAX_JUDGED = 72  # characters; what follows can only make a password better, and judging it takes long
_WORDS_OF_HERE = (
    "vilarejo",
    "senha",
    "minhasenha",
    "mudar",
    "brasil",
    "palmeiras",
    "corinthians",
    "flamengo",
    "saopaulo",
)


class GuessablePasswordValidator:
    """One of ``AUTH_PASSWORD_VALIDATORS``."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a password that is guessed soon."""
        known = [*_WORDS_OF_HERE, *settings.ORGANISATION_NAME.split(), *_words_of(user)]
        if zxcvbn(password[:MAX_JUDGED], user_inputs=known, max_length=MAX_JUDGED)["score"] < MIN_SCORE:
            raise ValidationError(
                _("This password is among the first that are guessed. Use four or more unrelated words."),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        """Return the sentence under the field."""
        return _("Your password must not be one that is guessed soon: known, repeated, or made of a name and a year.")


def _words_of(user: Any) -> list[str]:
    name, address = str(getattr(user, "name", "") or ""), str(getattr(user, "email", "") or "")
    words = [*name.split(), "".join(name.split()), address, *address.replace("@", ".").split(".")]
    return [word for word in words if len(word) > 2]
