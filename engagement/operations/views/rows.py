"""The rows that fail, filtered by their check, and the question to whoever may mend them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST, require_safe

from engagement.operations.actions.count import measure
from engagement.operations.actions.steer import item_named
from engagement.operations.ask import NobodyToAsk, ask_person, subject_named
from engagement.operations.checklist import Item
from engagement.operations.links import may_open, who_can_open
from engagement.operations.phrases import in_words
from engagement.operations.selectors.rows import failing_rows, fix_of
from engagement.operations.views.model import READ
from engagement.village.access import person_of, requires
from engagement.village.models import User


@requires(READ)
@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    """The rows that fail a check as it is now (``?check=``). A check that is none leads to all of them."""
    item = _named(request.GET.get("check", ""))
    if item is None:
        messages.info(request, _("This check does not exist. Choose one below."))
        return redirect("operations:model")
    user, now = person_of(request), timezone.now()
    measured, error = measure(item, now)
    evidence = [(one.what, one.why, one.url) for one in measured.evidence]
    context = {
        "item": item,
        "rows": failing_rows(item=item, evidence=evidence, user=user),
        "fix": fix_of(item=item, user=user),
        "page_url": reverse(item.mend_at) if may_open(user=user, url=reverse(item.mend_at)) else "",
        "figure": measured.figure,
        "error": error,
        "now": now,
    }
    return render(request, "operations/rows.html", context)


@requires(READ)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask whoever may mend a check, or one row of it (``row``, its address), by a task. Asking again asks once."""
    item = _named(request.POST.get("check", ""))
    if item is None:
        messages.error(request, _("This check does not exist. Choose one below."))
        return redirect("operations:model")
    what, url = _row(item, request.POST.get("row", ""), request.POST.get("what", ""))
    person = who_can_open(url=url or reverse(item.mend_at), area=item.area, but=person_of(request))
    words = _words(item, what, url, request, person)
    _ask(request, person, about=f"{item.name} {url} {what}", words=words)
    return redirect("operations:item", item.name)


@requires()
@require_POST
def ask_about(request: HttpRequest) -> HttpResponse:
    """Ask whoever may open a page about what stands there (``about``), by a task. Asking again asks once."""
    about = request.POST.get("about", "")
    subject = subject_named(about)
    if subject is None:
        raise Http404(about)
    url = reverse(subject.view_name)
    person = who_can_open(url=url, but=person_of(request))
    with override(person.language if person else None):
        words = {
            "title": _("Look after: %(subject)s") % {"subject": subject.title},
            "text": request.build_absolute_uri(url),
        }
    _ask(request, person, about=about, words=words)
    return redirect("home")


def _ask(request: HttpRequest, person: User | None, *, about: str, words: dict[str, str]) -> None:
    """Ask by a task, and say whom."""
    try:
        if person is None:
            raise NobodyToAsk
        asked = ask_person(person=person, asker=person_of(request), about=about, **words)
        name = person.name
    except NobodyToAsk:
        messages.error(request, _("Nobody has access to that page yet. Ask an administrator to give somebody access."))
        return
    if asked.is_new:
        messages.success(request, _("A task for %(name)s was created.") % {"name": name})
    else:
        messages.info(request, _("You asked %(name)s already. The task is open.") % {"name": name})


def _row(item: Item, url: str, what: str) -> tuple[str, str]:
    """The row at an address, of several the one that is called so; nothing for one that does not fail now."""
    if not url:
        return "", ""
    measured, _error = measure(item, timezone.now())
    names = [in_words(one.what) for one in measured.evidence if one.url == url]
    if not names:
        return "", ""
    return (what if what in names else names[0]), url


def _words(item: Item, what: str, url: str, request: HttpRequest, person: User | None) -> dict[str, str]:
    """What the person reads, in their language: the check, the row, and where it is."""
    with override(person.language if person else None):
        title = _("Fix: %(check)s") % {"check": f"{item.statement}: {what}" if what else item.statement}
        place = request.build_absolute_uri(url or f"{reverse('operations:rows')}?check={item.name}")
        text = _("A check of the operating model fails, and you can fix it: %(url)s") % {"url": place}
    return {"title": title[:200], "text": text}


def _named(name: str) -> Item | None:
    try:
        return item_named(name)
    except LookupError:
        return None
