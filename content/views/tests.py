"""Send a test: to oneself and to a few addresses, in any language, as any sample or customer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from content.actions.errors import ContentRefused
from content.actions.test_sending import TestRequest, read_addresses, send_test
from content.checking import require_readable
from content.forms import TestForm
from content.locales import name_of
from content.models import Template
from content.previewing import offered_to, reader_of
from content.rendering import Broken, Compiled, RenderFailed, compiled
from content.selectors.approved import revision_of
from content.views.desk import WRITE, template_of
from content.words import words_of
from engagement.village.access import person_of, public, requires
from engagement.village.audit import origin_of

SHOWN = 10  # earlier tests


@requires(WRITE)
@require_http_methods(["GET", "POST"])
def tests(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form, and what was sent before; POST sends. ``?revision=`` tries a revision, not the drafts.

    422 with what was typed and why it was not sent.
    """
    template = template_of(request, pk)
    asked = request.POST if request.method == "POST" else request.GET
    revision, campaign = _number(asked.get("revision", "")), _key(asked.get("campaign", ""))
    person = person_of(request)
    if revision is None and campaign is not None:  # what its launch would bind
        approved = revision_of(template.pk, timezone.now())
        revision = approved.number if approved else None
    found = get_object_or_404(template.revisions, number=revision) if revision else None
    rows = found.variants.all() if found else template.drafts.all()
    locales = [(locale, name_of(locale)) for locale in sorted(rows.values_list("locale", flat=True))]
    choices: dict[str, Any] = {"locales": locales, "readers": offered_to(person), "kind": template.kind}
    initial = {"addresses": person.email if template.is_email else "", "locale": asked.get("locale", ""), "mark": True}
    form = TestForm(request.POST if request.method == "POST" else None, initial=initial, **choices)
    context = {"template": template, "form": form, "revision": revision or "", "campaign": campaign or ""}
    if request.method == "POST" and form.is_valid():
        try:
            sent = send_test(
                template=template,
                asked=TestRequest(
                    text=compiled(found.pk) if found else _of_drafts(template, form.cleaned_data["locale"]),
                    locale=form.cleaned_data["locale"],
                    reader=reader_of(person, form.cleaned_data["reader"]),
                    revision=revision,
                    campaign_id=campaign,
                    is_marked=form.cleaned_data["mark"],
                ),
                addresses=read_addresses(form.cleaned_data["addresses"], kind=template.kind),
                actor=person,
                now=timezone.now(),
                origin=origin_of(request),
            )
        except (ContentRefused, RenderFailed) as refused:
            form.add_error(None, _sentence(refused))
        else:
            said = ngettext("%(count)d test is on its way.", "%(count)d tests are on their way.", len(sent))
            messages.success(request, said % {"count": len(sent)})
            query = request.META.get("QUERY_STRING", "")
            return redirect(reverse("content:tests", args=[template.pk]) + (f"?{query}" if query else ""))
    earlier = template.test_sends.select_related("requested_by")[:SHOWN]
    status = 422 if request.method == "POST" else 200
    return render(request, "content/tests.html", context | {"earlier": earlier}, status=status)


def _of_drafts(template: Template, locale: str) -> Compiled:
    """The drafts as they stand, in one language. Raises Broken."""
    words = [words_of(draft) for draft in template.drafts.filter(locale=locale)]
    return require_readable(kind=template.kind, purpose=template.purpose, source_locale=locale, words=words)


def _sentence(refused: Exception) -> str:
    if isinstance(refused, Broken) and refused.has_line:
        return f"{name_of(refused.locale)}, {refused.line}: {refused}"
    return str(refused)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@public
@require_safe
def test_link(request: HttpRequest) -> HttpResponse:
    """Where the links out of a test lead: a page that says what they do in the message that is sent for real."""
    return render(request, "content/test_link.html")
