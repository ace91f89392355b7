"""A check that fails shows its rows, in the reader's language, with a way to each or somebody to ask."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext_noop, override

from collaboration.models import Task
from engagement.operations import checklist
from engagement.operations.actions.count import count
from engagement.operations.checklist import Evidence, Item, Measured
from engagement.operations.links import MAX_CANDIDATES, may_open, openable, who_can_open
from engagement.operations.models import Answer, AreaOwner
from engagement.operations.phrases import choice, in_both, in_words, lasting, phrase
from engagement.operations.selectors.matrix import matrix
from engagement.ui.templatetags.ui import number
from tests.community.makers import held_post, make_topic
from tests.factories import NOW, make_channel, make_conversation
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def celina():
    return person("benefactor", email="celina@pedralva.example", name="Celina Reis")


@pytest.fixture
def ivo():
    return person("administrator", email="ivo@pedralva.example", name="Ivo Prado")


def item(*rows: Evidence, figure: float = 10.0, **facts) -> Item:
    given = {"name": "test.item", "area": "collaboration", "aspect": "govern", "statement": "All is well"}
    given |= {"threshold": 90, "mend_at": "village:people"} | facts
    return Item(measure=lambda now: Measured(figure, 10, rows), **given)


@pytest.fixture
def only(monkeypatch):
    def register(*items: Item) -> None:
        monkeypatch.setattr(checklist, "_items", {one.name: one for one in items})

    return register


# Words


def test_words_are_read_in_the_readers_language():
    topic = make_topic()
    _post, review = held_post(topic)
    kept = [
        phrase(gettext_noop("one person, no deputy")),
        phrase(gettext_noop("waiting for %(time)s"), time=lasting(timedelta(hours=2))),
        in_both("Customer care", "Atendimento"),
        choice(review, "kind"),
        "What somebody wrote: 100 %",
    ]
    with override("en"):
        english = [in_words(one) for one in kept]
    with override("pt-br"):
        portuguese = [in_words(one) for one in kept]
    assert english[0] == "one person, no deputy"
    assert english[1].startswith("waiting for 2 h")
    assert english[2] == "Customer care"
    assert portuguese[1].startswith("aguardando há 2 h")
    assert portuguese[2] == "Atendimento"
    assert english[4] == portuguese[4] == "What somebody wrote: 100 %"
    assert all(one != other for one, other in zip(english[:4], portuguese[:4], strict=True))


def test_what_one_counts_in_english_another_reads_in_portuguese(celina):
    count(now=NOW, items=[one for one in checklist.registered() if one.name == "collaboration.roles-have-a-deputy"])
    nuno = person("shepherd", email="nuno@pedralva.example", name="Nuno Abrantes")
    path = "/operations/items/collaboration.roles-have-a-deputy/"
    english = client_of(celina).get(path, headers={"accept-language": "en"}).content.decode()
    nuno.language = "pt-br"
    nuno.save(update_fields=["language"])
    portuguese = client_of(nuno).get(path, headers={"accept-language": "pt-br"}).content.decode()
    assert "nobody has it" in english
    assert "nobody has it" not in portuguese
    assert "no deputy" not in portuguese


# Rows


def test_no_failing_check_says_that_nothing_fails(celina, only):
    only(item())
    count(now=NOW)
    page = client_of(celina).get("/operations/items/test.item/").content.decode()
    assert "Nothing stands against it" not in page
    assert "No row fails." not in page


@pytest.mark.parametrize("name", ["first-answer", "language-known", "routed-by-themselves"])
def test_checks_of_conversations_have_rows(name, celina):
    from conversations.models import Conversation, Message

    channel = make_channel("care@pedralva.example")
    made = [make_conversation(channel, f"ana{number}@customer.example") for number in range(10)]
    Conversation.objects.update(opened_at=NOW - timedelta(days=2), last_activity_at=NOW - timedelta(days=1))
    for conversation in made:
        conversation.profile.language = ""
        conversation.profile.save(update_fields=["language"])
        for kind, detail in (("reply", {}), ("event", {"event": "moved"})):
            Message.objects.create(
                conversation=conversation,
                seq=90 + (kind == "event"),
                kind=kind,
                author=celina,
                detail=detail,
                created_at=NOW - timedelta(days=1),
            )
    asked = [one for one in checklist.registered() if one.name == f"conversation.{name}"]
    (answer,) = count(now=NOW, items=asked)
    assert (answer.outcome, answer.error) == ("fail", "")
    assert len(answer.evidence) == 10
    assert all(url.startswith(("/inbox/", "/people/")) for _what, _why, url in answer.evidence)


def test_fix_leads_to_the_rows_that_fail(celina, ivo, only):
    only(item(Evidence("Ana", "no deputy", "/village/people/"), Evidence("Bo", "", "/village/people/")))
    count(now=NOW)
    page = client_of(ivo).get("/operations/").content.decode() if ivo.has_perm("operations.view_checklist") else ""
    architect = person("architect", email="rui@pedralva.example")
    page = page or client_of(architect).get("/operations/").content.decode()
    assert "/operations/rows/?check=test.item" in page or "Ask Ivo Prado" in page
    rows = client_of(celina).get("/operations/rows/?check=test.item")
    assert rows.status_code == 200
    assert "Ana" in rows.content.decode()
    for check in ("", "gone", "test.gone%00"):
        assert client_of(celina).get(f"/operations/rows/?check={check}").status_code == 302


# Whoever may not


def test_whoever_may_not_open_a_page_asks_who_may(celina, ivo, only):
    only(item(Evidence("Ana", "no deputy", "/village/people/")))
    count(now=NOW)
    browser = client_of(celina)
    for path in ("/operations/items/test.item/", "/operations/collaboration/", "/operations/", "/"):
        page = browser.get(path).content.decode()
        assert "Ask Ivo Prado" in page, path
        assert 'href="/village/people/"' not in page, path
    for _ in range(2):
        browser.post("/operations/asks/", {"check": "test.item"})
    browser.post("/operations/asks/", {"check": "test.item", "row": "/village/people/", "what": "Ana"})
    tasks = Task.objects.order_by("key")
    assert [(task.assignee, task.created_by) for task in tasks] == [(ivo, celina)] * 2
    assert tasks[1].title == "Fix: All is well: Ana"
    assert '<input type="hidden" name="what" value="Ana">' in browser.get("/operations/items/test.item/").text
    said = browser.get("/").content.decode()
    assert "Ivo Prado" in said
    tasks.update(state="done", done_at=NOW, done_by=ivo)
    browser.post("/operations/asks/", {"check": "test.item"})
    assert Task.objects.open().count() == 1


def test_the_task_is_in_the_language_of_who_is_asked(celina, ivo, only):
    ivo.language = "pt-br"
    ivo.save(update_fields=["language"])
    only(item())
    client_of(celina).post("/operations/asks/", {"check": "test.item"})
    assert Task.objects.get().title.startswith("Corrigir: ")


def test_nobody_to_ask_is_said(celina, only):
    only(item())
    answer = client_of(celina).post("/operations/asks/", {"check": "test.item"}, follow=True)
    assert "Nobody has access to that page yet." in answer.content.decode()
    assert not Task.objects.exists()


def test_the_owner_of_the_c_is_asked_first(celina, ivo):
    other = person("administrator", email="ada@pedralva.example", name="Ada Administrator")
    url = reverse("village:people")
    assert who_can_open(url=url, area="campaign", but=celina) == other
    AreaOwner.objects.create(area="campaign", person=ivo, since=NOW)
    assert who_can_open(url=url, area="campaign", but=celina) == ivo
    assert who_can_open(url=url, area="campaign", but=ivo) == other


def test_the_owner_of_the_c_is_asked_among_many(celina, ivo):
    for place in range(MAX_CANDIDATES):
        person("administrator", email=f"a{place}@pedralva.example", name=f"Aa {place}")
    AreaOwner.objects.create(area="campaign", person=ivo, since=NOW)
    assert who_can_open(url=reverse("village:people"), area="campaign", but=celina) == ivo


def test_a_row_of_somebody_elses_queue_is_no_link(celina):
    conversation = make_conversation(make_channel("care@pedralva.example"))
    url = reverse("conversations:conversation", args=[conversation.pk])
    agent = person("agent", email="caio@pedralva.example")
    assert may_open(user=agent, url=url) is (client_of(agent).get(url).status_code == 200)
    assert may_open(user=celina, url=url) is False
    assert openable(user=celina, urls=["https://elsewhere.example/x"]) == {"https://elsewhere.example/x": True}


def test_every_link_of_a_page_opens_for_its_reader(celina, only):
    """Whatever an item leads to, its button opens it, or asks."""
    pages = sorted({reverse(one.mend_at) for one in checklist.registered()})
    for role in ("benefactor", "architect", "counselor", "shepherd"):
        someone = person(role, email=f"{role}2@pedralva.example")
        browser = client_of(someone)
        for url in pages:
            assert may_open(user=someone, url=url) is (browser.get(url, follow=True).status_code == 200), (role, url)


@pytest.mark.parametrize("rows", [3, 30])
def test_a_page_takes_the_same_queries_for_few_and_many_rows(rows, celina, ivo, only):
    only(item(*(Evidence(f"Row {n}", "", f"/people/{n:08d}-0000-7000-8000-000000000000/") for n in range(rows))))
    count(now=NOW)
    browser = client_of(celina)
    browser.get("/operations/items/test.item/")
    with CaptureQueriesContext(connection) as found:
        browser.get("/operations/items/test.item/")
    assert len(found) == 13


# One figure


def test_figures_are_rounded_as_people_do():
    with override("en"):
        assert [number(value, 1) for value in (2.866, 2.85, 2.25, 0.05, 3)] == ["2.9", "2.9", "2.3", "0.1", "3.0"]


def test_maturity_is_one_figure_everywhere(celina, only):
    names = [(area, aspect) for area in checklist.AREAS for aspect in checklist.ASPECTS]
    only(
        *(
            item(name=f"{area}.{aspect}", area=area, aspect=aspect, figure=95.0 if number % 3 else 10.0)
            for number, (area, aspect) in enumerate(names)
        )
    )
    count(now=NOW)
    with override("en"):
        shown = f"{number(matrix(now=NOW).level, 1)} of 5"
    browser = client_of(celina)
    assert shown in browser.get("/").content.decode()
    assert shown in browser.get("/operations/").content.decode()


def test_evidence_that_was_stored_before_is_still_read(celina, only):
    only(item())
    count(now=NOW)
    Answer.objects.update(evidence=[["A title", "", "/village/people/"]])
    assert "A title" in client_of(celina).get("/operations/items/test.item/").content.decode()
