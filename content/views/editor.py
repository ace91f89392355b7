"""The editor: words of one language at a time, kept while they are written, saved as revisions."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content.actions.drafting import begin_locale, confirm_translation, drop_locale, write_draft
from content.actions.errors import ContentRefused, StaleDraft
from content.actions.saving import keep_readable, save
from content.forms import LocaleForm, WordsForm
from content.models import Draft, Template
from content.rendering import Broken
from content.views.desk import WRITE, around, draft_of, editor, method_of, template_of
from engagement.village.access import person_of, requires


@requires(WRITE)
@require_safe
def template(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The editor in the language of ``?locale=``, else in the source's."""
    found = template_of(request, pk)
    return editor(request, found, request.GET.get("locale") or found.source_locale)


@requires(WRITE)
@require_http_methods(["POST", "DELETE"])
def draft(request: HttpRequest, pk: UUID, locale: str) -> HttpResponse:
    """POST keeps what is written; DELETE takes the language out. 409 shows what somebody else wrote first."""
    found = template_of(request, pk)
    if method_of(request) == "DELETE":
        return _drop(request, found, locale)
    form = WordsForm(request.POST, kind=found.kind)
    if not form.is_valid():
        return render(request, "content/parts/kept.html", {"form": form}, status=422)
    try:
        kept = _write(request, found, locale, form)
    except StaleDraft as stale:
        return render(request, "content/parts/stale.html", {"theirs": stale.current, "template": found}, status=409)
    drafts = list(found.drafts.select_related("updated_by").order_by("locale"))
    context = around(request, found, drafts, locale)
    return render(request, "content/parts/kept.html", context | {"draft": kept, "form": form})


def _write(request: HttpRequest, template: Template, locale: str, form: WordsForm) -> Draft:
    """Keep the words. With ``anyway``, what stands there becomes a revision first, if it can be read."""
    now, author = timezone.now(), person_of(request)
    if request.POST.get("anyway"):
        theirs = draft_of(template, locale)
        keep_readable(template=template, author=theirs.updated_by, now=now)
    return write_draft(
        template=template,
        locale=locale,
        fields=form.words(),
        version=form.cleaned_data["version"],
        writer=form.cleaned_data["writer"],
        author=author,
        now=now,
    )


def _drop(request: HttpRequest, template: Template, locale: str) -> HttpResponse:
    try:
        drop_locale(template=template, locale=locale, author=person_of(request), now=timezone.now())
    except ContentRefused as refused:
        messages.error(request, str(refused))
    return redirect("content:template", template.pk)


@requires(WRITE)
@require_POST
def drafts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin a language with the source's words."""
    found, form = template_of(request, pk), LocaleForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["locale"][0]))
        return redirect("content:template", found.pk)
    locale = form.cleaned_data["locale"]
    try:
        begin_locale(template=found, locale=locale, author=person_of(request), now=timezone.now())
    except ContentRefused as refused:
        messages.error(request, str(refused))
        return redirect("content:template", found.pk)
    return redirect(f"{reverse('content:template', args=[found.pk])}?locale={locale}")


@requires(WRITE)
@require_POST
def confirmation(request: HttpRequest, pk: UUID, locale: str) -> HttpResponse:
    """Say that a translation still fits its source."""
    found = template_of(request, pk)
    draft_of(found, locale)
    confirm_translation(template=found, locale=locale, author=person_of(request), now=timezone.now())
    return redirect(f"{reverse('content:template', args=[found.pk])}?locale={locale}")


@requires(WRITE)
@require_safe
def checks(request: HttpRequest, pk: UUID, locale: str) -> HttpResponse:
    """The column beside the words again, for another reader or width. Without htmx: the whole page."""
    found = template_of(request, pk)
    draft_of(found, locale)
    if not request.htmx:  # type: ignore[attr-defined]
        return editor(request, found, locale)
    drafts = list(found.drafts.select_related("updated_by").order_by("locale"))
    return render(request, "content/parts/checks.html", around(request, found, drafts, locale))


@requires(WRITE)
@require_POST
def saved(request: HttpRequest, pk: UUID, locale: str) -> HttpResponse:
    """Keep the words and save all languages as a revision; then on to the question for approval, if that was asked.

    422 with the words beside what is wrong with them; 409 when somebody else wrote here in the meantime.
    """
    found = template_of(request, pk)
    draft_of(found, locale)
    form = WordsForm(request.POST, kind=found.kind)
    if not form.is_valid():
        return editor(request, found, locale, form=form, status=422)
    try:
        _write(request, found, locale, form)
        revision = save(template=found, author=person_of(request), now=timezone.now())
    except StaleDraft as stale:
        return editor(request, found, locale, form=form, theirs=stale.current, status=409)
    except Broken as broken:
        return _broken(request, found, locale, form, broken)
    except ContentRefused as refused:
        form.add_error(None, str(refused))
        return editor(request, found, locale, form=form, status=422)
    if request.POST.get("then") == "submission":
        return redirect("content:submission", found.pk)
    messages.success(request, _("Saved as revision %(number)d.") % {"number": revision.number})
    return redirect(f"{reverse('content:template', args=[found.pk])}?locale={locale}")


def _broken(request: HttpRequest, template: Template, locale: str, form: WordsForm, broken: Broken) -> HttpResponse:
    """Show what cannot be read beside its field, in the language that it is in. The words are kept by now."""
    where = broken.locale or locale
    again = WordsForm.of(draft_of(template, where), kind=template.kind, writer=form.cleaned_data["writer"])
    again.is_valid()
    again.say(broken)
    return editor(request, template, where, form=again, status=422)
