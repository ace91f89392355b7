"""The public pages: the form, which other sites may show in a frame, and what is behind the mailed link.

A GET of the link shows a button and confirms nothing: mail scanners follow links. No page needs a cookie, and every
address gets the same answer.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from engagement.channels.models import SignUpForm, SignUpText
from engagement.channels.optin.asking import FormClosed, Seen, ask, text_of
from engagement.channels.optin.confirming import Standing, confirm, standing_of
from engagement.channels.unsubscribe.limits import is_too_often
from engagement.organization.languages import offered_languages
from engagement.profiles.addresses import InvalidAddress, normalised_email
from engagement.profiles.identities.masking import masked
from engagement.village.access import public

ASKS = 10  # a minute and address of the network
LINKS = 30


class AddressForm(forms.Form):
    """What somebody gives: an address, a name if they like, and a yes that nobody ticked for them (CASL, GDPR)."""

    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    name = forms.CharField(
        label=_("Your name, if you like"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    agree = forms.BooleanField(
        error_messages={"required": _("Tick the box if you agree: without it we write nothing.")}
    )

    def clean_email(self) -> str:
        """Refuse what is no address. Raises ValidationError."""
        given: str = self.cleaned_data["email"]
        try:
            normalised_email(given)
        except InvalidAddress as error:
            raise forms.ValidationError(str(error)) from error
        return given


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; POST mails the link. What only robots fill in is answered like everything else. Raises Http404."""
    shown = get_object_or_404(SignUpForm.objects.select_related("channel"), slug=slug)
    try:
        text = text_of(shown, request.GET.get("language", "") or str(getattr(request, "LANGUAGE_CODE", "")))
    except FormClosed:
        return _page(request, "closed", {"shown": shown}, 410)
    with translation.override(text.locale):
        if request.method != "POST":
            return _form(request, text, AddressForm())
        if is_too_often(f"opt-in:{request.META.get('REMOTE_ADDR', '')}", most=ASKS):
            return _page(request, "too_often", {"shown": shown}, 429)
        form = AddressForm(request.POST)
        if not form.is_valid():
            return _form(request, text, form, status=422)
        if not request.POST.get("website"):
            given = form.cleaned_data
            ask(text=text, address=given["email"], name=given["name"], seen=_seen(request), now=timezone.now())
        return _page(request, "sent", {"shown": shown, "address": form.cleaned_data["email"]}, 200)


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """What is behind the mailed link: a button, and what came of pressing it."""
    now = timezone.now()
    if is_too_often(f"opt-in-link:{request.META.get('REMOTE_ADDR', '')}", most=LINKS) and request.method != "POST":
        return _page(request, "too_often", {}, 429)
    found = (
        confirm(token=token, seen=_seen(request), now=now)
        if request.method == "POST"
        else standing_of(token=token, now=now)
    )
    if found is None:
        return _page(request, "unknown", {}, 404)
    with translation.override(found.opt_in.text.locale):
        context = {"found": found, "text": found.opt_in.text, "token": token, "address": masked(found.opt_in.address)}
        return _page(request, "link", context, _status(found))


def _status(found: Standing) -> int:
    return {"expired": 410, "held": 403}.get(found.state, 200)


def _form(request: HttpRequest, text: SignUpText, form: AddressForm, status: int = 200) -> HttpResponse:
    written = SignUpText.objects.filter(form=text.form, version=text.version).order_by("locale")
    names, offered = dict(settings.LANGUAGES), dict(offered_languages())
    codes = written.values_list("locale", flat=True)
    languages = [
        (code, names.get(code, code), code == text.locale) for code in codes if code in offered or code == text.locale
    ]
    context = {"shown": text.form, "text": text, "form": form, "languages": languages}
    return _page(request, "form", context, status)


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int) -> HttpResponse:
    """Draw a page; the form may stand in a frame of any site, what is behind the link in none."""
    is_framed = "framed" in request.GET and name != "link"
    answer = render(request, f"optin/{name}.html", {**context, "is_framed": is_framed}, status=status)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Cache-Control"] = "no-store"
    answer["Content-Language"] = translation.get_language() or ""
    if is_framed:
        answer.xframe_options_exempt = True  # type: ignore[attr-defined]
        answer._csp_replace = {"frame-ancestors": ["*"]}  # type: ignore[attr-defined]
    return answer


def _seen(request: HttpRequest) -> Seen:
    return Seen(ip=request.META.get("REMOTE_ADDR", ""), agent=request.headers.get("User-Agent", "")[:200])
