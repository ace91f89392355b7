"""The OpenAPI description: valid, and made without a warning."""

import io
import json
import re

from django.core.management import call_command
from openapi_spec_validator import validate

from engagement.api.models import SCOPES
from tests.api.openapi import description


def test_the_schema_is_valid_and_made_without_a_warning():
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=out)
    schema = json.loads(out.getvalue())
    assert schema["openapi"] == "3.1.0"
    validate(schema)


def test_every_scope_that_a_token_may_have_is_needed_by_an_operation():
    used = set(re.findall(r"Scope: `([a-z:]+)`", json.dumps(description())))
    assert used == set(SCOPES)
