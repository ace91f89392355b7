"""``setup --file organization.toml``: the set-up of the browser, for automation. Safe to repeat."""

import tomllib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from engagement.organization.current import lock_organization
from engagement.setup.actions import change_organization, create_administrator, save_logo
from engagement.setup.forms import SECTIONS, AdministratorForm, BrandForm
from engagement.setup.team import UnreadableLine, invite_team, read_team
from engagement.village.actions.send_password_link import LinkNotSent, send_password_link
from engagement.village.models import Role, User

MAX_BYTES = 256 * 1024
_TABLES = {**{slug.replace("-", "_"): slug for slug in SECTIONS}}
_OWN = {"administrator", "team"}


class Command(BaseCommand):
    """Reads a TOML file, checks all of it, then saves all of it in one transaction."""

    help = "Set up the organization from a TOML file, as docs/organization.toml shows. On an error nothing is saved."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --file."""
        parser.add_argument("--file", type=Path, required=True, metavar="FILE", help="a TOML file; see docs/setup.md")

    def handle(self, *args: Any, **options: Any) -> None:
        """Save everything, or nothing and say why not."""
        path: Path = options["file"]
        try:
            content = path.read_bytes()[: MAX_BYTES + 1]
            read = tomllib.loads(content.decode())
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} is no TOML file: {error}") from error
        unknown = sorted(read.keys() - _TABLES.keys() - _OWN)
        if unknown:
            raise CommandError(f"Unknown tables: {', '.join(unknown)}. Known: {', '.join(sorted({*_TABLES, *_OWN}))}.")
        try:
            self._save(read, folder=path.parent)
        except LinkNotSent as problem:  # after the commit
            raise CommandError(
                f"The organization is set up, but not all invitations were sent. {problem} Resend them under Team."
            ) from problem
        self.stdout.write("The organization is set up.")

    @transaction.atomic
    def _save(self, read: dict[str, Any], *, folder: Path) -> None:
        for table, slug in _TABLES.items():
            if table in read:
                self._save_section(slug, dict(read[table]), folder=folder)
        actor = self._administrator(read.get("administrator"))
        for group in read.get("team", []):
            self._invite(dict(group), actor)

    def _save_section(self, slug: str, said: dict[str, Any], *, folder: Path) -> None:
        form_class = SECTIONS[slug][2]
        logo = said.pop("logo", "")
        row = lock_organization()
        fields = form_class._meta.fields or ()
        if strange := sorted(said.keys() - set(fields)):
            raise CommandError(f"[{slug}] Unknown: {', '.join(strange)}. Known: {', '.join(sorted(fields))}.")
        values = {name: getattr(row, name) for name in fields} | said
        if form_class is BrandForm:
            values["uses_color"] = bool(values["accent_color"])
        files = {}
        if logo:
            try:
                files["logo_file"] = SimpleUploadedFile(Path(logo).name, (folder / logo).read_bytes())
            except OSError as error:
                raise CommandError(f"[{slug}] logo: {error.strerror}.") from error
        form = form_class(values, files, instance=row)
        _refuse(f"[{slug}]", form)
        now = timezone.now()
        step = {"general": "organization"}.get(slug, slug)
        change_organization(values=form.values, actor=None, now=now, step=step)
        if files:
            save_logo(logo=form.cleaned_data["logo_file"], actor=None, now=now)

    def _administrator(self, said: dict[str, Any] | None) -> User | None:
        first = User.objects.filter(groups__role__slug="administrator", is_active=True).order_by("key").first()
        if said is None or User.objects.exists():
            return first
        data = {"answers_customers": False, "language": lock_organization().language, **said}
        is_invited = "password" not in said
        form = AdministratorForm({**data, "password": said.get("password", "an address is enough for now 7294")})
        _refuse("[administrator]", form)
        cleaned = form.cleaned_data
        person = create_administrator(
            name=cleaned["name"],
            email=cleaned["email"],
            password=None if is_invited else cleaned["password"],
            language=cleaned["language"],
            other_roles=["agent"] if cleaned["answers_customers"] else [],
            now=timezone.now(),
        )
        if is_invited:
            transaction.on_commit(lambda: send_password_link(person=person, mail="invitation", invited_by=person))
        return person

    def _invite(self, said: dict[str, Any], actor: User | None) -> None:
        if actor is None:
            raise CommandError("[[team]] There is no administrator yet. Add [administrator] with name and email.")
        slugs = [str(slug) for slug in said.get("roles", [])]
        roles = list(Role.objects.filter(slug__in=slugs))
        if missing := sorted(set(slugs) - {role.slug for role in roles}):
            known = ", ".join(Role.objects.order_by("position", "slug").values_list("slug", flat=True))
            raise CommandError(f"[[team]] Unknown roles: {', '.join(missing)}. Known: {known}.")
        if not roles:
            raise CommandError("[[team]] Name at least one role.")
        addresses = said.get("addresses", [])
        try:
            team = read_team(addresses if isinstance(addresses, str) else "\n".join(map(str, addresses)))
        except UnreadableLine as error:
            raise CommandError(f"[[team]] This is no email address: {error.line}") from error
        language = str(said.get("language") or lock_organization().language)
        invited = invite_team(
            team=team, roles=roles, departments=[], language=language, actor=actor, now=timezone.now()
        )
        self.stdout.write(f"Invited {len(invited.people)}; {len(invited.already_here)} were here already.")


def _refuse(where: str, form: Any) -> None:
    if form.is_valid():
        return
    faults = [f"{name}: {error}" for name, errors in form.errors.items() for error in errors]
    raise CommandError(f"{where} " + " ".join(faults))
