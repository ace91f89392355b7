"""Two profiles of one person: pairs to look at, both side by side, putting them together and taking them apart."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.profiles.actions import merge as actions
from engagement.profiles.actions import propose
from engagement.profiles.actions.undo_merge import undo
from engagement.profiles.family import family_of
from engagement.profiles.merging.forest import below
from engagement.profiles.models import Merge, MergeProposal, Profile
from engagement.profiles.search.find import find
from engagement.profiles.selectors import merging, timeline_counts
from engagement.profiles.selectors.timeline_page import Wanted
from engagement.profiles.views.people import key_in
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of
from engagement.village.models import User

_MAY = ("profiles.view_profile", "profiles.merge_profile")
FOUND = 12


@requires(*_MAY)
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs that may be one person, the surest first. Raises Http404."""
    pairs, after = merging.open_pairs(_place(request.GET.get("after", "")))
    context = {
        "pairs": pairs,
        "next_place": f"{after[0]}-{after[1]}" if after else "",
        "waiting": merging.count_open(),
    }
    return render(request, "profiles/duplicates.html", context)


@requires(*_MAY)
@require_POST
def apart(request: HttpRequest, pk: UUID) -> HttpResponse:
    """They are two people. Raises Http404."""
    row = get_object_or_404(MergeProposal, pk=pk)
    told = propose.tell_apart(
        proposal_id=row.pk, actor=person_of(request), now=timezone.now(), origin=origin_of(request)
    )
    if told.state == MergeProposal.State.MERGED:
        messages.warning(request, _("Somebody put them together meanwhile. Take them apart on the person's page."))
    else:
        messages.success(request, _("Kept as two people. This pair is not proposed again."))
    person = request.POST.get("person", "")
    return redirect("profiles:profile", key_in(person)) if person else redirect("profiles:duplicates")


@requires(*_MAY)
@require_safe
def find_other(request: HttpRequest, pk: UUID) -> HttpResponse:
    """With whom? Who is proposed, and whoever is searched for. Raises Http404."""
    person = get_object_or_404(Profile.objects.canonical(), pk=pk)
    search = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    found = []
    if search:
        hits = find(search, reader=person_of(request), most=FOUND + 1, said=False).hits
        found = [hit.profile for hit in hits if hit.profile is not None and hit.key != pk][:FOUND]
        addresses = merging.addresses_of(one.pk for one in found)
        for one in found:
            one.reached_at = addresses[one.pk]  # type: ignore[attr-defined]
    context = {"person": person, "pairs": merging.pairs_of(family_of(pk)), "search": search, "found": found}
    is_fragment = request.htmx and request.headers.get("HX-Target", "").endswith("#others-found")  # type: ignore[attr-defined]
    return render(request, "profiles/find_other.html#found" if is_fragment else "profiles/find_other.html", context)


@requires(*_MAY)
@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
    """Both side by side; POST puts ``other`` into ``pk``. Raises Http404."""
    kept, merged = (
        get_object_or_404(Profile, pk=pk, erased_at=None),
        get_object_or_404(Profile, pk=other, erased_at=None),
    )
    if request.method == "POST":
        return _merge(request, kept, merged)
    roots = family_of(kept.pk)[0], family_of(merged.pk)[0]
    if roots[0] == roots[1]:
        return redirect("profiles:profile", roots[0])
    if roots != (kept.pk, merged.pk):
        return redirect("profiles:merge", *roots)
    if kept.erased_at or merged.erased_at:
        raise Http404("one of them was erased")
    low, high = sorted([kept.pk, merged.pk])
    proposal = MergeProposal.objects.filter(low=low, high=high, state=MergeProposal.State.OPEN).first()
    pairs = merging.pairs_of([kept.pk]) if proposal else []
    addresses, rows = merging.addresses_of([kept.pk, merged.pk]), merging.compared(kept, merged)
    context = {
        "kept": kept,
        "merged": merged,
        "rows": rows,
        "staying": sum(row.stays for row in rows),
        "kept_addresses": addresses[kept.pk],
        "merged_addresses": addresses[merged.pk],
        "kept_moments": _moments(kept, person_of(request)),
        "merged_moments": _moments(merged, person_of(request)),
        "proposal": proposal,
        "reasons": next((pair.reasons for pair in pairs if proposal and pair.proposal.pk == proposal.pk), []),
    }
    return render(request, "profiles/merge.html", context)


@requires(*_MAY)
@require_safe
def merged(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a merge did, and the way back. Raises Http404."""
    row = get_object_or_404(Merge.objects.select_related("kept", "merged", "actor", "undone_by"), pk=pk)
    root = get_object_or_404(Profile, pk=family_of(row.kept_id)[0])
    moving = [] if row.undone_at else merging.addresses_of([root.pk])[root.pk]
    leaving = below(row.merged_id, Merge.objects.standing().filter(kept__in=family_of(row.kept_id)))
    context = {
        "merge": row,
        "root": root,
        "done": merging.what_it_did(row),
        "addresses": [one for one in moving if one.home_id in leaving],
    }
    return render(request, "profiles/merged.html", context)


@requires(*_MAY)
@require_POST
def undoing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take them apart. Raises Http404."""
    row = get_object_or_404(Merge, pk=pk)
    try:
        done = undo(merge_id=row.pk, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    except actions.MergeRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("profiles:merged", pk)
    labels = merging.labels_of_attributes()
    kept = ", ".join(merging.label_of(name, labels) for name in done.by_hand)
    messages.success(request, _("Two people again. Each has their own story, addresses and facts back."))
    if kept:
        messages.info(request, _("Changed by hand meanwhile, so left as it is: %(facts)s.") % {"facts": kept})
    return redirect("profiles:profile", done.merge.kept_id)


def _merge(request: HttpRequest, kept: Profile, merged: Profile) -> HttpResponse:
    chosen = [name.removeprefix("fact-") for name, side in request.POST.items() if side == "merged"]
    try:
        row = actions.merge(
            kept_id=kept.pk,
            merged_id=merged.pk,
            chosen=chosen,
            actor=person_of(request),
            now=timezone.now(),
            origin=origin_of(request),
        )
    except actions.MergeRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("profiles:profile", family_of(kept.pk)[0])
    words = format_html(
        '{} <a href="{}">{}</a>',
        _("Put together. Everything they said to us is on this page now."),
        reverse("profiles:merged", args=[row.pk]),
        _("See what changed, or take them apart"),
    )
    messages.success(request, words)
    return redirect("profiles:profile", kept.pk)


def _moments(person: Profile, reader: User) -> int:
    counted = timeline_counts.count(profiles=family_of(person.pk), reader=reader, wanted=Wanted())
    return counted.of("direction", "")


def _place(text: str) -> tuple[int, UUID] | None:
    if not text:
        return None
    confidence, _dash, key = text.partition("-")
    if not confidence.isdecimal() or len(confidence) > 3:
        raise Http404("no such place among the pairs")
    return int(confidence), key_in(key)
