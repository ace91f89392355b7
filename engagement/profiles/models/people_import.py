"""A file of people that is brought in: the file, its rows, how far it is, and what it did, so that it can be undone."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key


def import_path(of: "PeopleImport", filename: str) -> str:
    """Return where a file is kept: by key, never by the name that it was given."""
    key = of.key.hex
    return f"imports/{key[-2:]}/{key[-4:-2]}/{key}"


def original_path(of: "PeopleImport", filename: str) -> str:
    """Return where the workbook is kept of which ``file`` is one sheet."""
    return f"{import_path(of, filename)}.workbook"


class PeopleImportQuerySet(models.QuerySet["PeopleImport"]):
    """Imports, as their readers ask for them."""

    def at_work(self) -> "PeopleImportQuerySet":
        """Return those that a worker has something to do for."""
        return self.filter(status__in=PeopleImport.WORKING)

    def outdated(self, now: datetime) -> "PeopleImportQuerySet":
        """Return those of which file and rows are kept no longer."""
        return self.exclude(status__in=PeopleImport.WORKING).filter(kept_until__lte=now, way_back=True)


class PeopleImport(models.Model):
    """One file of people, or of companies (``kind``). ``dialect``: how it is read; ``mapping``: what its columns mean;
    ``read_rows``: how many of its rows are staged, up to ``read_bytes`` and ``read_line``; ``is_read`` when all are.
    ``sheets``: of a workbook (``original``) those with rows, ``[place, name]`` each; ``file`` is the one ``sheet``.
    ``tried``, ``done`` and ``undone`` count rows, see ``importing.counting``.
    """

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("waits for its columns")
        READING = "reading", _("is being read")
        CHECKING = "checking", _("is being tried")
        CHECKED = "checked", _("tried, waits for you")
        RUNNING = "running", _("comes in")
        DONE = "done", _("is in")
        STOPPED = "stopped", _("stopped on its way")
        UNDOING = "undoing", _("is being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("failed")

    class Kind(models.TextChoices):
        PEOPLE = "people", _("people")
        COMPANIES = "companies", _("companies")

    WORKING = (Status.READING, Status.CHECKING, Status.RUNNING, Status.UNDOING)

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    kind = models.CharField(_("of"), max_length=10, choices=Kind, default=Kind.PEOPLE, db_default="people")
    file = models.FileField(upload_to=import_path, max_length=200, blank=True)
    filename = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField(_("bytes"))
    original = models.FileField(
        upload_to=original_path, max_length=200, blank=True, default="", db_default="", editable=False
    )
    sheet = models.CharField(_("sheet"), max_length=100, blank=True, default="")
    sheets = models.JSONField(_("sheets"), default=list, db_default=[], editable=False)
    dialect = models.JSONField(_("how it is read"), default=dict)
    headers = models.JSONField(_("headers"), default=list)
    fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField(_("what the columns mean"), default=dict)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.UPLOADED)
    failure = models.CharField(_("why it failed"), max_length=200, blank=True, default="")
    read_rows = models.PositiveIntegerField(_("rows read"), default=0)
    read_bytes = models.PositiveBigIntegerField(_("bytes read"), default=0, db_default=0)
    read_line = models.PositiveIntegerField(default=0, db_default=0)
    is_read = models.BooleanField(default=False)
    tried = models.JSONField(_("tried"), default=dict)
    done = models.JSONField(_("brought in"), default=dict)
    undone = models.JSONField(_("undone"), default=dict)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"), db_index=False
    )
    created_at = models.DateTimeField(_("uploaded"))
    begun_at = models.DateTimeField(_("begun"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    way_back = models.BooleanField(_("can be undone"), default=True, db_default=True)
    kept_until = models.DateTimeField(_("file and way back kept until"))

    objects = PeopleImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of people")
        verbose_name_plural = _("imports of people")
        ordering = ["-key"]
        default_permissions = ("view", "add", "change")  # change: start, stop, undo
        permissions = [("export_people", _("Can export people; each export is recorded"))]
        indexes = [
            models.Index(
                fields=["key"],
                name="people_import_at_work",
                condition=Q(status__in=["reading", "checking", "running", "undoing"]),
            )
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_of_companies(self) -> bool:
        """Each of its rows is a company."""
        return self.kind == self.Kind.COMPANIES

    @property
    def is_working(self) -> bool:
        """A worker has something to do for it."""
        return self.status in self.WORKING

    @property
    def may_start(self) -> bool:
        """It was tried, or was stopped on its way."""
        return self.status == self.Status.CHECKED or (self.status == self.Status.STOPPED and self.is_read)

    @property
    def may_undo(self) -> bool:
        """It did something, and the way back is kept."""
        return self.status in (self.Status.DONE, self.Status.STOPPED) and bool(self.begun_at and self.way_back)


class ImportChunk(models.Model):
    """Some rows of an import that are worked on together, in one transaction. ``counts``: what became of its rows in
    the step that it is in.
    """

    class State(models.TextChoices):
        STAGED = "staged", _("staged")
        CHECKED = "checked", _("tried")
        DONE = "done", _("brought in")
        UNDONE = "undone", _("undone")

    people_import = models.ForeignKey(PeopleImport, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    first_line = models.PositiveIntegerField()
    last_line = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.STAGED)
    staged = models.JSONField(default=dict)
    tried = models.JSONField(default=dict)
    done = models.JSONField(default=dict)
    undone = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("part of an import")
        verbose_name_plural = _("parts of an import")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["people_import", "first_line"], name="import_chunk_once")]

    def __str__(self) -> str:
        return f"{self.first_line}–{self.last_line}"


class ImportRow(models.Model):
    """A row of a file as it will be brought in, or why it will not be (``refused``, a code; ``detail`` says more).

    ``fresh``: the key of the profile that it makes if nobody is known by it. ``notes``: codes of what is left out or
    was put right, ``code:column`` each. Written by COPY.
    """

    pk = models.CompositePrimaryKey("people_import", "line")
    people_import = models.ForeignKey(
        PeopleImport, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    line = models.PositiveIntegerField()
    refused = models.CharField(max_length=20, default="", db_default="")
    detail = models.CharField(max_length=200, default="", db_default="")
    notes = models.CharField(max_length=400, default="", db_default="")
    fresh = models.UUIDField(null=True)
    data = models.JSONField(null=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["people_import", "line"], name="import_row_told", condition=~Q(refused="") | ~Q(notes="")
            )
        ]

    def __str__(self) -> str:
        return str(self.line)


class ImportChange(models.Model):
    """What a row changed of somebody whom we knew: what stood there before, what it put there, and the addresses that
    it added. ``kept``: why it could not be undone; of people whom the import made, only those that could not.
    """

    pk = models.CompositePrimaryKey("people_import", "line")
    people_import = models.ForeignKey(
        PeopleImport, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    line = models.PositiveIntegerField()
    profile = models.UUIDField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    identities = models.JSONField(null=True)
    consents = models.JSONField(null=True)
    kept = models.CharField(max_length=20, default="", db_default="")

    class Meta:
        verbose_name = _("what a row did")
        verbose_name_plural = _("what rows did")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.line)


class SavedMapping(models.Model):
    """What the columns of one kind of file mean, kept for the next file with the same headers."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    name = models.CharField(_("name"), max_length=100)
    fingerprint = models.CharField(max_length=64)
    headers = models.JSONField(_("headers"), default=list)
    mapping = models.JSONField(_("what the columns mean"), default=dict)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"), db_index=False
    )
    used_at = models.DateTimeField(_("used"))

    class Meta:
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        ordering = ["-used_at", "-key"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["fingerprint", "name"], name="saved_mapping_once")]

    def __str__(self) -> str:
        return self.name
