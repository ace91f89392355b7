"""Every form of the product either refuses a stale save, or says here why it cannot be over a newer state."""

from collections.abc import Iterator

import pytest
from django import forms
from django.contrib import admin
from django.urls import URLResolver, get_resolver

from engagement.ui.administration import ReadOnlyAdmin, SafeSaveAdmin
from engagement.ui.stale_forms import StaleCheckMixin

OURS = ("campaigns", "collaboration", "community", "content", "conversations", "engagement")
ADDS = "adds a row; writes over nothing"
DECIDES = "an act: its action locks the row and decides by the state that stands"
ASKS = "asks, filters or chooses; writes nothing by itself"
EXEMPT = {
    "campaigns": {},
    "collaboration": {
        "CommentForm": ADDS,
        "DecisionForm": "carries the hash of what was read; another revision is refused",
        "NoteForm": ADDS,
        "ReasonForm": DECIDES,
        "TaskForm": ADDS,
        "WaiverForm": ADDS,
    },
    "community": {
        "AppealForm": ADDS,
        "AskForm": ADDS,
        "FlagForm": ADDS,
        "RemovalForm": "carries the version that the moderator read",
        "SignInForm": ASKS,
        "SilenceForm": DECIDES,
        "TextForm": ADDS,
        "VerdictForm": DECIDES,
    },
    "content": {
        "LocaleForm": ADDS,
        "NewTemplateForm": ADDS,
        "SubmissionForm": DECIDES,
        "TestForm": ASKS,
        "WordsForm": "carries the version of the draft; a newer one is shown beside it",
    },
    "conversations": {
        "AssignmentForm": "one choice without a form; undo stands beside it for 10 seconds",
        "BeginningForm": ADDS,
        "HandoffForm": ADDS,
        "QueueForm": "one choice without a form; undo stands beside it for 10 seconds",
        "SplitForm": DECIDES,
        "WorkerForm": "adds or removes one permission, not a list",
        "WritingForm": "carries the version of the draft and the last message that was read",
    },
    "engagement": {
        "AccessForm": "the part of InvitationForm and PlaceForm that they share",
        "AddressForm": ADDS,
        "AdministratorForm": ADDS,
        "AnswerForm": DECIDES,
        "AuditFilterForm": ASKS,
        "ClosingForm": DECIDES,
        "ChampionForm": ADDS,
        "CommentTextForm": ADDS,
        "ColumnsForm": "of one's own import, which has a revision of its own",
        "ConfirmationForm": DECIDES,
        "ConsentForm": ADDS,
        "CopyForm": ADDS,
        "CreationForm": ADDS,
        "ErasureForm": DECIDES,
        "ExportForm": ASKS,
        "FileForm": ADDS,
        "FilingForm": ADDS,
        "GrantForm": ADDS,
        "HoldForm": DECIDES,
        "JoinForm": ADDS,
        "IdentityForm": ADDS,
        "InvitationForm": ADDS,
        "LeavingForm": DECIDES,
        "LegalHoldForm": ADDS,
        "LetterForm": ADDS,
        "MappingForm": "of one's own import, which has a revision of its own",
        "ObjectionForm": ADDS,
        "PlanFilterForm": ASKS,
        "ReadingForm": "of one's own import, which has a revision of its own",
        "ReasonForm": DECIDES,
        "ReleaseForm": DECIDES,
        "RequirementWaiverForm": ADDS,
        "VersionForm": ADDS,
        "ReplacementForm": DECIDES,
        "SampleForm": ASKS,
        "ScoreForm": "one phone's own scores; saving again replaces them",
        "SuppressionForm": ADDS,
        "SuppressionListForm": ADDS,
        "TeamForm": ADDS,
        "TextForm": ADDS,
        "TokenForm": ADDS,
        "VerifyForm": DECIDES,
        "WaiverForm": ADDS,
        "WorkItemImportForm": ADDS,
        "WinForm": ADDS,
        "WorkshopForm": ADDS,
    },
}


def load_views(resolver: URLResolver) -> None:
    """Import every module that an address leads to."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            load_views(one)


def form_classes(of: type = forms.BaseForm) -> Iterator[type[forms.BaseForm]]:
    for one in of.__subclasses__():
        if one.__module__.split(".")[0] in OURS:
            yield one
        yield from form_classes(one)


@pytest.fixture(scope="module")
def classes() -> set[type[forms.BaseForm]]:
    load_views(get_resolver())
    return {one for one in form_classes() if "admin.checks" not in one.__module__}


def test_every_form_refuses_a_stale_save_or_says_why_it_need_not(classes):
    open_ones = {one for one in classes if not issubclass(one, StaleCheckMixin)}
    unknown = {f"{one.__module__}.{one.__name__}" for one in open_ones if one.__name__ not in EXEMPT[place_of(one)]}
    assert unknown == set(), "Put StaleCheckMixin before the form's bases, or write the reason in EXEMPT."


def test_no_exemption_is_left_of_a_form_that_is_gone_or_guarded(classes):
    open_ones = {(place_of(one), one.__name__) for one in classes if not issubclass(one, StaleCheckMixin)}
    assert {(place, name) for place, names in EXEMPT.items() for name in names} <= open_ones


def place_of(form: type[forms.BaseForm]) -> str:
    return form.__module__.split(".")[0]


@pytest.mark.parametrize("site", admin.sites.all_sites, ids=lambda site: site.name)
def test_every_page_of_the_administration_saves_safely_or_saves_nothing(site):
    unsafe = {
        model._meta.label
        for model, shown in site._registry.items()
        if not isinstance(shown, SafeSaveAdmin | ReadOnlyAdmin)
        or (isinstance(shown, SafeSaveAdmin) and not issubclass(shown.form, StaleCheckMixin))
        or shown.inlines
    }
    assert unsafe == set()
