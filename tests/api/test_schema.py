"""The OpenAPI description: valid, without a warning, and kept by the API (schemathesis looks for 5xx)."""

import io
import json
import os
import re
import time

import pytest
import schemathesis
from django.core.management import call_command
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate

from engagement.api.models import SCOPES
from engagement.config.wsgi import application
from tests.api.openapi import description

SECONDS = float(os.environ.get("SCHEMATHESIS_SECONDS", "25"))


def test_the_schema_is_valid_and_made_without_a_warning():
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=out)
    schema = json.loads(out.getvalue())
    assert schema["openapi"] == "3.1.0"
    validate(schema)


def answers_to(operation, headers: dict[str, str], real_id: str, seconds: float) -> list[int]:
    """Send generated requests for ``seconds``, each with the generated and with a real key; return the statuses."""
    until = time.monotonic() + seconds
    statuses: list[int] = []

    @given(case=operation.as_strategy())
    @settings(
        max_examples=30,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case) -> None:
        if statuses and time.monotonic() > until:
            return  # each operation is asked at least once, however busy the machine is
        statuses.append(case.call(headers=headers).status_code)
        if case.path_parameters and "id" in case.path_parameters:
            case.path_parameters["id"] = real_id
            statuses.append(case.call(headers=headers).status_code)

    send()
    return statuses


@pytest.mark.django_db(transaction=True)
def test_no_generated_request_gets_a_5xx(bearer, visible, hidden):
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    operations = [operation.ok() for operation in schema.get_all_operations()]
    headers = {"Authorization": bearer()["authorization"]}
    for operation in operations:
        statuses = answers_to(operation, headers, str(visible.pk), SECONDS / len(operations))
        assert statuses, operation.label
        assert max(statuses) < 500, operation.label


def test_every_scope_that_a_token_may_have_is_needed_by_an_operation():
    used = set(re.findall(r"Scope: `([a-z:]+)`", json.dumps(description())))
    assert used == set(SCOPES)
