"""How people sign in: by e-mail and password, a second factor, or the organisation's own account.

Who guesses is stopped twice: five tries for one address of ours from one address of theirs (django-axes), then a
pause of 15 minutes; and a slower limit for one address of ours from everywhere (django-allauth's rate limit).
An address that is not known here counts, answers and takes as long as one that is.
"""

from datetime import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off, get_failure_limit
from axes.models import AccessAttempt
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.organization.sign_in_policy import allows_passwords
from engagement.village.audit import origin_of, record
from engagement.village.known_device import device_address, remember_device
from engagement.village.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are invited by an administrator; nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: there is no sign-up page."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a try towards the limit of that address from everywhere, except from where it is paused already.

        So nobody can lock a person out of everywhere from one place; and the browser in which they have signed in
        before has its own limit only. Raises ValidationError above the limit.
        """
        if not allows_passwords():
            raise ValidationError(_("Sign in with your organization's account."), code="passwords_closed")
        if _of_known_device(request, credentials) is None and not AxesProxyHandler.is_locked(request, credentials):
            super().pre_authenticate(request, **credentials)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return under which address tries are counted."""
        return address_of_client(request) or str(super().get_client_ip(request))

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """Answer a sign-in, and let this browser be known for the next one."""
        answer: HttpResponse = super().post_login(request, user, **options)
        remember_device(request, answer, email=user.email)
        return answer

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Work out how many tries are left, for the message."""
        failures = AxesProxyHandler.get_failures(request, credentials)
        self.tries_left = max(get_failure_limit(request, credentials) - failures, 0)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Return the error of a form; a wrong password says how many tries are left."""
        if code == "email_password_mismatch":
            return ValidationError(_mismatch(getattr(self, "tries_left", 0)), code=code)
        error: ValidationError = super().validation_error(code, *args)
        return error

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail of allauth's in the language of the person whom it goes to."""
        person = context.get("user")
        language = person.language if isinstance(person, User) else translation.get_language()
        with translation.override(language):
            super().send_mail(template_prefix, email, context)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Who comes from the organisation's own sign-in must have been invited too."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Return False, and note who was turned away: only invited people sign in."""
        claims = sociallogin.account.extra_data.get("id_token", {})
        record(
            actor=None,
            actor_name=str(claims.get("email") or sociallogin.account.uid),
            action="sign_in.refused",
            subject=None,
            now=timezone.now(),
            detail={"reason": "not invited, or e-mail not verified", "by": sociallogin.account.provider},
            origin=origin_of(request),
        )
        return False

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """Return the person as they are: nobody is made out of what the organisation's server says."""
        person: User = sociallogin.user
        return person

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        """Return True: a verified address of the organisation's own sign-in is proof enough."""
        return True

    def authenticate_by_email(self, sociallogin: Any) -> tuple[User, str] | None:
        """Return the invited person whose address the organisation has verified; None when there is none."""
        for address in sociallogin.email_addresses:
            if address.verified is not True:
                continue
            person = User.objects.filter(email=address.email.strip().lower()).first()
            if person is not None:
                _vouch_for(person)
                return person, person.email
        return None


def _vouch_for(person: User) -> None:
    """Note that the address is the person's own, or allauth would throw their password away.

    It does that where anybody may sign up with the address of another; here an administrator gave the address,
    and now the organisation's own sign-in has confirmed it.
    """
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})


def _mismatch(tries_left: int) -> str:
    return ngettext(
        "E-mail or password do not match. %(tries)d try left before a pause of %(minutes)d minutes.",
        "E-mail or password do not match. %(tries)d tries left before a pause of %(minutes)d minutes.",
        tries_left,
    ) % {"tries": tries_left, "minutes": _pause_minutes()}


def _pause_minutes() -> int:
    return int(get_cool_off().total_seconds() // 60)


def typed_address(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the e-mail address that somebody signs in with, the way it is counted (``AXES_USERNAME_CALLABLE``)."""
    given = credentials or {}
    typed = given.get("email") or given.get("username") or request.POST.get("login", "")
    return str(typed).replace("\0", "").strip().lower()[:255]


def address_of_client(request: HttpRequest) -> str | None:
    """Return where tries to sign in come from (``AXES_CLIENT_IP_CALLABLE``): a known browser, else the address.

    A middleware has looked behind proxies.
    """
    return _of_known_device(request) or request.META.get("REMOTE_ADDR") or None


def _of_known_device(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    user = getattr(request, "user", None)
    if request.method != "POST" or (user is not None and user.is_authenticated):
        return None
    return device_address(request, email=typed_address(request, credentials))


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Answer 429 to a sign-in from someone who has guessed too often, and say when to come back (RFC 6585)."""
    seconds = _seconds_left(request, credentials, now=timezone.now())
    minutes = max(-(-seconds // 60), 1)
    text = ngettext(
        "Too many tries. Signing in with this address pauses for %(minutes)d minute.",
        "Too many tries. Signing in with this address pauses for %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}
    context = {"locked_out": True, "lockout_text": text}
    answer = render(request, "account/login.html", context, status=429)
    answer["Retry-After"] = str(seconds)
    return answer


def _seconds_left(request: HttpRequest, credentials: dict[str, Any] | None, *, now: datetime) -> int:
    attempts = AccessAttempt.objects.filter(
        username=typed_address(request, credentials), ip_address=address_of_client(request)
    )
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or now
    return max(int((last + get_cool_off() - now).total_seconds()), 1)
