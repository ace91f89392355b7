"""Come in by a mailed link, say who one is, go. The answer to an address never tells whether we know it."""

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community.actions import membership, sign_in, voices
from community.actions.refusals import NameRefused, Refused
from community.forms import IntroductionForm, SignInForm
from community.models import Member, Topic
from community.names import REFUSALS
from community.rates import allows
from community.renderers import QUIET_SALT
from community.site import NoMailChannel
from community.views.frame import given, page
from community.visitor import for_members, forget, remember, safe_path, visitor_of
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import public

PER_ADDRESS, PER_CLIENT, PERIOD = 3, 20, 15 * 60
TRIES = 30  # of links, by one client


@public
@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Ask for a link. 422 for no address, 429 for a client that asks too often."""
    back = safe_path(request, request.POST.get("next", "") or request.GET.get("next", ""))
    form = SignInForm(given(request))
    if not form.is_valid():
        return _enter(request, form, back, 422 if form.is_bound else 200)
    if not allows("client", request.META.get("REMOTE_ADDR", ""), at_most=PER_CLIENT, seconds=PERIOD):
        return _enter(request, form, back, 429)
    address = form.cleaned_data["email"]
    try:
        # Beyond its limit an address gets no more mail, and whoever asks gets the same answer.
        if allows("address", address.casefold(), at_most=PER_ADDRESS, seconds=PERIOD):
            language = get_language() or "en"
            sign_in.ask_link(address=address, language=language, next_path=back, now=timezone.now())
    except NoMailChannel:
        return _enter(request, form, back, 503)
    return redirect("community:sign-in-sent")


def _enter(request: HttpRequest, form: SignInForm, back: str, status: int) -> HttpResponse:
    return page(request, "community/sign_in.html", {"form": form, "next": back, "status": status}, status=status)


@public
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """What to do next."""
    return page(request, "community/sign_in_sent.html", {})


@public
@never_cache
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The mailed link: a GET, which also scanners make, shows a button; only its POST signs in, once.

    410 for a link that was used, is too old, or never was one.
    """
    if not allows("link", request.META.get("REMOTE_ADDR", ""), at_most=TRIES, seconds=PERIOD):
        return page(request, "community/sign_in_link.html", {"is_valid": False}, status=429)
    now = timezone.now()
    if request.method == "GET":
        valid = sign_in.valid_link(token=token, now=now) is not None
        return page(request, "community/sign_in_link.html", {"is_valid": valid}, status=200 if valid else 410)
    try:
        entered = sign_in.enter(token=token, now=now)
    except sign_in.LinkNotValid:
        return page(request, "community/sign_in_link.html", {"is_valid": False}, status=410)
    there = safe_path(request, entered.next_path) or reverse("community:home")
    response = redirect("community:me" if entered.is_new else there)
    remember(response, entered.session)
    return response


@public
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out of the community; a colleague stays signed in to the house."""
    session = visitor_of(request).session
    if session is not None:
        sign_in.leave(session=session, now=timezone.now())
    response = redirect("community:home")
    forget(response)
    return response


@public
@require_http_methods(["GET", "POST"])
@for_members
def me(request: HttpRequest, member: Member) -> HttpResponse:
    """How one is called."""
    with rows_to_edit(request, Member.objects.all()) as rows:
        member = rows.get(pk=member.pk)
        form = IntroductionForm(given(request), member=member)
        if form.is_valid():
            try:
                membership.introduce(member=member, now=timezone.now(), **form.cleaned_data)
            except NameRefused as error:
                form.add_error(error.field, str(error))
            except Refused as error:
                form.add_error("handle", str(error))
            else:
                return redirect("community:home")
    refusal = REFUSALS.get(member.name_refused, "")
    context = {"form": form, "refusal": refusal}
    return page(request, "community/me.html", context, status=422 if form.is_bound else 200)


@public
@require_http_methods(["GET", "POST"])
def quiet(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the mails about one topic, by the link in them: a GET asks, a POST stops. 410 for a forged link."""
    try:
        member_key, topic_key = signing.loads(token, salt=QUIET_SALT)
    except (signing.BadSignature, ValueError):
        return page(request, "community/quiet.html", {"topic": None}, status=410)
    topic = Topic.objects.select_related("space").filter(pk=topic_key).first()
    member = Member.objects.filter(pk=member_key).first()
    if topic is None or member is None:
        return page(request, "community/quiet.html", {"topic": None}, status=410)
    done = request.method == "POST"
    if done:
        voices.watch(topic=topic, member=member, wanted=False, now=timezone.now())
    return page(request, "community/quiet.html", {"topic": topic, "done": done})
