"""Mail a link by which a person sets their password."""

from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from engagement.organization.current import current_organization
from engagement.village.actions.guard import ChangeRefused
from engagement.village.models import User


class LinkNotSent(ChangeRefused):
    """The mail server did not take the email; ``person`` and everything that was saved stay."""

    def __init__(self, person: User, reason: str) -> None:
        self.person = person
        text = _("The email to %(email)s could not be sent: %(reason)s. Check the mail server, then send it again.")
        super().__init__(text % {"email": person.email, "reason": reason})


def send_password_link(*, person: User, mail: str, invited_by: User) -> None:
    """Send the mail ``invitation`` or ``new_password`` in the person's own language.

    The link holds once, and for ``settings.PASSWORD_RESET_TIMEOUT`` seconds. Raises LinkNotSent.
    """
    context = {
        "person": person,
        "invited_by": invited_by,
        "organisation": current_organization().display_name,
        "link": settings.BASE_URL + _path(person),
        "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60),
    }
    with translation.override(person.language):
        subject = " ".join(render_to_string(f"village/email/{mail}_subject.txt", context).split())
        text = render_to_string(f"village/email/{mail}_text.txt", context)
    try:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [person.email])
    except OSError as error:  # all that a mail server or the way to it can raise
        raise LinkNotSent(person, str(error).rstrip(".")) from error


def _path(person: User) -> str:
    key = PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    parts = {"uidb36": user_pk_to_url_str(person), "key": key}
    return reverse("account_reset_password_from_key", kwargs=parts)
