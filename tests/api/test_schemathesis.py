"""schemathesis with all of its checks, as an Administrator, an Agent and a Visionary.

Quick by default: each operation by one role, with a few valid and a few invalid requests.
``SCHEMATHESIS_EXAMPLES=100`` asks each operation by every role, with so many of both.
"""

import os
from datetime import timedelta

import pytest
import schemathesis
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from engagement.api.actions import make_token
from engagement.api.models import SCOPES
from engagement.config.wsgi import application
from tests.village.people import person

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "0"))
ROLES = ("administrator", "agent", "visionary")
# A valid body may ask for what cannot be done: that there is no such channel is a 422, which no schema can say.
ACCEPTED = ["2xx", "401", "403", "404", "409", "412", "422", "428"]


def headers_of(role: str) -> dict[str, str]:
    now = timezone.now()
    facts = {"name": "tests", "expires_at": now + timedelta(days=1), "now": now}
    user = person(role, email=f"{role}@pedralva.example")
    if role == "administrator":
        user.is_superuser = True
        user.save()
    return {"Authorization": f"Bearer {make_token(person=user, scopes=list(SCOPES), **facts)[1]}"}


def faults_of(operation, mode: GenerationMode, headers: dict[str, str], examples: int) -> list[str]:
    """Send generated requests; return what the checks object to."""
    faults: list[str] = []

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=not EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case) -> None:
        # What a cursor may hold is told by the page before, and not by the schema.
        excluded = [CHECKS.get_one("positive_data_acceptance")] if "cursor" in (case.query or {}) else []
        try:
            case.call_and_validate(headers=headers, excluded_checks=excluded)
        except BaseExceptionGroup as error:
            faults.extend(f"{operation.label} {mode}: {one}"[:1200] for one in error.exceptions)
        except schemathesis.errors.SchemathesisError as error:
            faults.append(f"{operation.label} {mode}: {error}"[:1200])

    send()
    return faults


@pytest.mark.django_db(transaction=True)
def test_all_checks_hold_for_every_operation(visible, hidden):
    load_all_checks()
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    schema.config.checks.positive_data_acceptance.expected_statuses = ACCEPTED
    headers = {role: headers_of(role) for role in ROLES}
    faults, wanted = [], os.environ.get("SCHEMATHESIS_PATH", "")
    for number, found in enumerate(schema.get_all_operations()):
        operation = found.ok()
        for role in ROLES if EXAMPLES else (ROLES[number % len(ROLES)],):
            for mode in GenerationMode if wanted in operation.path else ():
                faults += [f"{role}: {one}" for one in faults_of(operation, mode, headers[role], EXAMPLES or 2)]
    assert not faults, "\n\n".join([f"{len(faults)} faults", *faults[:40]])
