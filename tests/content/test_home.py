"""A Troubadour's home page: what reviewers said, what is written, what waits, what may be sent."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collaboration.approvals import kinds
from content.actions.saving import save
from content.home import sections
from engagement.village.models import Role
from tests.content.test_submission import ask, say, write
from tests.factories import NOW, make_template
from tests.village.people import client_of

pytestmark = pytest.mark.django_db


def four(otavio, helena):
    """One text of each state, named by it."""
    made = {name: make_template(otavio, name=name) for name in ("refused", "draft", "awaits", "approved")}
    say(ask(made["refused"], otavio), helena, "refused", "Link the <rules>")
    ask(made["awaits"], otavio)
    say(ask(made["approved"], otavio), helena)
    return made


def shown(otavio):
    return [[item.what for item in section.items] for section in sections(otavio, NOW)]


def test_each_text_stands_where_its_work_is(otavio, helena, lia):
    made = four(otavio, helena)
    make_template(lia, name="somebody else's")
    assert shown(otavio) == [["refused"], ["draft"], ["awaits"], ["approved"]]
    write(made["approved"], otavio, subject="Summer")
    save(template=made["approved"], author=otavio, now=NOW)
    assert shown(otavio)[1] == ["approved", "draft"]


def test_the_page_shows_them_in_both_languages_with_the_reviewer_s_reason(otavio, helena):
    four(otavio, helena)
    for language, words in (("en", "What reviewers said"), ("pt-br", "O que disse quem revisou")):
        otavio.language = language
        otavio.save()
        answer = client_of(otavio).get("/")
        body = answer.content.decode()
        assert answer.status_code == 200
        assert words in body
        assert "Helena Duarte: “Link the &lt;rules&gt;”" in body


def test_each_text_stands_once_on_the_page(otavio, helena, monkeypatch):
    own = {name: kind for name, kind in kinds._kinds.items() if not name.startswith("test")}
    monkeypatch.setattr(kinds, "_kinds", own)  # without those that other tests have added
    made = four(otavio, helena)
    ask(made["refused"], otavio)  # asked a second time
    body = client_of(otavio).get("/").content.decode()
    found = {name: body.count(f">{name}<") for name in made}
    assert found == dict.fromkeys(made, 1)
    assert "Asked for approval" not in body


def test_who_asked_and_does_not_write_sees_it_once(otavio, helena):
    template = make_template(otavio, name="Spring text")
    say(ask(template, otavio), helena, "refused", "Link the rules")
    otavio.groups.set(Role.objects.filter(slug="visionary").values_list("group_id", flat=True))
    write(template, otavio, subject="Summer")
    ask(template, otavio)
    body = client_of(otavio).get("/").content.decode()
    assert "Asked for approval" in body
    assert body.count(">Spring text<") == 1


def test_the_page_of_somebody_who_has_written_nothing_stands(otavio):
    answer = client_of(otavio).get("/")
    assert answer.status_code == 200
    assert "No reviewer sent anything back." in answer.content.decode()


def test_the_number_of_queries_does_not_grow(otavio, helena):
    numbers = []
    for _ in range(2):
        four(otavio, helena)
        with CaptureQueriesContext(connection) as captured:
            shown(otavio)
        numbers.append(len(captured))
    assert numbers[0] == numbers[1] == 2
