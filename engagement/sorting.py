"""Names in the order in which people look for them: case and accents do not count, whatever collation the database has.

The function ``engagement_sort_key`` of the database (a migration of the village) makes "Ágata" stand beside "Agata"; a
database built with the C collation, which has no other one, sorts by bytes: "Zebra, abacate, Ágata".
"""

import unicodedata
from typing import Any

from django.db.models import Func, TextField
from django.db.models.expressions import Combinable
from django.utils.translation import get_language


class SortKey(Func):
    """What a text is ordered by: small letters without accents. Immutable, so an index may hold it."""

    function = "engagement_sort_key"
    arity = 1
    output_field = TextField()


class LocalizedSortKey(Func):
    """The same of a name that is kept in English and in Portuguese: of the one that the reader sees.

    The language is the one that is active when the query runs, so that a form's queryset may be made once.
    """

    function = "engagement_sort_key"
    arity = 2
    output_field = TextField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
        """Write the function over one of both columns; an empty Portuguese name falls back to the English one."""
        english, portuguese = (compiler.compile(one) for one in self.get_source_expressions())
        if not (get_language() or "en").startswith("pt"):
            return f"{self.function}({english[0]})", list(english[1])
        sql = f"{self.function}(COALESCE(NULLIF({portuguese[0]}, ''), {english[0]}))"
        return sql, [*portuguese[1], *english[1]]


Order = tuple[Combinable | str, ...]


def by_name(field: str = "name", key: str = "key") -> Order:
    """Return what to order by so that names stand as readers expect, ending on the key."""
    return (SortKey(field), key)


def by_localized_name(prefix: str = "", key: str = "key") -> Order:
    """The same for things with a name in each language (departments, queues, spaces); ``prefix`` leads to them."""
    return (LocalizedSortKey(f"{prefix}name", f"{prefix}name_pt"), f"{prefix}{key}")


def sort_text(text: object) -> str:
    """Return the key of a text for Python's ``sorted``, as ``engagement_sort_key`` makes it."""
    plain = unicodedata.normalize("NFD", str(text).replace("ß", "ss"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
