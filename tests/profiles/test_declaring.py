"""Attributes: declared before they are filled, changed so that what people have still fits, forgotten in time."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from engagement.profiles.actions.change import Facts, change
from engagement.profiles.actions.merge import merge
from engagement.profiles.actions.undo_merge import undo
from engagement.profiles.attributes import in_words
from engagement.profiles.declaring.actions import AttributeRefused, Meaning, bring_back, declare, redefine, retire
from engagement.profiles.declaring.retention import forget_in_time
from engagement.profiles.models import AttributeDefinition, Profile
from engagement.village.models import AuditEntry
from tests.factories import NOW, make_user
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return make_user("Ambrósio Falcão")


def days(number):
    return timedelta(days=number)


def bicycle(**changed):
    meaning = {
        "label": "Bicycle",
        "label_pt": "Bicicleta",
        "type": "choice",
        "choices": ["Road", "Cargo"],
        "choices_pt": {"Road": "Estrada"},
    }
    return Meaning(**meaning | changed)


def somebody(**attributes):
    profile = Profile.objects.create(name="Ana Prado", created_at=NOW)
    change(profile_id=profile.pk, facts=Facts(attributes=attributes), actor=None, now=NOW)
    profile.refresh_from_db()
    return profile


def test_it_is_declared_under_a_name_made_of_its_label(actor):
    row = declare(meaning=bicycle(label="Bicycle they ride"), actor=actor, now=NOW)
    assert (row.slug, row.choices, row.choices_pt) == ("bicycle_they_ride", ["Road", "Cargo"], {"Road": "Estrada"})
    with pytest.raises(AttributeRefused, match="already"):
        declare(slug="bicycle they ride", meaning=bicycle(), actor=actor, now=NOW)
    assert AttributeDefinition.objects.count() == 1


def test_a_choice_is_read_in_the_reader_s_language(actor):
    row = declare(meaning=bicycle(), actor=actor, now=NOW)
    with override("pt-br"):
        assert (in_words(row, "Road"), in_words(row, "Cargo")) == ("Estrada", "Cargo")
    assert in_words(row, "Road") == "Road"


@pytest.mark.parametrize(
    "wrong", [{"label_pt": " "}, {"choices": []}, {"choices": [str(n) for n in range(101)]}, {"retention_days": 0}]
)
def test_what_cannot_be_is_refused(actor, wrong):
    with pytest.raises(AttributeRefused):
        declare(meaning=bicycle(**wrong), actor=actor, now=NOW)
    assert not AttributeDefinition.objects.exists()


def test_what_people_have_must_still_fit(actor):
    row = declare(slug="bicycle", meaning=bicycle(), actor=actor, now=NOW)
    somebody(bicycle="Road")
    with pytest.raises(AttributeRefused, match="hold something else"):
        redefine(key=row.pk, meaning=bicycle(type="text"), actor=actor, now=NOW)
    with pytest.raises(AttributeRefused, match="1 person has “Road”"):
        redefine(key=row.pk, meaning=bicycle(choices=["Cargo"]), actor=actor, now=NOW)
    changed = redefine(key=row.pk, meaning=bicycle(choices=["Road", "Gravel"]), actor=actor, now=NOW)
    assert changed.choices == ["Road", "Gravel"]
    actions = AuditEntry.objects.filter(subject_id=str(row.pk)).order_by("at", "key").values_list("action", flat=True)
    assert list(actions) == ["attribute.declared", "attribute.redefined"]


def test_a_retired_one_is_offered_no_more_and_can_come_back(actor):
    row = declare(meaning=bicycle(), actor=actor, now=NOW)
    retire(key=row.pk, actor=actor, now=NOW)
    assert not AttributeDefinition.objects.in_use().exists()
    bring_back(key=row.pk, actor=actor, now=NOW)
    assert AttributeDefinition.objects.in_use().get() == row


class TestForgetting:
    @pytest.fixture
    def size(self, actor):
        return declare(
            slug="size", meaning=Meaning(label="Size", label_pt="Tamanho", retention_days=30), actor=actor, now=NOW
        )

    def test_it_is_forgotten_when_its_time_since_the_last_change_is_over(self, size):
        ana = somebody(size="17", other="stays")
        change(profile_id=ana.pk, facts=Facts(attributes={"size": "18"}), actor=None, now=NOW + days(20))
        assert forget_in_time(now=NOW + days(31)) == 0
        assert forget_in_time(now=NOW + days(51)) == 1
        ana.refresh_from_db()
        assert (ana.attributes, list(ana.attributes_at)) == ({"other": "stays"}, ["other"])
        assert AuditEntry.objects.get(action="attribute.forgotten").detail == {"people": 1, "days": 30}

    def test_what_came_in_undated_is_kept_for_its_time_from_when_it_is_seen(self, size):
        ana = Profile.objects.create(created_at=NOW, attributes={"size": "17"})
        assert forget_in_time(now=NOW + days(400)) == 0
        assert forget_in_time(now=NOW + days(431)) == 1
        ana.refresh_from_db()
        assert ana.attributes == {}

    def test_undoing_a_merge_does_not_bring_it_back(self, size):
        ana, other = somebody(), somebody(size="17")
        row = merge(kept_id=ana.pk, merged_id=other.pk, actor=None, now=NOW)
        forget_in_time(now=NOW)
        assert forget_in_time(now=NOW + days(31)) == 2
        undo(merge_id=row.pk, actor=None, now=NOW + days(32))
        assert list(Profile.objects.values_list("attributes", flat=True)) == [{}, {}]


class TestPages:
    @pytest.fixture
    def architect(self):
        return client_of(person("architect"))

    def test_declaring_changing_and_retiring(self, architect):
        sent = {
            "label": "Bicycle",
            "label_pt": "Bicicleta",
            "type": "choice",
            "choices": "Road | Estrada\nCargo\n\n",
            "system_of_record": "ERP",
            "retention_days": "730",
        }
        assert architect.post("/people/attributes/new/", sent).status_code == 302
        row = AttributeDefinition.objects.get()
        assert (row.choices, row.choices_pt, row.retention_days) == (["Road", "Cargo"], {"Road": "Estrada"}, 730)
        assert "Road | Estrada" in architect.get("/people/attributes/bicycle/").content.decode()
        architect.post("/people/attributes/bicycle/", sent | {"system_of_record": "CRM"})
        architect.post("/people/attributes/bicycle/retirement/")
        page = architect.get("/people/attributes/").content.decode()
        assert "CRM" in page
        assert "retired" in page

    def test_what_is_refused_is_said_and_kept_in_the_form(self, architect):
        answer = architect.post("/people/attributes/new/", {"label": "Bike", "label_pt": "Bici", "type": "choice"})
        assert answer.status_code == 422
        assert "Say what can be chosen" in answer.content.decode()
        assert 'value="Bike"' in answer.content.decode()

    def test_who_may_only_read_changes_nothing(self, architect):
        architect.post("/people/attributes/new/", {"label": "Size", "label_pt": "Tamanho", "type": "text"})
        counselor = client_of(person("counselor"))
        assert counselor.get("/people/attributes/size/").status_code == 200
        assert counselor.post("/people/attributes/size/", {"label": "X"}).status_code == 403
        assert AttributeDefinition.objects.get().label == "Size"
