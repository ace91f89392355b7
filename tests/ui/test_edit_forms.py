"""Every page on which a row is edited: no save over what somebody else saved, nothing typed lost, nothing else written."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from collaboration.tasks import make as make_task
from community.models import Topic
from conversations.models import Queue
from engagement.channels.models import SignUpForm
from engagement.channels.optin import writing as sign_up
from engagement.channels.optin.writing import Words
from engagement.operations.actions.value import write_value
from engagement.operations.checklist import registered
from engagement.profiles.actions.deals import Terms, open_deal
from engagement.profiles.companies.changes import add_company
from engagement.profiles.models import AttributeDefinition, Company, Deal, Profile
from engagement.profiles.rights.filing import file_request
from engagement.village.models import Role, User
from tests.community.makers import browser_of, make_member, make_space, make_topic
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


def make_attribute() -> AttributeDefinition:
    return AttributeDefinition.objects.create(slug="bike", label="Bike", label_pt="Bicicleta", type="text")


def make_sign_up_form() -> SignUpForm:
    words = {"en": Words("News", "We write once a month.")}
    facts = {"slug": "news", "name": "News", "channel": make_channel(), "words": words, "actor": None, "now": NOW}
    return sign_up.create(**facts)


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
        form="AttributeForm",
        make=make_attribute,
        page="profiles:attribute",
        by="slug",
        column="label",
        theirs="Cycle",
        mine="Bicycle",
        other=("retention_days", "retention_days", "90", 90),
        unshown={"position": 7},
    ),
    Edited(
        form="SignUpFormForm",
        make=make_sign_up_form,
        page="channels:sign_up_form",
        column="name",
        theirs="Monthly letter",
        mine="Weekly letter",
        other=None,
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


@pytest.mark.parametrize("edited", [one for one in EDITED if one.other], ids=lambda one: one.form)
def test_a_value_that_another_changed_stays_when_only_others_were_typed(edited):
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


def test_roles_that_another_gave_meanwhile_are_not_taken_again():
    root = User.objects.create_superuser(email="root@pedralva.example", password="x", name="Root")
    client, shown = client_of(root), person("agent", email="lia@pedralva.example")
    page = client.get(reverse("village:person", args=[shown.pk])).content.decode()
    sent = sent_by(form_in(page))
    merchant, troubadour = (Role.objects.get(slug=slug) for slug in ("merchant", "troubadour"))
    shown.groups.add(merchant.group)
    roles = [sent["roles"], str(troubadour.pk)]
    answer = client.post(reverse("village:place", args=[shown.pk]), {**sent, "roles": roles})
    assert (answer.status_code, "saved this while you were editing" in answer.content.decode()) == (422, True)
    assert set(Role.objects.filter(group__user=shown).values_list("slug", flat=True)) == {"agent", "merchant"}
    again = sent_by(form_in(answer.content.decode()))
    assert client.post(reverse("village:place", args=[shown.pk]), again).status_code == 302
    assert set(Role.objects.filter(group__user=shown).values_list("slug", flat=True)) == {"agent", "troubadour"}


def test_a_task_that_another_gave_or_moved_meanwhile_stays_as_they_left_it():
    root = User.objects.create_superuser(email="root@pedralva.example", password="x", name="Root")
    lia, pedro = (person("agent", email=f"{name}@pedralva.example", name=name) for name in ("Lia", "Pedro"))
    client = client_of(root)
    task = make_task(title="Call", assignee=root, created_by=root, due_at=NOW, now=NOW)
    url = reverse("collaboration:task", args=[task.pk])
    page = client.get(url).content.decode()
    give, move = (sent_by(one) for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if "seen_values" in one)
    type(task).objects.filter(pk=task.pk).update(assignee=lia, due_at=NOW + timedelta(days=1))
    given = client.post(reverse("collaboration:task-assignment", args=[task.pk]), {**give, "who": f"person:{pedro.pk}"})
    assert (given.status_code, "Saved meanwhile: Lia" in given.content.decode()) == (422, True)
    assert f'<option value="person:{pedro.pk}" selected>' in given.content.decode()
    moved = client.post(reverse("collaboration:task-due", args=[task.pk]), {**move, "due_at": "2027-01-02T10:00"})
    assert (moved.status_code, 'value="2027-01-02T10:00"' in moved.content.decode()) == (422, True)
    task.refresh_from_db()
    assert (task.assignee, task.due_at) == (lia, NOW + timedelta(days=1))
    give, _move = (
        sent_by(one)
        for one in re.findall(r"<form.*?</form>", given.content.decode(), re.DOTALL)
        if "seen_values" in one
    )
    assert client.post(reverse("collaboration:task-assignment", args=[task.pk]), give).status_code == 302
    task.refresh_from_db()
    assert task.assignee == pedro


def test_a_value_case_is_corrected_after_the_revision_that_was_shown():
    writer = User.objects.create_superuser(email="root@pedralva.example", password="x", name="Root")
    facts = {"outcome": "saving", "currency": "BRL", "low": 1, "base": 2, "high": 3, "author": writer, "now": NOW}
    facts |= {"baseline": "412 calls in May", "formula": "calls x R$ 9"}
    first = write_value(name="Calls", **facts)
    client, url = client_of(writer), reverse("operations:value-correction", args=[first.case])
    sent = sent_by(form_in(client.get(url).content.decode()))
    write_value(name="Fewer calls", case=first.case, **facts)
    answer = client.post(url, {**sent, "formula": "calls x R$ 10"})
    assert (answer.status_code, "saved this while you were editing" in answer.content.decode()) == (422, True)
    assert first.__class__.objects.filter(case=first.case).count() == 2
    assert client.post(url, sent_by(form_in(answer.content.decode()))).status_code == 302
    newest = first.__class__.objects.filter(case=first.case).latest("number")
    assert (newest.name, newest.formula) == ("Fewer calls", "calls x R$ 10")


def test_an_idea_that_another_moved_meanwhile_is_not_moved_back():
    root = User.objects.create_superuser(email="root@pedralva.example", password="x", name="Root")
    topic = make_topic(make_space(moderator=root), kind="idea")
    client, url = client_of(root), reverse("community:idea", args=[topic.pk])
    sent = sent_by(form_in(client.get(topic.get_absolute_url()).content.decode()))
    Topic.objects.filter(pk=topic.pk).update(idea_status="done", idea_note="It is there.")
    answer = client.post(url, {**sent, "status": "planned", "note": "Next year."})
    assert (answer.status_code, "saved this while you were editing" in answer.content.decode()) == (422, True)
    topic = Topic.objects.get(pk=topic.pk)
    assert (topic.idea_status, topic.idea_note) == ("done", "It is there.")
    again = sent_by(form_in(answer.content.decode()))
    assert (again["status"], again["note"]) == ("planned", "Next year.")
    assert client.post(url, again).status_code == 302
    assert Topic.objects.get(pk=topic.pk).idea_status == "planned"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A page of a setting, or of what stands beside a form. Two windows change it, the second without seeing the first.

    ``theirs`` and ``mine``: what each types. ``shown``: a word of the refusal besides the sentence.
    """

    form: str
    page: Callable[[], str]
    post: str = ""  # the address of the form, when the page has several with values that were shown
    theirs: dict[str, Any]
    mine: dict[str, Any]
    shown: str


def person_page(name: str) -> str:
    return reverse(name, args=[make_profile().pk])


def law_page() -> str:
    profile = make_profile()
    facts = {"kind": "access", "via": "email", "received_at": NOW, "actor": None, "now": NOW}
    row = file_request(profile_id=profile.pk, law="lgpd", words="", **facts)
    return reverse("profiles:request", args=[row.pk])


SETTINGS = [
    Setting(
        form="TargetForm",
        page=lambda: reverse("operations:item", args=[some_item()]),
        post="/target/",
        theirs={"threshold": "41"},
        mine={"threshold": "42"},
        shown="Saved meanwhile: 41",
    ),
    Setting(
        form="OwnerForm of a C",
        page=lambda: reverse("operations:area", args=["conversation"]),
        post="/owner/",
        theirs={"person": "Lia"},
        mine={"person": "Root"},
        shown="Saved meanwhile: Lia",
    ),
    Setting(
        form="ClaimForm",
        page=lambda: reverse("operations:claims"),
        theirs={"conversation": "2"},
        mine={"conversation": "3"},
        shown="Saved meanwhile: 2",
    ),
    Setting(
        form="PreferencesForm",
        page=lambda: reverse("ui:preferences"),
        post="/preferences/",
        theirs={"time_zone": "Europe/Oslo"},
        mine={"time_zone": "America/Recife"},
        shown="Saved meanwhile: Europe/Oslo",
    ),
    Setting(
        form="KeysForm",
        page=lambda: reverse("ui:preferences"),
        post="/keys/",
        theirs={"key-reply": "9"},
        mine={"key-reply": "8"},
        shown="Saved meanwhile: 9",
    ),
    Setting(
        form="PreferencesForm of notifications",
        page=lambda: reverse("collaboration:preferences"),
        theirs={"task__assigned": "digest"},
        mine={"task__assigned": "none"},
        shown="Changed meanwhile: ",
    ),
    Setting(
        form="WorkForm",
        page=lambda: person_page("profiles:around"),
        post="/work/",
        theirs={"company": "Loja", "position": "Buyer"},
        mine={"company": "Oficina", "position": "Owner"},
        shown="Works at is now: Loja, Buyer.",
    ),
    Setting(
        form="RelationForm",
        page=lambda: person_page("profiles:around"),
        post="/relations/",
        theirs={"kind": "household", "other": "Bia Prado"},
        mine={"kind": "household", "other": "Caio Prado"},
        shown="Bia Prado",
    ),
    Setting(
        form="LawForm",
        page=law_page,
        post="/law/",
        theirs={"law": "gdpr", "reason": "Lives in Porto"},
        mine={"reason": "Lives in Olinda"},
        shown="Changed meanwhile: By which law",
    ),
]


class Window:
    """A browser window with the page of a setting."""

    def __init__(self, setting: Setting, client: Client, url: str) -> None:
        self.setting, self.client, self.url = setting, client, url
        self.see(client.get(url).content.decode())

    def see(self, page: str) -> None:
        forms = [one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if "seen_values" in one]
        (form,) = [one for one in forms if not self.setting.post or f'{self.setting.post}"' in one]
        self.page, self.sent = unescape(page), sent_by(form)
        action = re.search(r'<form[^>]* action="([^"]+)"', form)
        self.target = action[1] if action else self.url

    def save(self, typed: dict[str, Any]) -> int:
        people = {user.name: str(user.pk) for user in User.objects.all()}
        typed = {name: people.get(value, value) for name, value in typed.items()}
        answer = self.client.post(self.target, {**self.sent, **typed})
        if answer.status_code == 422:
            self.see(answer.content.decode())
        return answer.status_code


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.form)
def test_a_setting_that_another_window_changed_is_refused_and_saved_when_seen(setting):
    root = User.objects.create_superuser(email="root@pedralva.example", password="x", name="Root", language="en")
    person("agent", email="lia@pedralva.example", name="Lia")
    for name in ("Bia Prado", "Caio Prado"):
        Profile.objects.create(name=name, created_at=NOW)
    client, url = client_of(root), setting.page()
    mine, theirs = Window(setting, client, url), Window(setting, client, url)
    assert theirs.save(setting.theirs) == 302
    assert mine.save(setting.mine) == 422
    assert "saved this while you were editing" in mine.page
    assert setting.shown in mine.page
    for name, value in setting.mine.items():
        if value != "Root":
            assert mine.sent[name] == value
    assert mine.save({}) == 302


def some_item() -> str:
    return next(item.name for item in registered() if item.unit == "%")


def test_a_post_and_a_name_of_the_community_are_not_saved_over_what_stands():
    member = make_member()
    topic = make_topic(member=member)
    client, post = browser_of(member), topic.posts.get(kind="opening")
    for url, name, typed in (
        (reverse("community:edit", args=[post.pk]), "text", ["It came on Monday.", "It came on Tuesday."]),
        (reverse("community:me"), "name", ["Ana do Prado", "Ana dos Prados"]),
    ):
        first, second = (sent_by(form_in(client.get(url).content.decode())) for _window in range(2))
        assert client.post(url, {**first, name: typed[0]}).status_code == 302
        answer = client.post(url, {**second, name: typed[1]})
        page = unescape(answer.content.decode())
        assert (answer.status_code, f"Saved meanwhile: {typed[0]}" in page) == (422, True)
        again = sent_by(form_in(answer.content.decode()))
        assert again[name] == typed[1]
        assert client.post(url, again).status_code == 302
    post.refresh_from_db()
    member.refresh_from_db()
    assert (post.source, member.display_name) == ("It came on Tuesday.", "Ana dos Prados")


def test_a_periodic_task_that_was_stopped_meanwhile_is_not_started_again():
    root = User.objects.create_superuser(email="root@pedralva.example", password="x", name="Root")
    every = IntervalSchedule.objects.create(every=5, period="minutes")
    task = PeriodicTask.objects.create(name="Tidy", task="engagement.tidy", interval=every)
    client, url = client_of(root), reverse("admin:django_celery_beat_periodictask_change", args=[task.pk])
    sent = sent_by(client.get(url).content.decode(), "periodictask_form")
    PeriodicTask.objects.filter(pk=task.pk).update(enabled=False, description="Stopped by Lia")
    answer = client.post(url, {**sent, "description": "Every five minutes"})
    assert (answer.status_code, "saved this while you were editing" in answer.content.decode()) == (409, True)
    task.refresh_from_db()
    assert (task.enabled, task.description) == (False, "Stopped by Lia")
