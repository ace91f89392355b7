"""The studio's pages: what is kept, what is refused and how it is said, what a preview may show."""

import pytest
from django.test import Client
from django.urls import reverse

from content.actions.drafting import begin_locale
from content.actions.saving import save
from content.actions.submitting import submit
from content.models import Revision, Template
from content.selectors.desk import look
from content.words import FIELDS
from engagement.profiles.models import Profile
from engagement.village.models import User
from tests.factories import LAYOUT, NOW, make_template
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(otavio: User) -> Client:
    return client_of(otavio)


def sent(template: Template, locale: str = "en", **fields: object) -> dict:
    draft = template.drafts.get(locale=locale)
    return {field: getattr(draft, field) for field in FIELDS} | {"version": draft.version, "writer": "page"} | fields


def at(name: str, template: Template, *more: object) -> str:
    return reverse(f"content:{name}", args=[template.pk, *more])


def test_the_list_takes_as_many_queries_for_thirty_texts_as_for_three(desk, otavio, django_assert_max_num_queries):
    def queries(rows: int) -> int:
        while Template.objects.count() < rows:
            save(template=make_template(otavio), author=otavio, now=NOW)
        with django_assert_max_num_queries(60) as counted:
            assert desk.get("/studio/").content.count(b'<th scope="row">') == rows
        return len(counted)

    desk.get("/studio/")  # the first page of a session notes that it was seen
    assert queries(3) == queries(30)


def test_the_list_narrows_by_state_kind_and_name(desk, otavio):
    submit(template=make_template(otavio, name="Spring"), author=otavio, comment="", now=NOW)
    make_template(otavio, name="Autumn", kind="sms")
    for query, there, gone in (("state=awaits", "Spring", "Autumn"), ("kind=sms", "Autumn", "Spring")):
        page = desk.get(f"/studio/?{query}").content.decode()
        assert there in page
        assert gone not in page
    assert "Autumn" not in desk.get("/studio/?q=spr").content.decode()
    assert desk.get("/studio/?after=nonsense").status_code == 404


def test_a_new_text_begins_from_its_layout_in_its_language(desk):
    given = {"name": "Spring", "kind": "email", "purpose": "marketing", "source_locale": "pt-br", "layout": "letter"}
    answer = desk.post("/studio/new/", given)
    template = Template.objects.get()
    assert answer.url == at("template", template)
    assert "Olá {{ first_name | default: &quot;você&quot; }}" in desk.get(answer.url).content.decode()
    assert desk.post("/studio/new/", given | {"name": ""}).status_code == 422


def test_what_is_written_is_kept_and_the_checks_come_back(desk, otavio):
    template = make_template(otavio)
    answer = desk.post(at("draft", template, "en"), sent(template, subject="{{ first_nam }}"), headers=HTMX)
    assert answer.status_code == 200
    assert template.drafts.get().subject == "{{ first_nam }}"
    page = answer.content.decode()
    assert 'name="version" id="version" value="2"' in page
    assert "Did you mean “first_name”?" in page


def test_another_page_is_told_and_shown_the_other_words(desk, otavio, lia):
    template = make_template(otavio)
    mine = sent(template, subject="Mine")
    client_of(lia).post(at("draft", template, "en"), sent(template, subject="Theirs", writer="other"), headers=HTMX)
    answer = desk.post(at("draft", template, "en"), mine, headers=HTMX)
    assert answer.status_code == 409
    assert "Lia Fontoura wrote here" in answer.content.decode()
    assert "Theirs" in answer.content.decode()
    whole = desk.post(at("saved", template, "en"), mine)
    assert whole.status_code == 409
    assert 'value="Mine"' in whole.content.decode()
    assert template.drafts.get().subject == "Theirs"
    desk.post(at("saved", template, "en"), mine | {"version": template.drafts.get().version, "anyway": "1"})
    saved = Revision.objects.order_by("number")
    assert [(each.author, each.variants.get().subject) for each in saved] == [(lia, "Theirs"), (otavio, "Mine")]


def test_words_that_cannot_be_read_come_back_with_the_line_and_the_focus(desk, otavio):
    template = make_template(otavio)
    mjml = LAYOUT.format(words="a").replace("<mj-body>", "<mj-body>\n\n{% if name %}")
    answer = desk.post(at("saved", template, "en"), sent(template, mjml=mjml))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 3:" in page
    assert page.count("autofocus") == 1 + page.count('role="combobox"')
    assert "{% if name %}" in page
    assert not Revision.objects.exists()


def test_a_fault_in_another_language_opens_that_language(desk, otavio):
    template = make_template(otavio)
    begin_locale(template=template, locale="pt-br", author=otavio, now=NOW)
    template.drafts.filter(locale="pt-br").update(subject="{{ half")
    answer = desk.post(at("saved", template, "en"), sent(template))
    assert answer.status_code == 422
    assert 'value="{{ half"' in answer.content.decode()


def test_a_save_says_its_number_and_leads_on_to_the_question(desk, otavio):
    template = make_template(otavio)
    answer = desk.post(at("saved", template, "en"), sent(template, then="submission"))
    assert answer.url == at("submission", template)
    assert "Ask for approval" in desk.get(answer.url).content.decode()
    asked = desk.post(answer.url, {"comment": "Please"})
    assert asked.url == at("revisions", template)
    assert "awaits a decision" in desk.get(asked.url).content.decode()
    taken = desk.post(at("submission", template), {"_method": "delete"})
    assert "awaits a decision" not in desk.get(taken.url).content.decode()


def test_what_is_missing_is_said_before_anybody_is_asked(desk, otavio):
    template = make_template(otavio, channel=None)
    answer = desk.post(at("submission", template), {"comment": ""})
    assert answer.status_code == 422
    assert "Choose from where it is sent." in answer.content.decode()


def test_people_who_lack_a_variable_are_counted_and_a_way_is_shown(otavio):
    Profile.objects.create(name="Ana Prado", place="Rio")
    Profile.objects.create(name="", place="")
    template = make_template(otavio, words="{{ first_name }} in {{ city | default: 'town' }}")
    found = look(template, list(template.drafts.all()), "en", user=otavio, sample="nothing")
    assert [(each.name, each.people, each.languages) for each in found.lacking] == [("first_name", 1, ["English"])]
    assert "first_name" in found.failure


# Previews


def frame(desk: Client, template: Template, query: str = "") -> tuple[str, str]:
    answer = desk.get(at("draft-frame", template, "en") + query)
    assert answer.status_code == 200
    return answer.content.decode(), answer["Content-Security-Policy"]


def test_a_preview_runs_nothing_and_escapes_whom_it_is_for(otavio):
    ana = Profile.objects.create(name="<script>alert(1)</script> {{ 7 | times: 7 }}")
    agent_too = person("troubadour", "agent", email="both@pedralva.example")
    page, policy = frame(client_of(agent_too), make_template(otavio, words="Hi {{ name }}"), f"?sample={ana.pk}")
    assert "Hi &lt;script&gt;alert(1)&lt;/script&gt; {{ 7 | times: 7 }}" in page
    assert "<script" not in page
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy


def test_who_may_not_see_customers_gets_no_preview_of_one(desk, otavio):
    ana = Profile.objects.create(name="Wellington Secreto")
    template = make_template(otavio, words="Hi {{ name }}")
    page, _policy = frame(desk, template, f"?sample={ana.pk}")
    assert "Secreto" not in page
    assert "Ana Prado" in page
    assert "Secreto" not in desk.get(at("template", template)).content.decode()


def test_a_person_of_whom_nothing_is_known_is_shown_as_a_failure(desk, otavio):
    page, _policy = frame(desk, make_template(otavio, words="{{ city }}"), "?sample=nothing")
    assert "“city” is not known" in page


# Who may do what


def test_a_visionary_reads_and_writes_nothing(otavio):
    template = make_template(otavio)
    save(template=template, author=otavio, now=NOW)
    reader = client_of(person("visionary"))
    assert reader.get(at("revisions", template)).status_code == 200
    assert reader.get(at("revision-frame", template, 1, "en")).status_code == 200
    assert reader.get(at("template", template)).status_code == 403
    assert reader.post(at("saved", template, "en"), sent(template, subject="Mine")).status_code == 403
    assert template.drafts.get().subject == "Spring"
    assert Revision.objects.count() == 1


def test_the_studio_speaks_portuguese(otavio):
    otavio.language = "pt-br"
    otavio.save()
    template = make_template(otavio)
    submit(template=template, author=otavio, comment="", now=NOW)
    desk = client_of(otavio)
    for page in ("/studio/", at("template", template), at("revisions", template), at("submission", template)):
        assert "espera decisão" in desk.get(page).content.decode(), page
