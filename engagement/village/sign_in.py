"""How people sign in: by e-mail and password, a second factor, or the organisation's own account."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are invited by an administrator; nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: there is no sign-up page."""
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Who comes from the organisation's own sign-in must have been invited too."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """Return False: only invited people sign in."""
        return False


def locked_out(
    request: HttpRequest, credentials: dict[str, str], *args: object, **kwargs: object
) -> HttpResponse:
    """Answer a sign-in from someone who has guessed too often."""
    return render(request, "account/login.html", {"locked_out": True}, status=429)
