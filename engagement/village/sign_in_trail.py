"""Writes signing in, failing to, and every change of password or second factor to the audit trail.

These are the hooks of django-allauth, django-axes and Django's sign-in; there are no signals of our own models.
"""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from axes import signals as axes
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_failure_limit
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from engagement.village.audit import origin_of, record
from engagement.village.models import User
from engagement.village.sign_in import typed_address


def connect() -> None:
    """Listen to the libraries. Called once, when the app is ready."""
    for signal, receiver in (
        (account.user_logged_in, signed_in),
        (user_logged_out, signed_out),
        (user_login_failed, failed),
        (axes.user_locked_out, locked),
        (account.password_changed, password_changed),
        (account.password_set, password_changed),
        (account.password_reset, password_reset),
        (mfa.authenticator_added, factor_added),
        (mfa.authenticator_removed, factor_removed),
        (mfa.authenticator_reset, factor_renewed),
        (mfa.authentication_failed, factor_failed),
    ):
        signal.connect(receiver, dispatch_uid=f"village.sign_in_trail.{receiver.__name__}")


def signed_in(request: HttpRequest, user: User, sociallogin: Any = None, **_: Any) -> None:
    """Somebody has come in, by password or by the organisation's own account."""
    by = sociallogin.account.provider if sociallogin else "password"
    _note(user, "sign_in.succeeded", request, {"by": by})


def signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    """Somebody has left."""
    if user is not None:
        _note(user, "sign_in.ended", request)


def failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """A wrong password, or an address that is not known. Tries during the pause are not counted, nor noted."""
    if request is None or getattr(request, "axes_locked_out", False):
        return
    _note_about(typed_address(request, credentials), "sign_in.failed", request)


def locked(request: HttpRequest, username: str, **_: Any) -> None:
    """The last try failed too; signing in pauses. Noted once for each pause."""
    credentials = {"username": username}
    if getattr(request, "axes_failures_since_start", None) == get_failure_limit(request, credentials):
        failures = AxesProxyHandler.get_failures(request, credentials)
        _note_about(username, "sign_in.locked_out", request, {"tries": failures})


def password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    """A person has given themselves another password."""
    _note(user, "password.changed", request)


def password_reset(request: HttpRequest, user: User, **_: Any) -> None:
    """A person has set their password by the link of a mail."""
    _note(user, "password.reset", request)


def factor_added(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    """A second factor is on."""
    _note(user, "second_factor.added", request, {"type": authenticator.type})


def factor_removed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    """A second factor is off."""
    _note(user, "second_factor.removed", request, {"type": authenticator.type})


def factor_renewed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    """There are new recovery codes; the old ones open nothing."""
    _note(user, "second_factor.renewed", request, {"type": authenticator.type})


def factor_failed(request: HttpRequest, user: User, **_: Any) -> None:
    """The password was right, the code was not."""
    _note(user, "second_factor.failed", request)


def _note(person: User, action: str, request: HttpRequest, detail: dict[str, Any] | None = None) -> None:
    now = timezone.now()
    record(actor=person, action=action, subject=person, now=now, detail=detail, origin=origin_of(request))


def _note_about(address: str, action: str, request: HttpRequest, detail: dict[str, Any] | None = None) -> None:
    """Nobody is known to have done it: the typed address stands for who it was, the person for whom it was tried."""
    record(
        actor=None,
        actor_name=address or "?",
        action=action,
        subject=User.objects.filter(email=address).first(),
        now=timezone.now(),
        detail=detail,
        origin=origin_of(request),
    )
