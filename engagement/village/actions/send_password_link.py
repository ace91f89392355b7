"""Mail a link by which a person sets their password."""

from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from engagement.organization.current import current_organization
from engagement.village.models import User


def send_password_link(*, person: User, mail: str, invited_by: User) -> None:
    """Send the mail ``invitation`` or ``new_password`` in the person's own language.

    The link holds once, and for ``settings.PASSWORD_RESET_TIMEOUT`` seconds. Raises what the mail backend raises.
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
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [person.email])


def _path(person: User) -> str:
    key = PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    parts = {"uidb36": user_pk_to_url_str(person), "key": key}
    return reverse("account_reset_password_from_key", kwargs=parts)
