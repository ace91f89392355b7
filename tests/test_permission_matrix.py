"""Each role does what tests/permissions says, on every page and every endpoint, and nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from engagement.api.actions import make_token
from engagement.api.models import SCOPES, ApiToken
from engagement.channels.models import Channel
from engagement.ui.views import errors
from engagement.village.models import User
from tests.permissions import EVERYBODY, NO_ROLE, ROLES, TABLE
from tests.test_url_access import API, OURS
from tests.url_map import KEY, Address
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CLOSED = {address.name: address for address in [*OURS, *API] if getattr(address.view, "access", ()) is not None}
CELLS = [(name, method) for name in TABLE if name in CLOSED for method in METHODS]


class Village:
    """One signed-in browser for each role, one without any, one that may do everything; and things to act on."""

    def __init__(self) -> None:
        self.clients = {role: client_of(person(role)) for role in sorted(ROLES)}
        self.clients[NO_ROLE] = client_of(person(email="nobody@pedralva.example"))
        root = User.objects.create_superuser("root@pedralva.example", "a long enough password", name="Root")
        self.root = client_of(root)
        other = person(email="other@pedralva.example")
        channel = Channel.objects.create(kind="email", name="Care", address="care@pedralva.example")
        self.things = {"village": str(other.pk), "channels": str(channel.pk)}

    def path(self, address: Address) -> str:
        """The address of a thing that is there, where the app has one here."""
        return address.path.replace(KEY, self.things.get(address.name.partition(":")[0], KEY))


@pytest.fixture(scope="module")
def village(django_db_setup: None, django_db_blocker: Any) -> Iterator[Village]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield Village()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """No limit on requests; and no look for who can help on each of some thousand refusals (tests/setup/test_team.py)."""
    cache.clear()
    monkeypatch.setattr(errors, "who_can_help", lambda *_, **__: None)


def ask(client: Client, path: str, method: str, *, as_json: bool) -> tuple[int, str, int]:
    """Status, where it leads, and how many rows were changed; the change is undone."""
    client.raise_request_exception = False
    sent = {"data": {}, "content_type": "application/json"} if as_json and method != "GET" else {}
    with transaction.atomic():
        before = rows_changed()
        answer = getattr(client, method.lower())(path, **sent)
        changed = rows_changed() - before
        transaction.set_rollback(True)
    return answer.status_code, answer.get("Location", ""), changed


def rows_changed() -> int:
    """All but sessions, which a slow run sees prolonged: that is no change by the page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
            " WHERE relname <> 'django_session'"
        )
        return int(cursor.fetchone()[0] or 0)


def test_every_page_and_endpoint_has_a_row():
    assert sorted(CLOSED.keys() - TABLE.keys()) == [], "add rows to the app's module in tests/permissions/"


def test_every_row_has_a_page_or_endpoint():
    assert sorted(TABLE.keys() - CLOSED.keys()) == []


def test_rows_name_only_roles_that_are():
    assert {role for row in TABLE.values() for who in row.values() for role in who} <= EVERYBODY


@pytest.mark.parametrize(("name", "method"), CELLS, ids=lambda part: part)
def test_roles(village: Village, name: str, method: str):
    address, row = CLOSED[name], TABLE[name]
    path, as_json = village.path(address), hasattr(address.view, "cls")
    if method not in row:
        status, _, changed = ask(village.root, path, method, as_json=as_json)
        assert status in (403, 405), f"{name} answers {method}: {status}; add it to the row"
        assert changed == 0
        return
    entered, faults = set(), []
    for role in sorted(EVERYBODY):
        status, leads_to, changed = ask(village.clients[role], path, method, as_json=as_json)
        if status == 403:
            assert changed == 0, f"{role} was refused and changed something"
            continue
        entered.add(role)
        if status in (401, 405) or status >= 500 or leads_to.startswith("/accounts/login"):
            faults.append(f"{role}: {status} {leads_to}")
    assert faults == []
    assert entered == row[method]


def test_an_allowed_change_is_seen_by_the_measure_that_proves_a_refusal(village: Village):
    address = CLOSED["village:deactivation"]
    status, _, changed = ask(village.clients["administrator"], village.path(address), "POST", as_json=False)
    assert (status, changed) == (302, 2)  # the person and the entry in the audit trail
    status, _, changed = ask(village.clients["agent"], village.path(address), "POST", as_json=False)
    assert (status, changed) == (403, 0)


def test_a_refusal_is_a_page_that_says_so(village: Village):
    answer = village.clients["agent"].get("/village/people/")
    assert answer.status_code == 403
    assert answer["Content-Type"].startswith("text/html")


@pytest.fixture(scope="module")
def merchant_s_token(village: Village) -> Client:
    """A program that speaks for a Merchant, with every scope there is."""
    speaks_for = person("merchant", email="token@pedralva.example")
    now = timezone.now()
    facts = {"name": "deals", "scopes": list(SCOPES), "expires_at": now + timedelta(days=1), "now": now}
    token, text = make_token(person=speaks_for, **facts)
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)  # or its first use is a row that changed
    return Client(headers={"Authorization": f"Bearer {text}"})


@pytest.mark.parametrize(
    ("name", "method"), [cell for cell in CELLS if cell[0].startswith("v1:")], ids=lambda part: part
)
def test_a_merchant_s_token_may_do_what_a_merchant_may_and_no_more(
    village: Village, merchant_s_token: Client, name: str, method: str
):
    status, _, changed = ask(merchant_s_token, village.path(CLOSED[name]), method, as_json=True)
    assert (status not in (403, 405)) == ("merchant" in TABLE[name].get(method, frozenset()))
    assert status != 401
    assert changed == 0 or status not in (403, 405)
