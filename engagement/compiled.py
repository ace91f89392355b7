"""Querysets of the hot paths that are put together once: afterwards they are prepared statements.

Putting one together and compiling it takes Django one to three milliseconds, each time; PostgreSQL then needs a tenth
of that. What ``engagement.statements`` does for SQL that is written by hand, this does for a queryset that has filters
to choose from, so that nobody has to write its SQL a second time.
"""

import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators

from engagement import statements

M = TypeVar("M", bound=Model)
Value = UUID | datetime | Sequence[UUID]
_SINGLE = (UUID, datetime)
_BEGIN = datetime(1723, 4, 5, 6, 7, 8, 91011, tzinfo=UTC)  # no moment that a filter could mean


class NotCompilable(Exception):
    """The queryset asks for more than rows of one model with what is joined to them."""


def read(build: "Callable[..., QuerySet[M]]", /, *shape: Hashable, **values: Value) -> list[M]:
    """Return the rows of ``build(*shape, **values)``, as ``list`` would.

    ``build`` is a function of a module. ``shape`` is what decides how its queryset looks, and a small number of
    different ones; ``values`` are keys, moments and lists of keys, which may only be compared with columns: what
    ``build`` works out of them otherwise would stay as it was the first time. Where queries are counted, the queryset
    itself is run. Raises NotCompilable, django.db.DatabaseError.
    """
    if connection.queries_logged:
        return list(build(*shape, **values))
    given = tuple((name, type(value) if isinstance(value, _SINGLE) else len(value)) for name, value in values.items())
    compiled = _compiled(build, shape, given)
    return compiled.rows(values) if compiled else []


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value of the call belongs among the parameters."""

    name: str
    number: int | None


@dataclass(frozen=True, slots=True)
class _Compiled:
    statement: str
    parameters: Sequence[Any]
    model: Any
    names: Sequence[str]
    begin: int
    converters: Mapping[int, Any]
    apply: Callable[..., Any]
    related: Sequence[Any]

    def rows(self, values: Mapping[str, Value]) -> list[Any]:
        given = [self._given(each, values) if isinstance(each, _Place) else each for each in self.parameters]
        found: Any = statements.run(self.statement, given)
        if self.converters:
            found = self.apply(found, self.converters)
        return [self._row(row) for row in found]

    def _given(self, place: _Place, values: Mapping[str, Any]) -> Any:
        return values[place.name] if place.number is None else values[place.name][place.number]

    def _row(self, row: Sequence[Any]) -> Any:
        made = self.model.from_db(connection.alias, self.names, row[self.begin : self.begin + len(self.names)])
        for populator in self.related:
            populator.populate(row, made)
        return made


@functools.lru_cache(maxsize=500)
def _compiled(
    build: Callable[..., Any],
    shape: tuple[Hashable, ...],
    given: tuple[tuple[str, type | int], ...],
) -> _Compiled | None:
    """Put the queryset together with samples of what is ``given``: of a type, or so many keys. None: it has no row."""
    samples: dict[str, Any] = {}
    places: dict[Any, _Place] = {}
    for number, (name, kind) in enumerate(given):
        if isinstance(kind, int):
            samples[name] = [uuid4() for _each in range(kind)]
            places |= {sample: _Place(name, at) for at, sample in enumerate(samples[name])}
        else:
            samples[name] = uuid4() if kind is UUID else _BEGIN + timedelta(seconds=number)
            places[samples[name]] = _Place(name, None)
    queryset = build(*shape, **samples)
    if queryset._iterable_class is not ModelIterable or queryset._prefetch_related_lookups:
        raise NotCompilable(f"{build.__qualname__} asks for more than rows")
    compiler = queryset.query.get_compiler(connection=connection)
    try:
        statement, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    if compiler.annotation_col_map:
        raise NotCompilable(f"{build.__qualname__} annotates its rows")
    columns = compiler.klass_info["select_fields"]
    return _Compiled(
        statement=statement,
        parameters=[places.get(each, each) if isinstance(each, _SINGLE) else each for each in parameters],
        model=compiler.klass_info["model"],
        names=[compiler.select[at][0].target.attname for at in range(columns[0], columns[-1] + 1)],
        begin=columns[0],
        converters=compiler.get_converters([each[0] for each in compiler.select[: compiler.col_count]]),
        apply=compiler.apply_converters,
        related=get_related_populators(compiler.klass_info, compiler.select, connection.alias),  # type: ignore[call-arg]
    )
