"""The community's staff pages. Its public pages guard themselves and are tested in tests/community."""

from tests.permissions.roles import Row

ROWS: dict[str, Row] = {}
