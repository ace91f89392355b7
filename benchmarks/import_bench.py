"""How fast a file of 1,000,000 people comes in, from the file to their profiles, beside a bare COPY of the same file.

All of it counts: finding out how the file is written, staging, the trial, the run with the resolution of identities.
Every tenth person is known already. ``BENCH_SCALE=0.1`` makes it smaller, ``BENCH_WORKERS=1`` takes one process.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.services import child, services

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
WORKERS = int(os.environ.get("BENCH_WORKERS", "2"))
GOAL_ROWS, GOAL_MEMORY = 8_000, 300
COLUMNS = ("name", "identity:email", "identity:phone", "place", "tags", "")
# People share their names: what the search learns of them is as much as in a real list.
FIRST = (
    *("Ana", "Bento", "Cecília", "Davi", "Elisa", "Fábio", "Glória", "Heitor", "Inês", "João", "Kátia", "Lívia"),
    *("Mateus", "Nair", "Otávio", "Petra", "Quitéria", "Raul", "Sônia", "Tereza", "Ulisses", "Vera", "Yara", "Zeca"),
)
MIDDLE = (
    *("Aparecida", "Batista", "Carvalho", "Duarte", "Esteves", "Ferreira", "Gomes", "Horta", "Jardim", "Lacerda"),
    *("Machado", "Nogueira", "Oliveira", "Pereira", "Queiroz", "Ribeiro", "Siqueira", "Teixeira", "Vasconcelos"),
)
LAST = (
    *("Alves", "Barbosa", "Cardoso", "Dias", "Freitas", "Guimarães", "Lopes", "Martins", "Nunes", "Prado", "Ramos"),
    *("Santos", "Silva", "Souza", "Torres", "Vieira", "Xavier", "Brito", "Campos", "Drummond", "Falcão", "Moura"),
)
CITIES = ("Belo Horizonte", "Ouro Preto", "Tiradentes", "São João del-Rei", "Vitória")


def run() -> Iterator[Figure]:
    """Write the file, copy it bare, bring it in."""
    people = int(1_000_000 * SCALE)
    with services(), tempfile.TemporaryDirectory(prefix="vilarejo-bench-") as place:
        from django.conf import settings

        settings.DEBUG = False
        path = Path(place) / "people.csv"
        write(path, people)
        _meet_some(people)
        bare = _bare_copy(path, people)
        took, steps, memory = _bring_in(path, people)
        back = _undo(people)
        work = f"{people:,} people, a tenth known, {path.stat().st_size >> 20} MB, {WORKERS} workers; " + ", ".join(
            f"{name} {seconds:.0f} s" for name, seconds in steps.items()
        )
        yield figure("import.rows", people / took, "rows/s", reference=people / bare, work=f"{work}; reference: COPY")
        yield figure("import.goal", people / took, "rows/s", reference=GOAL_ROWS, work="reference: the goal")
        yield figure(
            "import.undo", people / back, "rows/s", reference=people / took, work="taken back; reference: brought in"
        )
        yield figure(
            "import.memory", memory, "MB", reference=GOAL_MEMORY, work="the larger worker; reference: the limit"
        )


def write(path: Path, people: int) -> None:
    """Write a file as a shop exports it."""
    with path.open("w", encoding="utf-8") as file:
        file.write("Nome;E-mail;Celular;Cidade;Tags;Observação\n")
        for n in range(people):
            number = f"+55{31 + n % 8 if n % 8 != 5 else 31}9{80_000_000 + n:08}"
            note = f'"pediu; {n}"' if n % 7 == 0 else ""
            name = f"{FIRST[n % 24]} {MIDDLE[n // 24 % 19]} {LAST[n // 456 % 22]}"
            file.write(f"{name};p{n}@customer.example;{number};{CITIES[n % 5]};club, {n % 9};{note}\n")


def _meet_some(people: int) -> None:
    from django.db import transaction
    from django.utils import timezone

    from engagement.profiles.actions.resolve import Met, resolve_all

    for first in range(0, people, 20_000):
        met = [Met(f"p{n}@customer.example") for n in range(first, min(first + 20_000, people), 10)]
        with transaction.atomic():
            resolve_all(kind="email", met=met, now=timezone.now())


def _bare_copy(path: Path, people: int) -> float:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (name text, email text, phone text, city text, tags text, note text)")
        began = time.perf_counter()
        with cursor.copy("COPY bare FROM STDIN (FORMAT csv, HEADER, DELIMITER ';')") as copy, path.open("rb") as file:
            while block := file.read(1 << 20):
                copy.write(block)
        connection.commit()
        took = time.perf_counter() - began
        cursor.execute("SELECT count(*) FROM bare")
        if cursor.fetchone() != (people,):
            raise WorkNotDone("the bare copy lost rows")
        cursor.execute("DROP TABLE bare")
    return took


def _bring_in(path: Path, people: int) -> tuple[float, dict[str, float], float]:
    from django.utils import timezone

    from engagement.profiles.importing import actions
    from engagement.profiles.importing.mapping import Mapping
    from engagement.profiles.models import PeopleImport
    from engagement.village.models import User

    actor = User.objects.create_user("import@pedralva.example", "a long enough password", name="Import")
    began = time.perf_counter()
    with path.open("rb") as file:
        held = actions.take_file(
            file=file, filename=path.name, size=path.stat().st_size, actor=actor, now=timezone.now()
        )
    steps = {"upload": time.perf_counter() - began}
    mapping = Mapping(columns=COLUMNS, decides=("email",), wins="file")
    actions.map_columns(import_id=held.pk, mapping=mapping, actor=actor, now=timezone.now())
    tried, memory = _work(held.pk)
    steps |= tried
    actions.start(import_id=held.pk, actor=actor, now=timezone.now())
    done, later = _work(held.pk)
    took = time.perf_counter() - began
    held = PeopleImport.objects.get(pk=held.pk)
    if held.status != held.Status.DONE or held.done["new"] + held.done["changed"] != people:
        raise WorkNotDone(f"{held.status}: {held.done}")
    return took, steps | done, max(memory, later)


def _undo(people: int) -> float:
    """Take everything back; return the seconds."""
    from django.utils import timezone

    from engagement.profiles.importing import actions
    from engagement.profiles.models import PeopleImport, Profile

    held = PeopleImport.objects.select_related("made_by").get()
    known = Profile.objects.count() - held.done["new"]
    began = time.perf_counter()
    actions.undo(import_id=held.pk, actor=held.made_by, now=timezone.now())
    _work(held.pk)
    took = time.perf_counter() - began
    held.refresh_from_db()
    undone = held.undone
    whole = undone.get("removed", 0) + undone.get("restored", 0) == people and not undone.get("kept")
    if held.status != held.Status.UNDONE or not whole or Profile.objects.count() != known:
        raise WorkNotDone(f"{held.status}: {undone}")
    return took


def _work(key: Any) -> tuple[dict[str, float], float]:
    """Let the workers do what is to do; return seconds by step, and the most memory that one of them took, in MB."""
    with ExitStack() as stack:
        workers = [stack.enter_context(child("-m", "benchmarks.import_worker", str(key))) for _ in range(WORKERS)]
        told = [json.loads(worker.communicate()[0].splitlines()[-1]) for worker in workers]
    steps: dict[str, float] = {}
    for one in told:
        for name, seconds in one["steps"].items():
            steps[name] = max(steps.get(name, 0), seconds)
    return steps, max(one["memory"] for one in told)
