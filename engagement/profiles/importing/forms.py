"""The screen on which somebody says what the columns of a file mean and how its people come in."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engagement.organization.current import current_organization
from engagement.profiles.addresses import SCOPED
from engagement.profiles.attributes import tags_in, tags_text
from engagement.profiles.forms import DateInput
from engagement.profiles.importing.detecting import DELIMITERS, ENCODINGS
from engagement.profiles.importing.header_row import MAX_HEADER_ROW, content_guesses
from engagement.profiles.importing.mapping import (
    FILE,
    IMPORT_DAY,
    KNOWN,
    LEAVE_OUT,
    BadMapping,
    Mapping,
    deciding_kinds,
)
from engagement.profiles.importing.new_attributes import CHOICES as NEW_ATTRIBUTES
from engagement.profiles.importing.report import comes_day_first, preview
from engagement.profiles.importing.targets import guesses, kinds, targets
from engagement.profiles.models import AttributeDefinition, PeopleImport
from engagement.profiles.models.consent import CHANNELS, Basis
from engagement.ui.names import channel_look

ALL_KINDS = "all"
_SAME = ("wins", "country", "scope", "basis", "evidence", "expires_on")
BASES = [(Basis.EXPRESS.value, Basis.EXPRESS.label), (Basis.IMPLIED.value, Basis.IMPLIED.label)]
DELIMITER_WORDS = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("vertical bar")}


class FileForm(forms.Form):
    """A file of people or of companies."""

    kind = forms.ChoiceField(
        label=_("Of"),
        choices=PeopleImport.Kind.choices,
        initial=PeopleImport.Kind.PEOPLE,
        required=False,
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("File"), help_text=_("CSV, TSV or a spreadsheet (XLSX, XLS, ODS), with the names of columns above.")
    )


class ReadingForm(forms.Form):
    """How the file is written, where it was not found out rightly; of a workbook the sheet."""

    sheet = forms.TypedChoiceField(label=_("Sheet"), coerce=int, empty_value=None, required=False)
    header = forms.IntegerField(
        label=_("Row of the headers"),
        min_value=1,
        max_value=MAX_HEADER_ROW,
        required=False,
        help_text=_("As the spreadsheet counts rows. What stands above is left out."),
    )
    headless = forms.ChoiceField(
        label=_("The first row holds"),
        choices=[("", _("the names of the columns")), ("1", _("data already: the file has no headers"))],
        required=False,
        widget=forms.RadioSelect,
    )
    encoding = forms.ChoiceField(label=_("Encoding"), choices=list(ENCODINGS.items()), required=False)
    delimiter = forms.ChoiceField(
        label=_("Between cells"), choices=[(one, DELIMITER_WORDS[one]) for one in DELIMITERS], required=False
    )

    def __init__(self, data: Any = None, *, held: PeopleImport, header: int = 0) -> None:
        current = next((place for place, name in held.sheets if name == held.sheet), None)
        super().__init__(data, initial={**held.dialect, "sheet": current, "header": header or None})
        self.initial["headless"] = "1" if held.dialect.get("headless") else ""
        if held.sheet:
            del self.fields["encoding"], self.fields["delimiter"]
        if len(held.sheets) > 1:
            self.fields["sheet"].choices = [tuple(one) for one in held.sheets]  # type: ignore[attr-defined]
        else:
            del self.fields["sheet"]


class ColumnsForm(forms.Form):
    """``headers`` and what each of them means; what wins."""

    wins = forms.ChoiceField(
        label=_("Where we and the file both know something"),
        choices=[(KNOWN, _("what we know stays; the file fills what is empty")), (FILE, _("the file wins"))],
        widget=forms.RadioSelect,
    )
    remember_as = forms.CharField(
        label=_("Keep this for the next file with the same columns, as"), max_length=100, required=False
    )

    def __init__(
        self,
        data: Any = None,
        *,
        held: PeopleImport,
        definitions: Sequence[AttributeDefinition],
        chosen: Mapping | None = None,
        may_declare: bool = False,
    ) -> None:
        self.headers = list(held.headers)
        columns = chosen.columns if chosen else tuple(first_guesses(held, definitions))
        super().__init__(data, initial=_initial(chosen, columns))
        choices = _grouped(definitions, held.kind)
        if may_declare and not held.is_of_companies:
            choices.append((_("New attribute, named like the column"), NEW_ATTRIBUTES))
        for place, header in enumerate(self.headers):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=_("Column %(letters)s") % {"letters": header}
                if held.dialect.get("headless")
                else header or _("Column %(number)s") % {"number": place + 1},
                choices=choices,
                required=False,
                widget=forms.Select({"class": "input"}),
            )

    @property
    def columns(self) -> list[Any]:
        """The fields of the columns, in their order."""
        return [self[f"column-{place}"] for place in range(len(self.headers))]

    @property
    def mapping(self) -> Mapping:
        """What was chosen: a company is recognised by its name."""
        return Mapping(columns=self._chosen(), decides=("name",), wins=self.cleaned_data["wins"], kind="companies")

    def _chosen(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data[f"column-{place}"] for place in range(len(self.headers)))

    def refuse(self, error: BadMapping) -> None:
        """Say what is wrong with it."""
        for problem in error.problems:
            self.add_error(None, problem)


class MappingForm(ColumnsForm):
    """Of people, besides: what decides, what all rows get, and what they agreed to."""

    decides = forms.ChoiceField(label=_("People are recognised by"), choices=[])
    country = forms.CharField(
        label=_("Country of numbers without a prefix"),
        max_length=2,
        required=False,
        help_text=_("Two letters, such as BR or NO. A row that names its own country is read by that one."),
    )
    day_first = forms.ChoiceField(
        label=_("Dates in figures"), choices=[("1", _("day, month, year")), ("", _("month, day, year"))], required=False
    )
    tags = forms.CharField(
        label=_("Tags for everybody in the file"),
        max_length=500,
        required=False,
        help_text=_("Separated by commas. Segments find people by them."),
    )
    scope = forms.CharField(
        label=_("System or network"),
        max_length=100,
        required=False,
        help_text=_("For numbers of another system, or for handles: whose they are."),
    )
    agreed = forms.MultipleChoiceField(
        label=_("Everybody in the file agreed to marketing by"),
        choices=[],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who withdrew, or is suppressed, stays so."),
    )
    undated = forms.ChoiceField(
        label=_("Consent without a readable date"),
        choices=[
            (LEAVE_OUT, _("is not recorded")),
            (IMPORT_DAY, _("is recorded with the day of the import; its evidence says so")),
        ],
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Also for a date in the future. Rows without a date are listed."),
    )
    basis = forms.ChoiceField(label=_("Why we may"), choices=BASES)
    expires_on = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DateInput(),
        help_text=_("Must be given when it only follows from a purchase."),
    )
    evidence = forms.CharField(
        label=_("What they agreed to, and where"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Kept as evidence with each consent, for ever."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        held: PeopleImport,
        definitions: Sequence[AttributeDefinition],
        chosen: Mapping | None = None,
        may_declare: bool = False,
    ) -> None:
        super().__init__(data, held=held, definitions=definitions, chosen=chosen, may_declare=may_declare)
        if chosen is None and comes_day_first(held) is False:
            self.initial["day_first"] = ""
        channels = [(kind, channel_look(kind).label) for kind in CHANNELS]
        self.fields["agreed"].choices = channels  # type: ignore[attr-defined]
        self.fields["decides"].choices = _deciding()  # type: ignore[attr-defined]

    @property
    def mapping(self) -> Mapping:
        """What was chosen."""
        given, columns = self.cleaned_data, self._chosen()
        return Mapping(
            columns=columns,
            decides=deciding_kinds(columns) if given["decides"] == ALL_KINDS else tuple(given["decides"].split(",")),
            wins=given["wins"],
            country=given["country"].upper(),
            day_first=bool(given["day_first"]),
            tags=tuple(tags_in(given["tags"])),
            scope=given["scope"].strip().casefold(),
            agreed=tuple(given["agreed"]),
            undated=given["undated"] or LEAVE_OUT,
            basis=given["basis"],
            evidence=given["evidence"].strip(),
            expires_on=given["expires_on"].isoformat() if given["expires_on"] else "",
        )


def first_guesses(held: PeopleImport, definitions: Sequence[AttributeDefinition]) -> list[str]:
    """Return what each column probably means: by its header, or by its content where the file has no headers."""
    if held.dialect.get("headless"):
        if not held.file:  # kept no longer
            return [""] * len(held.headers)
        return content_guesses([row.cells for row in preview(held, 20) if not row.fault], len(held.headers))
    return guesses(list(held.headers), definitions, held.kind)


def form_of(held: PeopleImport) -> type[ColumnsForm]:
    """Return the form for a file of its kind."""
    return ColumnsForm if held.is_of_companies else MappingForm


def _initial(chosen: Mapping | None, columns: Sequence[str]) -> dict[str, Any]:
    if chosen is None:
        columns = _without_scope(columns)
        decides = deciding_kinds(columns)
        chosen = Mapping(columns=tuple(columns), decides=decides, country=current_organization().country)
    is_all = chosen.decides == deciding_kinds(chosen.columns)
    return {
        **{f"column-{place}": target for place, target in enumerate(columns)},
        **{name: getattr(chosen, name) for name in (*_SAME, "undated")},
        "decides": ALL_KINDS if is_all else ",".join(chosen.decides),
        "day_first": "1" if chosen.day_first else "",
        "tags": tags_text(chosen.tags),
        "agreed": list(chosen.agreed),
    }


def _without_scope(columns: Sequence[str]) -> list[str]:
    """The first guess can be tried at once: ids of another system need its name, which no header tells."""
    scoped = {f"identity:{kind}" for kind in SCOPED}
    return ["" if column in scoped else column for column in columns]


def _grouped(definitions: Sequence[AttributeDefinition], kind: str) -> list[Any]:
    offered: list[Any] = [("", _("not brought in"))]
    for group, found in groupby(targets(definitions, kind), key=lambda target: target.group):
        offered.append((group, [(target.code, target.label) for target in found]))
    return offered


def _deciding() -> list[tuple[str, Any]]:
    """Any address of theirs, one kind, or two where the first is missing or not known."""
    both = [
        ("email,phone", _("e-mail, else phone")),
        ("phone,email", _("phone, else e-mail")),
        ("crm,email", _("number in another system, else e-mail")),
    ]
    return [(ALL_KINDS, _("any address in the file")), *kinds().items(), *both]
