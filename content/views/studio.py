"""The studio: every text, and how far it has come."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content.actions.making import change, make, put_away, take_back
from content.forms import NewTemplateForm, SettingsForm, channels_of
from content.models import Kind
from content.selectors.states import NAMES
from content.selectors.studio import Wanted, page
from content.views.desk import READ, WRITE, method_of, template_of
from engagement.profiles.language_tags import language_name
from engagement.village.access import person_of, requires


@requires(READ)
@require_safe
def studio(request: HttpRequest) -> HttpResponse:
    """Every text, newest edit first; ``?q=``, ``?kind=``, ``?state=``, ``?mine=1``, ``?archived=1``, ``?after=``."""
    asked = request.GET
    kind, state = asked.get("kind", ""), asked.get("state", "")
    wanted = Wanted(
        search=asked.get("q", "").replace("\x00", "").strip()[:200],
        kind=kind if kind in Kind.values else "",
        state=state if state in NAMES else "",
        mine=asked.get("mine") == "1",
        archived=asked.get("archived") == "1",
    )
    try:
        found = page(person_of(request), wanted, after=asked.get("after", ""))
    except ValueError as error:
        raise Http404("after is no place") from error
    context = {"page": found, "wanted": wanted, "states": NAMES.items(), "kinds": Kind.choices, "now": timezone.now()}
    is_fragment = request.htmx and request.headers.get("HX-Target", "").endswith("#found")  # type: ignore[attr-defined]
    return render(request, "content/studio.html#found" if is_fragment else "content/studio.html", context)


@requires(WRITE, "content.add_template")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form for a new text; POST makes it and opens the editor."""
    initial = {
        "kind": "email",
        "purpose": "marketing",
        "layout": "letter",
        "source_locale": language_name(request.LANGUAGE_CODE),
    }
    form = NewTemplateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        kind = form.cleaned_data["kind"]
        template = make(
            **form.cleaned_data, channel=channels_of(kind).first(), author=person_of(request), now=timezone.now()
        )
        return redirect("content:template", template.pk)
    return render(request, "content/new.html", {"form": form}, status=422 if request.method == "POST" else 200)


@requires(WRITE)
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a text is called, what for, from where, whose."""
    template = template_of(request, pk)
    form = SettingsForm(request.POST if request.method == "POST" else None, template=template)
    if request.method == "POST" and form.is_valid():
        change(template=template, actor=person_of(request), now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Kept. The next revision covers it."))
        return redirect("content:template", template.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "content/settings.html", {"form": form, "template": template}, status=status)


@requires(WRITE)
@require_POST
def archive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST puts a text away, DELETE brings it back."""
    template, now = template_of(request, pk), timezone.now()
    if method_of(request) == "DELETE":
        take_back(template=template, actor=person_of(request), now=now)
        messages.success(request, _("“%(name)s” is in the list again.") % {"name": template})
        return redirect("content:template", template.pk)
    put_away(template=template, actor=person_of(request), now=now)
    messages.success(request, _("“%(name)s” is put away.") % {"name": template})
    return redirect("content:studio")
