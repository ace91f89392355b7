"""The OpenAPI description: valid, without a warning, and kept by the API (schemathesis looks for 5xx and lies)."""

import io
import os

import pytest
import schemathesis
from django.core.management import call_command
from openapi_spec_validator import validate

from engagement.config.wsgi import application

SECONDS = float(os.environ.get("SCHEMATHESIS_SECONDS", "25"))


def test_the_schema_is_valid_and_made_without_a_warning(capsys):
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=out)
    import json

    schema = json.loads(out.getvalue())
    assert schema["openapi"] == "3.1.0"
    validate(schema)


@pytest.mark.django_db(transaction=True)
def test_no_request_that_fits_or_does_not_fit_the_schema_gets_a_5xx(bearer, visible, hidden):
    """Generated requests, good and bad, for a bounded time; the seed is printed by hypothesis when one fails."""
    import time

    from hypothesis import HealthCheck, Phase, given, settings

    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    end = time.monotonic() + SECONDS
    headers = {"Authorization": bearer()["authorization"]}
    tried = 0
    operations = [operation.ok() for operation in schema.get_all_operations()]
    for operation in operations:
        budget = time.monotonic() + max(1.0, (end - time.monotonic()) / len(operations))

        @given(case=operation.as_strategy())
        @settings(
            max_examples=60,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def try_it(case, budget=budget):
            nonlocal tried
            if time.monotonic() > budget:
                return
            tried += 1
            answer = case.call(headers=headers)
            assert answer.status_code < 500, f"{case.method} {case.path}: {answer.status_code}"

        try_it()
    assert tried > len(operations) * 5
