"""Pages of imports: a file comes in, its columns are said, its rows told of, and who may not changes nothing."""

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engagement.profiles import spreadsheet_cells
from engagement.profiles.actions.suppress import suppress
from engagement.profiles.importing import actions
from engagement.profiles.models import ImportRow, PeopleImport, Profile, SavedMapping
from engagement.profiles.selectors import imports as selector
from engagement.realtime.topics import poke_now, sequences
from engagement.village.models import User
from tests.factories import NOW
from tests.profiles.importing.making import brought_in, mapping, people_file, taken, tried, undone, work_on
from tests.profiles.importing.sheets import text, xlsx
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
Status = PeopleImport.Status
LIST = "/people/imports/"


@pytest.fixture
def actor(db):
    return person("visionary")


@pytest.fixture
def visionary(actor):
    return client_of(actor)


def upload(client, content, name="lista.csv"):
    return client.post(LIST, {"file": SimpleUploadedFile(name, content)})


def test_what_is_told_while_a_page_is_made_makes_it_look_again(visionary, actor, monkeypatch):
    held = tried(actor, people_file(["Ana;ana@x.example;;;"]))
    real = selector.state

    def slow(held):
        poke_now(f"import:{held.pk}")
        return real(held)

    monkeypatch.setattr(selector, "state", slow)
    page = visionary.get(f"{LIST}{held.pk}/").content.decode()
    found = re.search(
        r"data-live-seq=.([0-9.,]+)", page.split("import-state")[1]
    )  # a number for scripts: no separators
    assert found, page
    seen = int(found[1])
    assert seen < sequences([f"import:{held.pk}"])[f"import:{held.pk}"]


def chosen(**more):
    columns = ("name", "identity:email", "identity:phone", "place", "tags")
    return {
        **{f"column-{place}": target for place, target in enumerate(columns)},
        "decides": "email",
        "wins": "known",
        "country": "br",
        "day_first": "1",
        "basis": "express",
        **more,
    }


def test_a_file_goes_all_the_way_by_its_pages(visionary):
    page = upload(visionary, people_file(["Ana;ana@x.example;;;"]))["Location"]
    assert page == f"{LIST}{PeopleImport.objects.get().pk}/"
    shown = visionary.get(page).content.decode()
    assert "ana@x.example" in shown
    assert '<option value="identity:email" selected>' in shown
    assert visionary.post(page, chosen(tags="Feira", remember_as="Loja"))["Location"] == page
    held = work_on(PeopleImport.objects.get())
    assert "Bring them in" in visionary.get(page).content.decode()
    visionary.post(f"{page}run/")
    held = work_on(held)
    assert (held.status, Profile.objects.get().tags) == (Status.DONE, ["feira"])
    assert "lista.csv" in visionary.get(LIST).content.decode()
    assert visionary.post(f"{page}undoing/", headers={"HX-Request": "true"})["HX-Redirect"] == page
    assert work_on(held).status == Status.UNDONE
    assert not Profile.objects.exists()


def test_what_was_chosen_is_offered_for_the_same_columns(visionary):
    visionary.post(upload(visionary, people_file([]))["Location"], chosen(scope="", tags="Feira", remember_as="Loja"))
    saved = SavedMapping.objects.get()
    page = upload(visionary, people_file(["Bo;bo@x.example;;;"]))["Location"]
    shown = visionary.get(page).content.decode()
    assert f"?saved={saved.pk}" in shown
    assert 'value="feira"' in shown
    assert 'value="feira"' not in visionary.get(f"{page}?saved=none").content.decode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\n \n", "There is nothing in the file."),
        (b"PK\x03\x04 damaged", "no spreadsheet"),
        (b",".join(b"c%d" % n for n in range(600)), "more than 500 columns"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(visionary, content, says):
    answer = upload(visionary, content)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not PeopleImport.objects.exists()


def test_a_file_that_is_too_large_is_refused(visionary, settings):
    settings.IMPORT_MOST_BYTES = 10
    assert upload(visionary, people_file(["Ana;ana@x.example;;;"])).status_code == 422


def test_a_spreadsheet_comes_in_like_a_text(visionary):
    content = xlsx([[text("Nome"), text("E-mail")], [text("Ana"), text("ana@x.example")]])
    page = upload(visionary, content, "lista.xlsx")["Location"]
    assert "Lista" in visionary.get(page).content.decode()
    held = PeopleImport.objects.get()
    actions.map_columns(
        import_id=held.pk, mapping=mapping(columns=("name", "identity:email")), actor=held.made_by, now=NOW
    )
    assert work_on(held).tried["new"] == 1


def test_another_encoding_can_be_chosen(visionary):
    page = upload(visionary, "name;email\nЖанна;zh@x.example\n".encode("cp1251"))["Location"]
    assert "Жанна" not in visionary.get(page).content.decode()
    visionary.post(f"{page}reading/", {"encoding": "cp1251", "delimiter": ";"})
    assert "Жанна" in visionary.get(page).content.decode()


def test_what_is_wrong_with_a_mapping_is_said(visionary):
    page = upload(visionary, people_file(["Ana;ana@x.example;;;"]))["Location"]
    answer = visionary.post(page, chosen(decides="crm"))
    assert answer.status_code == 422
    assert "by which people are recognised" in answer.content.decode()
    answer = visionary.post(page, chosen(agreed=["email"]))
    assert "a consent needs evidence" in answer.content.decode()
    assert PeopleImport.objects.get().status == Status.UPLOADED


def rows_of(answer):
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


def test_the_report_tells_each_row_with_its_own_cells_and_runs_nothing(visionary, actor):
    suppress(kind="email", address="gone@x.example", purpose="", reason="erased", source="t", now=NOW)
    lines = [
        "=cmd|' /C calc'!A0;bad;+5531999990001;;",
        "Gone;gone@x.example;;;",
        "Ana;ana@x.example;12;;",
        "Fine;fine@x.example;;;",
        "Ana;ana@x.example;;;",
        '"Open;x@x.example;;;',
    ]
    held = tried(actor, people_file(lines))
    rows = rows_of(visionary.get(f"{LIST}{held.pk}/problems/"))
    assert rows == [
        ["Row", "What became of it", "Why", "name", "email", "phone", "city", "tags"],
        ["2", "refused", "email: This is no e-mail address.", "'=cmd|' /C calc'!A0", "bad", "'+5531999990001", "", ""],
        [
            "3",
            "refused",
            "The person asked to be erased: they must not be written down again.",
            "Gone",
            "gone@x.example",
        ]
        + [""] * 3,
        ["4", "comes in", "phone: left out: no valid phone number", "Ana", "ana@x.example", "12", "", ""],
        ["6", "refused", "The person stands in row 4 already.", "Ana", "ana@x.example", "", "", ""],
        ["7", "refused", "A quotation mark opens and is never closed.", '"Open;x@x.example;;;'],
    ]


def test_the_report_speaks_the_readers_language(visionary, actor):
    User.objects.filter(pk=actor.pk).update(language="pt-br")
    held = tried(actor, people_file(["Ana;;;;"]))
    assert rows_of(visionary.get(f"{LIST}{held.pk}/problems/"))[1][:3] == [
        *("2", "recusada", "Não tem um endereço pelo qual as pessoas são reconhecidas."),
    ]


def test_what_stays_after_an_undo_is_told(visionary, actor):
    held = brought_in(actor, people_file(["Ana;ana@x.example;;;", "Bo;bo@x.example;;;"]))
    Profile.objects.filter(name="Ana").update(name="Else")
    held = undone(held, actor)
    shown = visionary.get(f"{LIST}{held.pk}/").content.decode()
    assert "What is known of them was changed again since." in shown
    rows = rows_of(visionary.get(f"{LIST}{held.pk}/problems/?of=kept"))
    assert rows[1] == ["2", str(Profile.objects.get().pk), "What is known of them was changed again since."]


@pytest.mark.parametrize("cell", ["=1+1", "+5531999990001", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", "Ana", ""])
def test_cells_come_back_from_a_safe_file_as_they_were(cell):
    kept = spreadsheet_cells.safe(cell)
    assert not kept.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert spreadsheet_cells.as_it_was(kept) == cell or cell == "'=1"


def test_the_pages_ask_a_fixed_number_of_questions(visionary, actor):
    small, large = tried(actor, people_file(["A;a@x.example;;;"])), None
    visionary.get(LIST)
    with CaptureQueriesContext(connection) as few:
        visionary.get(LIST)
        visionary.get(f"{LIST}{small.pk}/")
    for number in range(5):
        large = tried(actor, people_file([f"P{n};p{number}-{n}@x.example;;;" for n in range(30)]))
    with CaptureQueriesContext(connection) as many:
        visionary.get(LIST)
        visionary.get(f"{LIST}{large.pk}/")
    assert len(many) == len(few)


def test_who_may_only_look_changes_nothing(actor):
    held = tried(actor, people_file(["Ana;ana@x.example;;;"]))
    counselor = client_of(person("counselor"))
    assert counselor.get(LIST).status_code == 200
    assert "Bring them in" not in counselor.get(f"{LIST}{held.pk}/").content.decode()
    assert upload(counselor, people_file([])).status_code == 403
    for step in ("run", "halt", "undoing", "discarding", "reading"):
        assert counselor.post(f"{LIST}{held.pk}/{step}/").status_code == 403
    assert counselor.post(f"{LIST}{held.pk}/", chosen()).status_code == 403
    held.refresh_from_db()
    assert (held.status, PeopleImport.objects.count()) == (Status.CHECKED, 1)


def test_a_file_that_is_thrown_away_is_gone(visionary, actor):
    held = taken(actor, people_file(["Ana;ana@x.example;;;"]))
    name = held.file.name
    assert visionary.post(f"{LIST}{held.pk}/discarding/")["Location"] == LIST
    assert not PeopleImport.objects.exists()
    assert not ImportRow.objects.exists()
    assert held.file.storage.exists(name)  # deleted after the commit, which this test has none of
