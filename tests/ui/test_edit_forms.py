"""Every page on which a row is edited: no save over what somebody else saved, nothing typed lost, nothing else written."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from conversations.models import Queue
from engagement.profiles.actions.deals import Terms, open_deal
from engagement.profiles.companies.changes import add_company
from engagement.profiles.models import Company, Deal, Profile
from engagement.village.models import User
from tests.factories import NOW, make_channel, make_queue
from tests.html_forms import sent_by
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
REFUSED = {
    "en": ("saved this while you were editing", "Saved meanwhile: "),
    "pt-br": ("salvou isto enquanto você editava", "Salvo nesse meio-tempo: "),
}


@dataclass(frozen=True, kw_only=True)
class Edited:
    """A page with a form. Two people change ``column``; the second also types ``other`` (field, column, typed, stored).

    ``unshown``: columns that the form does not have, and that change meanwhile.
    """

    form: str
    make: Callable[[], Any]
    page: str
    by: str = "pk"
    named: str = ""  # the form's field for the column, when it is called otherwise
    column: str
    theirs: Any
    mine: str
    other: tuple[str, str, str, Any] | None
    unshown: dict[str, Any] = field(default_factory=dict)

    @property
    def touched(self) -> str:
        return self.named or self.column


def make_profile() -> Profile:
    return Profile.objects.create(name="Ana Prado", tags=["vip"], created_at=NOW)


def make_company() -> Company:
    return add_company(facts={"name": "Loja", "domains": ["loja.example"]}, actor=None, now=NOW)


def make_deal() -> Deal:
    seller = person("merchant", email="dagmar@pedralva.example")
    return open_deal(profile_id=make_profile().pk, owner=seller, terms=Terms(title="Fleet"), actor=seller, now=NOW)


def make_named_queue() -> Queue:
    return make_queue("repairs", name="Repairs", channels=(make_channel(),))


EDITED = [
    Edited(
        form="FactsForm",
        make=make_profile,
        page="profiles:facts",
        column="name",
        theirs="Ana P. Prado",
        mine="Ana Maria",
        other=("place", "place", "Recife", "Recife"),
        unshown={"attributes": {"elsewhere": "kept"}},
    ),
    Edited(
        form="DealForm",
        make=make_deal,
        page="profiles:deal",
        column="title",
        theirs="Fleet of 20",
        mine="Fleet of 30",
        other=("currency", "currency", "EUR", "EUR"),
        unshown={"reason": "kept"},
    ),
    Edited(
        form="CompanyForm",
        make=make_company,
        page="profiles:company-facts",
        column="name",
        theirs="Loja Grande",
        mine="Loja Nova",
        other=("country", "country", "br", "BR"),
    ),
    Edited(
        form="TermsForm",
        make=make_named_queue,
        page="conversations:queue-desk",
        column="name",
        theirs="Repair shop",
        mine="Workshop",
        other=("answer_within", "answer_within", "45", 45),
        unshown={"position": 7},
    ),
]
ROWS = pytest.mark.parametrize("edited", EDITED, ids=lambda one: one.form)


def form_in(page: str) -> str:
    """The form of a page that says what it showed."""
    (found,) = [one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'name="seen_values"' in one]
    return str(found)


class Editor:
    """Somebody with the page of a row before them."""

    def __init__(self, edited: Edited, *, language: str = "en") -> None:
        root = User.objects.create_superuser(
            email="root@pedralva.example", password="x", name="Root", language=language
        )
        self.edited, self.client, self.row = edited, client_of(root), edited.make()
        self.url = reverse(edited.page, args=[getattr(self.row, edited.by)])
        self.see(self.client.get(self.url).content.decode())

    def see(self, page: str) -> None:
        form = form_in(page)
        self.page, self.shown = unescape(page), sent_by(form)
        action = re.search(r'<form[^>]* action="([^"]+)"', form)
        self.target = action[1] if action else self.url

    def change(self, **columns: Any) -> None:
        """Somebody else saves."""
        type(self.row).objects.filter(pk=self.row.pk).update(**columns)

    def save(self, **typed: str) -> int:
        answer = self.client.post(self.target, {**self.shown, **typed})
        if answer.status_code == 422:
            self.see(answer.content.decode())
        return answer.status_code

    def stored(self, *columns: str) -> list[Any]:
        return [getattr(type(self.row).objects.get(pk=self.row.pk), name) for name in columns]


@pytest.mark.parametrize("language", REFUSED)
@ROWS
def test_a_value_that_both_changed_is_refused_and_both_are_shown(edited, language):
    editor = Editor(edited, language=language)
    editor.change(**{edited.column: edited.theirs})
    assert editor.save(**{edited.touched: edited.mine}) == 422
    said, meanwhile = REFUSED[language]
    assert said in editor.page
    assert f"{meanwhile}{edited.theirs}" in editor.page
    assert editor.shown[edited.touched] == edited.mine
    assert editor.stored(edited.column) == [edited.theirs]
    assert editor.save() == 302  # who saves again has seen it
    assert [str(value) for value in editor.stored(edited.column)] == [edited.mine]


@ROWS
def test_a_value_that_another_changed_stays_when_only_others_were_typed(edited):
    if edited.other is None:
        pytest.skip("the form has one field")
    name, column, typed, stored = edited.other
    editor = Editor(edited)
    before = editor.stored(column)
    editor.change(**{edited.column: edited.theirs})
    assert editor.save(**{name: typed}) == 422
    assert (editor.stored(edited.column), editor.stored(column)) == ([edited.theirs], before)
    assert (editor.shown[edited.touched], editor.shown[name]) == (str(edited.theirs), typed)
    assert editor.save() == 302
    assert editor.stored(edited.column, column) == [edited.theirs, stored]


@ROWS
def test_a_save_without_a_conflict_writes_only_what_the_form_shows(edited):
    editor = Editor(edited)
    editor.change(**edited.unshown)
    assert editor.save(**{edited.touched: edited.mine}) == 302
    assert [str(value) for value in editor.stored(edited.column)] == [edited.mine]
    assert editor.stored(*edited.unshown) == list(edited.unshown.values())
