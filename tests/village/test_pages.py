"""The people pages, the audit trail, one's own sessions, the second factor, the administration."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from engagement.village.audit import record
from engagement.village.models import AuditEntry, Department, Role, User
from engagement.village.selectors import audit_trail, people_list
from engagement.village.selectors.sessions import program_of
from tests.html_forms import sent_by
from tests.village.people import PASSWORD, client_of, is_signed_in, person, sign_in

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def quiet(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()


@pytest.fixture
def boss() -> User:
    return person("administrator", email="root@pedralva.example", name="Rita Boss")


@pytest.fixture
def office(boss) -> Client:
    return client_of(boss)


@pytest.fixture
def iara() -> User:
    return person("agent", email="iara@pedralva.example", name="Iara Menezes")


def test_people_are_found_by_name_address_and_role(boss, office, iara):
    assert "Iara Menezes" in office.get("/village/people/").content.decode()
    assert "Iara Menezes" in office.get("/village/people/?search=IARA@").content.decode()
    assert "Iara Menezes" in office.get("/village/people/?role=agent").content.decode()
    assert "Iara Menezes" not in office.get("/village/people/?role=legal").content.decode()
    assert "Nobody is called that" in office.get("/village/people/?search=xyz").content.decode()


def test_pages_of_people_hold_everybody_once_also_those_of_one_name(boss):
    for number in range(7):
        person(email=f"p{number}@pedralva.example", name="Ana" if number < 4 else f"Zoe {number}")
    seen, after = [], None
    for _ in range(10):
        page = people_list.page(after=after, size=3)
        seen += [one.pk for one in page.people]
        after = page.next_after
        if after is None:
            break
    assert seen == list(User.objects.order_by("name", "key").values_list("pk", flat=True))


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


@pytest.mark.parametrize("path", ["/village/people/", "/village/audit/"])
def test_a_list_asks_the_database_as_often_for_thirty_rows_as_for_three(boss, office, path):
    def add(first: int, last: int) -> None:
        for number in range(first, last):
            one = person("agent", email=f"p{number}@pedralva.example")
            one.departments.set(Department.objects.all()[:2])
            record(actor=boss, action="test.done", subject=one, now=datetime.now(UTC))

    add(0, 3)
    office.get(path)
    few = queries(office, path)
    add(3, 30)
    assert queries(office, path) == few


def test_the_form_of_a_person_changes_roles_and_departments(boss, office, iara):
    builder, legal = Role.objects.get(slug="builder"), Department.objects.get(slug="legal")
    answer = office.post(f"/village/people/{iara.pk}/place/", {"roles": [builder.pk], "departments": [legal.pk]})
    assert (answer.status_code, answer["Location"]) == (302, f"/village/people/{iara.pk}/")
    assert list(Role.objects.filter(group__user=iara)) == [builder]
    assert list(iara.departments.all()) == [legal]
    page = office.get(f"/village/people/{iara.pk}/").content.decode()
    assert "Changed a person&#x27;s roles" in page


def test_what_is_refused_is_said_on_the_form(boss, office):
    answer = office.post(f"/village/people/{boss.pk}/place/", {})
    assert answer.status_code == 422
    assert "Somebody must stay administrator" in answer.content.decode()


def test_an_invitation_goes_out_from_the_page(boss, office, settings, django_capture_on_commit_callbacks):
    agent = Role.objects.get(slug="agent")
    sent = {"name": "Nuno", "email": "nuno@pedralva.example", "language": "en", "roles": [agent.pk]}
    with django_capture_on_commit_callbacks(execute=True):
        answer = office.post("/village/people/invitation/", sent)
    nuno = User.objects.get(email="nuno@pedralva.example")
    assert answer["Location"] == f"/village/people/{nuno.pk}/"
    assert mail.outbox[0].subject == "Your place at Pedralva"
    assert settings.BASE_URL in mail.outbox[0].body


def test_a_faulty_invitation_comes_back_with_its_faults(boss, office, iara):
    answer = office.post("/village/people/invitation/", {"name": "", "email": iara.email, "language": "en"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody works here with this address." in page
    assert User.objects.count() == 2


@pytest.mark.parametrize("page", ["people/", "people/invitation/", "audit/", "security/", "sessions/"])
@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_pages_carry_no_inline_style_or_script_in_either_language(boss, page, language):
    User.objects.filter(pk=boss.pk).update(language=language)
    answer = client_of(boss).get(f"/village/{page}")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert not re.search(r"\sstyle=|\son[a-z]+=", text)
    assert f'lang="{language.lower()}"' in text.lower()


def test_the_trail_is_filtered_by_action_actor_subject_and_day(boss, iara):
    now = datetime.now(UTC)
    one = record(actor=boss, action="a.one", subject=iara, now=now)
    two = record(actor=iara, action="a.two", subject=boss, now=now)
    old = record(actor=iara, action="a.two", subject=boss, now=now - timedelta(days=40))

    def found(**wanted) -> set:
        return {entry.pk for entry in audit_trail.page(wanted=audit_trail.Wanted(**wanted)).entries}

    assert found(action="a.one") == {one.pk}
    assert found(actor="iara@") == {two.pk, old.pk}
    assert found(subject="Iara") == {one.pk}
    assert found(subject=str(boss.pk)) == {two.pk, old.pk}
    assert found(action="a.two", actor="Rita") == set()
    assert audit_trail.actions() == ["a.one", "a.two"]


def test_a_day_is_one_of_the_persons_own_zone(boss, office):
    now = datetime.now(UTC)
    record(actor=boss, action="a.one", subject=boss, now=now)
    here = now.astimezone(__import__("zoneinfo").ZoneInfo("America/Sao_Paulo")).date()
    assert "a.one</th>" in office.get(f"/village/audit/?day={here}").content.decode()
    assert "No entry matches" in office.get(f"/village/audit/?day={here + timedelta(days=1)}").content.decode()


def test_pages_of_the_trail_hold_every_entry_once(boss):
    for number in range(7):
        record(actor=boss, action=f"a.{number}", subject=boss, now=datetime.now(UTC))
    seen, before = [], None
    for _ in range(10):
        page = audit_trail.page(wanted=audit_trail.Wanted(), before=before, size=3)
        seen += [entry.pk for entry in page.entries]
        before = page.next_before
        if before is None:
            break
    assert seen == list(AuditEntry.objects.order_by("-key").values_list("pk", flat=True))


def test_a_faulty_filter_answers_422(office):
    assert office.get("/village/audit/?day=yesterday").status_code == 422


def test_one_sees_and_ends_ones_own_sessions_only(iara, django_capture_on_commit_callbacks):
    here, there = Client(headers={"user-agent": FIREFOX}), Client()
    sign_in(here, iara.email)
    sign_in(there, iara.email)
    page = here.get("/village/sessions/").content.decode()
    assert "Firefox, Linux" in page
    assert page.count("/end/") == 3  # two sessions, and all others
    stranger = client_of(person(email="other@pedralva.example"))
    numbers = sorted(set(re.findall(r"/village/sessions/(\d+)/end/", page)))
    for number in numbers:
        assert stranger.post(f"/village/sessions/{number}/end/").status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        here.post("/village/sessions/others/end/")
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    with django_capture_on_commit_callbacks(execute=True):
        (left,) = re.findall(r"/village/sessions/(\d+)/end/", here.get("/village/sessions/").content.decode())
        assert here.post(f"/village/sessions/{left}/end/")["Location"] == "/accounts/login/"
    assert not is_signed_in(here)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/143.0 Safari/537.36 Edg/143.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari, iPhone"),
        ("curl/8", "Unknown program"),
    ],
)
def test_programs_are_named_as_people_know_them(said, shown):
    assert program_of(said) == shown


def code_for(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def switch_on(client: Client, committed) -> tuple[str, list[str]]:
    """Set up an authenticator app as a person does; return its secret and the recovery codes."""
    asked_again = client.get("/accounts/2fa/totp/activate/")["Location"]
    page = client.post(asked_again, {"password": PASSWORD}, follow=True)
    secret = page.context["form"].secret
    with committed(execute=True):
        client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    return secret, codes


def test_with_a_second_factor_the_password_alone_opens_nothing(iara, client, django_capture_on_commit_callbacks):
    sign_in(client, iara.email)
    secret, codes = switch_on(client, django_capture_on_commit_callbacks)
    kept = [str(one.data) for one in Authenticator.objects.all()]
    assert len(kept) == 2
    assert not any(secret in data or code in data for data in kept for code in codes)
    cache.clear()  # each code of an app is taken once
    other = Client()
    assert sign_in(other, iara.email)["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_signed_in(other)
    other.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert not is_signed_in(other)
    other.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert is_signed_in(other)
    third = Client()
    sign_in(third, iara.email)
    third.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert is_signed_in(third)
    again = Client()
    sign_in(again, iara.email)
    again.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert not is_signed_in(again)
    actions = list(AuditEntry.objects.order_by("key").values_list("action", flat=True))
    assert actions.count("second_factor.added") == 2  # the app and the recovery codes
    assert actions.count("second_factor.failed") == 2
    assert actions.count("sign_in.succeeded") == 3


def test_the_dialog_over_a_page_signs_in_with_password_and_second_factor(
    iara, client, django_capture_on_commit_callbacks
):
    sign_in(client, iara.email)
    secret, _codes = switch_on(client, django_capture_on_commit_callbacks)
    cache.clear()
    page, headers = Client(), {"X-Requested-With": "XMLHttpRequest", "Accept": "application/json"}
    wrong = page.post("/accounts/login/", {"login": iara.email, "password": "wrong"}, headers=headers)
    assert wrong.status_code == 400
    assert "tries left" in str(wrong.json()["form"])
    right = page.post("/accounts/login/", {"login": iara.email, "password": PASSWORD}, headers=headers)
    assert "/2fa/" in right.json()["location"]
    assert page.get("/session/").json()["person"] == ""
    page.post("/accounts/2fa/authenticate/", {"code": "000000"}, headers=headers)
    assert page.get("/session/").json()["person"] == ""
    page.post("/accounts/2fa/authenticate/", {"code": code_for(secret)}, headers=headers)
    assert page.get("/session/").json()["person"] == str(iara.pk)


def test_administrators_must_have_a_second_factor_where_that_is_the_rule(
    boss, iara, settings, django_capture_on_commit_callbacks
):
    settings.REQUIRE_MFA = True
    office, desk = Client(), Client()
    sign_in(office, boss.email)
    sign_in(desk, iara.email)
    assert office.get("/village/people/")["Location"] == "/accounts/2fa/totp/activate/"
    assert desk.get("/village/sessions/").status_code == 200
    switch_on(office, django_capture_on_commit_callbacks)
    assert office.get("/village/people/").status_code == 200


def test_without_that_rule_nobody_is_asked(boss, office):
    assert office.get("/village/people/").status_code == 200


def seen_by(client, url, form_id):
    """What the form of a page says that it showed."""
    return {"seen_values": sent_by(client.get(url).content.decode(), form_id)["seen_values"]}


def test_the_administration_audits_what_it_changes(boss, iara):
    User.objects.filter(pk=boss.pk).update(is_staff=True)
    office = client_of(User.objects.get(pk=boss.pk))
    sent = {"name": "Iara M.", "email": "IARA.M@pedralva.example", "language": "en", "time_zone": "UTC"}
    sent |= seen_by(office, f"/admin/village/user/{iara.pk}/change/", "user_form")
    answer = office.post(f"/admin/village/user/{iara.pk}/change/", {**sent, "is_superuser": "on", "is_staff": "on"})
    assert answer.status_code == 302, answer.context["errors"]
    changed = User.objects.get(pk=iara.pk)
    assert (changed.name, changed.email) == ("Iara M.", "iara.m@pedralva.example")
    assert (changed.is_superuser, changed.is_staff) == (False, False)
    entry = AuditEntry.objects.get()
    assert entry.action == "person.changed"
    assert entry.detail["name"] == ["Iara Menezes", "Iara M."]


def test_the_administration_of_a_role_notes_what_was_given_and_taken(boss):
    User.objects.filter(pk=boss.pk).update(is_staff=True)
    office = client_of(User.objects.get(pk=boss.pk))
    role = Role.objects.get(slug="counselor")
    kept = role.group.permissions.get(codename="view_profile")
    others = role.group.permissions.exclude(pk=kept.pk).select_related("content_type")
    taken = sorted(f"{one.content_type.app_label}.{one.codename}" for one in others)
    assert "profiles.view_identity" in taken
    sent = {"name": role.name, "name_pt": role.name_pt, "position": role.position, "permissions": [kept.pk]}
    sent |= seen_by(office, f"/admin/village/role/{role.pk}/change/", "role_form")
    assert office.post(f"/admin/village/role/{role.pk}/change/", sent).status_code == 302
    assert list(role.group.permissions.all()) == [kept]
    assert AuditEntry.objects.get().detail == {"added": [], "taken": taken}


@pytest.mark.parametrize("path", ["user/add/", "role/add/", "auditentry/add/"])
def test_the_administration_makes_nobody_and_nothing_in_the_trail(boss, path):
    User.objects.create_superuser("super@pedralva.example", PASSWORD, name="Super")
    office = client_of(User.objects.get(email="super@pedralva.example"))
    assert office.get(f"/admin/village/{path}").status_code == 403


def test_only_the_administration_has_a_looser_policy_and_no_page_allows_scripts_written_into_it(boss):
    User.objects.filter(pk=boss.pk).update(is_staff=True)
    office = client_of(User.objects.get(pk=boss.pk))

    def policy(path: str) -> dict[str, str]:
        parts = office.get(path)["Content-Security-Policy"].split(";")
        return {part.split()[0]: part for part in parts if part.split()}

    ours, theirs = policy("/village/people/"), policy("/admin/village/user/")
    assert "unsafe" not in "".join(ours.values())
    assert theirs["style-src"].split() == ["style-src", "'self'", "'unsafe-inline'"]
    assert "'unsafe-eval'" in theirs["script-src"]
    assert "'unsafe-inline'" not in theirs["script-src"]


def test_nobody_is_deleted_in_the_administration(iara):
    root = User.objects.create_superuser("super@pedralva.example", PASSWORD, name="Super")
    office = client_of(root)
    assert office.post(f"/admin/village/user/{iara.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=iara.pk).exists()
    assert office.get("/admin/village/auditentry/").status_code == 200
