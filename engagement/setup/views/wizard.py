"""The first set-up, step by step. Whoever comes back goes on where they stopped.

While nobody has an account, only who opened the link of the terminal may enter; afterwards only who may change the
organization.
"""

import base64
from dataclasses import dataclass
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.flows import activate_totp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from engagement.channels.actions.configure import AddressTaken, ChannelInUse
from engagement.channels.channel_tests import newest_test, request_test
from engagement.channels.models import Channel
from engagement.channels.selectors.channel_tests import shown_test
from engagement.organization.current import current_organization, lock_organization
from engagement.organization.languages import offered_or_default
from engagement.organization.models import Organization
from engagement.setup.actions import (
    AlreadySetUp,
    change_organization,
    create_administrator,
    holds,
    redeem_setup_token,
)
from engagement.setup.forms import AdministratorForm, BrandForm, SetupGeneralForm, SetupPrivacyForm, TeamForm
from engagement.setup.mailbox import email_channels, first_mailbox, leave_mailbox, set_up_mailbox
from engagement.setup.mailbox_forms import MailboxForm
from engagement.setup.views.settings import save_section, shown_organization
from engagement.setup.views.team import invite_listed, tell_invited
from engagement.sorting import by_name
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, public, require_permission
from engagement.village.audit import origin_of
from engagement.village.models import User

GRANT = "setup_grant"  # in the session of who opened the link
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the set-up."""

    slug: str
    title: Any
    before_sign_in: bool = False


STEPS = (
    Step("organization", gettext_lazy("Organization"), before_sign_in=True),
    Step("brand", gettext_lazy("Logo and color"), before_sign_in=True),
    Step("administrator", gettext_lazy("Administrator"), before_sign_in=True),
    Step("second-factor", gettext_lazy("Second factor")),
    Step("mailbox", gettext_lazy("First mailbox")),
    Step("team", gettext_lazy("Team")),
    Step("privacy", gettext_lazy("Privacy contact")),
)
BY_SLUG = {step.slug: step for step in STEPS}


@public
@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Open the set-up by the link of the terminal, or go on with it."""
    if User.objects.exists():
        if not request.user.is_authenticated:
            return redirect_to_login(reverse("setup:begin"))
        if not request.user.has_perm("organization.change_organization"):
            return redirect("home")
        return _next(request)
    if request.method == "POST":
        kept = redeem_setup_token(token=request.POST.get("token", "")[:200])
        if kept:
            request.session.cycle_key()
            request.session[GRANT] = kept
            return _next(request)
        return render(request, "setup/begin.html", {"token": "", "is_spent": True}, status=422)
    if _is_granted(request):
        return _next(request)
    return render(request, "setup/begin.html", {"token": request.GET.get("token", "")[:200]})


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a step; POST does it, or leaves it for later."""
    if slug not in BY_SLUG:
        raise Http404
    refusal = _refuse_stranger(request, BY_SLUG[slug])
    if refusal is not None:
        return refusal
    if request.method == "POST" and "later" in request.POST and slug not in ("organization", "administrator"):
        if slug == "second-factor" and "administrator" in current_organization().second_factor_roles:
            return redirect("setup:step", slug)
        if slug == "mailbox":
            leave_mailbox(actor=person_of(request), now=timezone.now(), origin=origin_of(request))
        _mark(request, slug)
        return _next(request, after=slug)
    return _VIEWS[slug](request)


step.works_without_second_factor = True  # type: ignore[attr-defined]
begin.works_without_second_factor = True  # type: ignore[attr-defined]


def _organization(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        with transaction.atomic():
            form = _general_form(lock_organization(), request.POST)
            if form.is_valid():
                save_section(request, form, step="organization")
        if not form.errors:
            return _next(request, after="organization")
    else:
        form = _general_form(shown_organization())
    lead = _("What customers and your team read everywhere. All of it can be changed later under Settings.")
    return _page(request, "organization", "setup/form_step.html", form=form, lead=lead, is_required=True)


def _general_form(shown: Organization, data: QueryDict | None = None) -> SetupGeneralForm:
    """Propose the visitor's language until a name is saved: shown and read with the same value, nothing is stale."""
    proposed = {} if shown.name else {"language": translation.get_language() or settings.LANGUAGE_CODE}
    return SetupGeneralForm(data, instance=shown, initial=proposed)


def _brand(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        with transaction.atomic():
            form = BrandForm(request.POST, request.FILES, instance=lock_organization())
            if form.is_valid():
                save_section(request, form, step="brand")
        if not form.errors:
            return _next(request, after="brand")
    else:
        form = BrandForm(instance=shown_organization())
    lead = _("They stand at sign-in and on public pages, instead of ours.")
    return _page(request, "brand", "setup/form_step.html", form=form, lead=lead)


def _administrator(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return _next(request)
    initial = {"language": offered_or_default(translation.get_language() or "")}
    form = AdministratorForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            person = create_administrator(
                name=data["name"],
                email=data["email"],
                password=data["password"],
                language=data["language"],
                other_roles=["agent"] if data["answers_customers"] else [],
                now=timezone.now(),
                origin=origin_of(request),
            )
        except AlreadySetUp:
            return redirect("account_login")
        login(request, person, backend=BACKEND)
        record_authentication(request, person, "password", reauthenticated=True, email=person.email)
        request.session.pop(GRANT, None)
        return _next(request)
    lead = _("Your own account. You sign in with this email and password from now on.")
    return _page(request, "administrator", "setup/form_step.html", form=form, lead=lead, is_required=True)


def _second_factor(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    if Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists():
        if request.method == "POST":
            _mark(request, "second-factor")
            return _next(request, after="second-factor")
        stored = Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).first()
        codes = stored.wrap().get_unused_codes() if stored and not _asks_again(request) else []
        lead = _("Switched on. Keep these recovery codes: each opens your account once if the phone is lost.")
        return _page(request, "second-factor", "setup/recovery_codes.html", codes=codes, lead=lead)
    if _asks_again(request):
        here = reverse("setup:step", args=["second-factor"])
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': here})}")
    form = ActivateTOTPForm(request.POST or None, user=person)
    if request.method == "POST" and form.is_valid():
        activate_totp(request, form)
        list(messages.get_messages(request))  # the next page says all of it
        return redirect("setup:step", "second-factor")
    adapter = get_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(person, form.secret))
    picture = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    return _page(
        request,
        "second-factor",
        "setup/second_factor.html",
        form=form,
        picture=picture,
        lead=_("Six digits of an app on your phone, asked after the password."),
        is_required="administrator" in current_organization().second_factor_roles,
    )


def _mailbox(request: HttpRequest) -> HttpResponse:
    """The mailbox is tested in the step itself: each way of leaving it is open while the test runs."""
    if request.method == "POST" and "done" in request.POST:
        leave_mailbox(actor=person_of(request), now=timezone.now(), origin=origin_of(request))
        _mark(request, "mailbox")
        return _next(request, after="mailbox")
    now = timezone.now()
    with rows_to_edit(request, email_channels()) as rows:
        channel = rows.first()
        form = MailboxForm(request.POST or None, channel=channel)
        if request.method == "POST":
            require_permission(request, "engagement_channels.add_channel", "engagement_channels.operate_channel")
            if form.is_valid() and _connect_mailbox(request, form, channel):
                return redirect(f"{reverse('setup:step', args=['mailbox'])}#channel-test")
    channel = first_mailbox()
    shown = shown_test(channel, now=now) if channel else None
    return _page(
        request,
        "mailbox",
        "setup/mailbox.html",
        form=form,
        channel=channel,
        channel_id=channel.pk if channel else None,
        others=max(0, Channel.objects.filter(kind="email").count() - 1),
        shown=shown,
        now=now,
        lead=_("Where customers write to you. The mailbox is tested by sending it an email and fetching it again."),
    )


def _connect_mailbox(request: HttpRequest, form: MailboxForm, channel: Channel | None) -> bool:
    """Save the form and start the test; False when the form says why not."""
    actor, now, origin = person_of(request), timezone.now(), origin_of(request)
    if channel is not None:
        last = newest_test(channel, now=now)
        if last is not None and not last.is_finished:
            form.add_error(None, _("A test is running. Wait until it ends, then test again."))
            return False
    try:
        row = set_up_mailbox(
            channel=channel,
            address=form.cleaned_data["address"],
            own=form.settings_for(channel),
            actor=actor,
            now=now,
            origin=origin,
        )
    except AddressTaken:
        form.add_error("address", _("There is a channel with this address already. Open it under Channels."))
        return False
    except ChannelInUse:
        form.add_error("address", _("Messages came to the present address already. Add this one under Channels."))
        return False
    request_test(channel=row, actor=actor, origin=origin, now=now)
    return True


def _team(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    form = TeamForm(request.POST or None, initial={"language": current_organization().language})
    if request.method == "POST" and form.is_valid():
        tell_invited(request, invite_listed(request, form))
        _mark(request, "team")
        return _next(request, after="team")
    team = User.objects.exclude(pk=person.pk).order_by(*by_name())[:50]
    lead = _("Each gets an email with a link to choose a password. Invite again for people with other roles.")
    return _page(request, "team", "setup/team_step.html", form=form, team=team, lead=lead)


def _privacy(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        with transaction.atomic():
            form = SetupPrivacyForm(request.POST, instance=lock_organization())
            if form.is_valid():
                save_section(request, form, step="privacy")
        if not form.errors:
            return _next(request, after="privacy")
    else:
        form = SetupPrivacyForm(instance=shown_organization())
    lead = _("Whom people ask what you know about them. Named on public pages.")
    return _page(request, "privacy", "setup/form_step.html", form=form, lead=lead)


_VIEWS = {
    "organization": _organization,
    "brand": _brand,
    "administrator": _administrator,
    "second-factor": _second_factor,
    "mailbox": _mailbox,
    "team": _team,
    "privacy": _privacy,
}


def _page(request: HttpRequest, slug: str, template: str, **context: Any) -> HttpResponse:
    place = [one.slug for one in STEPS].index(slug)
    done = set(current_organization().setup_steps_done)
    trail = [
        {
            "slug": one.slug,
            "title": one.title,
            "is_current": one.slug == slug,
            "is_done": one.slug in done,
            "is_open": one.slug in done and one.slug != "administrator",
        }
        for one in STEPS
    ]
    form = context.get("form")
    context |= {"step": BY_SLUG[slug], "number": place + 1, "total": len(STEPS), "trail": trail}
    return render(request, template, context, status=422 if form is not None and form.errors else 200)


def _next(request: HttpRequest, *, after: str = "") -> HttpResponse:
    """Send the browser to the first step that is open, after the one that was just done; home at the end."""
    done = set(current_organization().setup_steps_done)
    signed_in = request.user.is_authenticated
    for one in STEPS:
        if one.slug in done or one.slug == after or (signed_in and one.slug == "administrator"):
            continue
        return redirect("setup:step", one.slug)
    row = current_organization()
    if row.setup_completed_at is None and signed_in:
        change_organization(values={"setup_completed_at": timezone.now()}, actor=person_of(request), now=timezone.now())
        messages.success(request, _("The set-up is complete. What is left to do stands on your home page."))
    return redirect("home")


def _mark(request: HttpRequest, slug: str) -> None:
    actor = person_of(request) if request.user.is_authenticated else None
    change_organization(values={}, actor=actor, now=timezone.now(), step=slug, origin=origin_of(request))


def _is_granted(request: HttpRequest) -> bool:
    return holds(str(request.session.get(GRANT, "")), current_organization())


def _refuse_stranger(request: HttpRequest, one: Step) -> HttpResponse | None:
    if request.user.is_authenticated:
        require_permission(request, "organization.change_organization")
        return None
    if User.objects.exists():
        return redirect_to_login(request.get_full_path())
    if not _is_granted(request) or not one.before_sign_in:
        return redirect("setup:begin")
    return None


def _asks_again(request: HttpRequest) -> bool:
    return bool(is_reauthentication_required(request, app="allauth.mfa"))
