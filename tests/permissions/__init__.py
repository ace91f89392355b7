"""Who may do what: the one table of roles and actions, checked by test_permission_matrix.py.

A row is the name of an address; for each method that it answers, the roles (slugs) that may use it. An address
without a row fails the test, and so does a method that a view answers and the row does not name. Add rows for a new
page in the module of its app, beside its neighbours; what depends on the one thing (a queue, a channel) is tested with that page.
"""

from importlib import import_module
from pkgutil import iter_modules

from tests.permissions.roles import EVERYBODY, NO_ROLE, ROLES, Row

TABLE: dict[str, Row] = {}
for _module in iter_modules(__path__):
    for _name, _row in getattr(import_module(f"{__name__}.{_module.name}"), "ROWS", {}).items():
        assert _name not in TABLE, f"{_name} has two rows"
        TABLE[_name] = _row

__all__ = ["EVERYBODY", "NO_ROLE", "ROLES", "TABLE"]
