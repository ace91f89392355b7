"""The studio: every text, and how far it has come."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content.actions.making import change, make, put_away, take_back
from content.forms import NewTemplateForm, SettingsForm, sender_for
from content.models import Kind, Template
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
        channel = sender_for(kind=form.cleaned_data["kind"], purpose=form.cleaned_data["purpose"])
        template = make(**form.cleaned_data, channel=channel, author=person_of(request), now=timezone.now())
        if channel is None:
            messages.warning(request, _("Choose from where it is sent, in its settings."))
        return redirect("content:template", template.pk)
    return render(request, "content/new.html", {"form": form}, status=422 if request.method == "POST" else 200)


@requires(WRITE)
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a text is called, what for, from where, whose. 409 shows what somebody else saved meanwhile."""
    template = template_of(request, pk)
    if request.method == "GET":
        return render(request, "content/settings.html", {"form": SettingsForm(template=template), "template": template})
    with transaction.atomic():
        current = Template.objects.lock(template.pk)
        form = SettingsForm(request.POST, template=current)
        if form.is_valid():
            change(template=current, actor=person_of(request), now=timezone.now(), **form.settings())
            messages.success(request, _("Saved. The next revision covers it."))
            return redirect("content:template", template.pk)
    status = 409 if form.changed_meanwhile else 422
    return render(request, "content/settings.html", {"form": form, "template": template}, status=status)


@requires(WRITE)
@require_POST
def archive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST archives a text, DELETE restores it."""
    template, now = template_of(request, pk), timezone.now()
    if method_of(request) == "DELETE":
        take_back(template=template, actor=person_of(request), now=now)
        messages.success(request, _("“%(name)s” is restored.") % {"name": template})
        return redirect("content:template", template.pk)
    put_away(template=template, actor=person_of(request), now=now)
    messages.success(request, _("“%(name)s” is archived. Its settings restore it.") % {"name": template})
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": reverse("content:studio")})
    return redirect("content:studio")
