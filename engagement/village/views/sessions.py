"""One's own security: the second factor, the password, where one is signed in."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from engagement.village.access import person_of, requires
from engagement.village.actions.end_sessions import end_other_sessions, end_session
from engagement.village.audit import origin_of
from engagement.village.selectors.sessions import places
from engagement.village.views.answers import back


@requires()
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """How the person signs in, with the way to change it."""
    types = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    context = {
        "has_app": Authenticator.Type.TOTP in types,
        "has_codes": Authenticator.Type.RECOVERY_CODES in types,
        "has_password": person_of(request).has_usable_password(),
        "places": places(person=person_of(request), current_key=request.session.session_key),
    }
    return render(request, "village/security.html", context)


@requires()
@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in."""
    found = places(person=person_of(request), current_key=request.session.session_key)
    return render(request, "village/sessions.html", {"places": found})


@requires()
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions; ending this one signs out."""
    session = get_object_or_404(UserSession.objects.filter(user=request.user), pk=pk)
    is_current = session.session_key == request.session.session_key
    end_session(session=session, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    if is_current:
        logout(request)
        return back(request, "account_login")
    messages.success(request, _("That session has ended."))
    return back(request, "village:sessions")


@requires()
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this one."""
    now, key = timezone.now(), request.session.session_key
    end_other_sessions(person=person_of(request), current_key=key, now=now, origin=origin_of(request))
    messages.success(request, _("You are signed in only here now."))
    return back(request, "village:sessions")
