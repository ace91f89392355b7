"""Forms over what others may save at the same time: no save writes over a value that its form did not show.

The form carries, in one hidden field, a digest of each value that it showed. The view (or ``SafeSaveAdmin``) reads the
object again **under a lock** before it builds the bound form, so the form's initial values are those that stand now. A
value that somebody changed meanwhile, and that is not what was typed, makes the form invalid: it says who saved and
what each changed value is now, keeps every typed value, and shows the newest value of each field that was not touched.
Saving again is then a decision, not an accident.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from engagement.village.models import AuditEntry

FIELD = "seen_values"
_DIGITS = 16
_LONGEST = 20_000  # of the hidden field; a form has a few dozen values
_SHOWN = 120  # letters of a value in a sentence
Row = TypeVar("Row", bound=Model)


@contextmanager
def rows_to_edit(request: HttpRequest, rows: QuerySet[Row]) -> Iterator[QuerySet[Row]]:
    """Yield the rows from which a view reads what its form edits: locked to the end of the block by a POST."""
    if request.method != "POST":
        yield rows
        return
    with transaction.atomic():
        yield rows.select_for_update(of=("self",), no_key=True)


@contextmanager
def setting_to_edit(request: HttpRequest, name: str) -> Iterator[None]:
    """As ``rows_to_edit``, for a setting that may have no row yet: one POST at a time for each ``name``."""
    if request.method != "POST":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"setting:{name}"])
        yield


class SeenValuesField(forms.CharField):
    """Which values the form showed, as JSON: {field: digest}."""

    widget = forms.HiddenInput

    def __init__(self, form: "StaleCheckMixin") -> None:
        super().__init__(required=False, max_length=_LONGEST)
        self._form = form

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return False: it is nobody's value."""
        return False

    def bound_data(self, data: Any, initial: Any) -> str:
        """Return what stands now: whoever sends the form again has seen that."""
        return self._form.present_values


class StaleCheckMixin(forms.BaseForm):
    """Put it before ``forms.ModelForm`` or ``forms.Form``. A form for something new is left as it is.

    ``subject``: the object that is edited; a ModelForm has its instance. A plain form sets it before ``is_valid``.
    ``requires_seen_values``: refuse what does not say what it showed (the administration does).
    ``edits_setting``: what it edits stands without a row too (a default, no choice yet).
    ``names_editor``: say who saved meanwhile; not to members of the community.
    ``shown_beside``: what the page shows beside the form and a save changes: name to (label, value, value in words).
    """

    requires_seen_values = False
    edits_setting = False
    names_editor = True
    subject: Model | None = None
    shown_beside: Mapping[str, tuple[str, Any, str]] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.subject = self.subject or getattr(self, "instance", None)
        self.changed_meanwhile: tuple[str, ...] = ()
        if self.edits_setting or (self.subject is not None and not self.subject._state.adding):
            field = SeenValuesField(self)
            field.initial = _Lazily(self)
            self.fields[FIELD] = field

    @property
    def present_values(self) -> str:
        """Digests of the initial values, as the hidden field carries them."""
        values = {name: _digest(self._initial(name)) for name in self._watched()}
        values |= {f"beside:{name}": _digest(value) for name, (_label, value, _words) in self.shown_beside.items()}
        return json.dumps(values, sort_keys=True)

    def full_clean(self) -> None:
        """Validate, then refuse to write over what was not shown."""
        present = {name: self._initial(name) for name in self._watched()} if self.is_bound else {}
        super().full_clean()
        if self.is_bound and FIELD in self.fields:
            self._refuse_stale(present)
            self.cleaned_data.pop(FIELD, None)  # nobody's value

    def _watched(self) -> list[str]:
        return [name for name, field in self.fields.items() if name != FIELD and not field.disabled]

    def _initial(self, name: str) -> Any:
        field = self.fields[name]
        value = self.get_initial_for_field(field, name)
        if isinstance(field, forms.ModelMultipleChoiceField | forms.MultipleChoiceField):
            return sorted(str(getattr(one, "pk", one)) for one in value or ())
        return value

    def _refuse_stale(self, present: Mapping[str, Any]) -> None:
        seen = self._seen()
        if seen is None:
            if self.requires_seen_values:
                self.add_error(None, _("This form does not say what it showed. Reload the page and enter it again."))
            return
        changed = [
            name for name in present if seen.get(name) != _digest(present[name]) and self._differs(name, present)
        ]
        beside = [one for name, one in self.shown_beside.items() if seen.get(f"beside:{name}") != _digest(one[1])]
        if not changed and not beside:
            return
        for name in changed:
            if self._typed(name) == seen.get(name):  # not touched here: the newest value is shown, and kept by a save
                self.fields[name].bound_data = _keep_initial  # type: ignore[method-assign]
            else:
                now = _in_words(self[name], present[name])
                self.add_error(name, _("Saved meanwhile: %(value)s. Your value is kept here.") % {"value": now})
        self.changed_meanwhile = (*changed, *(str(one[0]) for one in beside))
        for label, _value, words in beside:
            said = {"field": label, "value": _shortened(words) or _("empty")}
            self.add_error(None, _("%(field)s is now: %(value)s.") % said)
        labels = ", ".join([*(str(self[name].label) for name in changed), *(str(one[0]) for one in beside)])
        self.add_error(None, _("%(who)s saved this while you were editing.") % {"who": self._who()})
        self.add_error(
            None, _("Changed meanwhile: %(fields)s. Check the values, then save again.") % {"fields": labels}
        )

    def _seen(self) -> Mapping[str, str] | None:
        sent = str(self.data.get(self.add_prefix(FIELD), ""))[:_LONGEST]
        try:
            read = json.loads(sent)
        except ValueError:
            return None
        return read if isinstance(read, dict) else None

    def _typed(self, name: str) -> str:
        """The digest of what was sent; empty when it could not be read."""
        if name not in self.cleaned_data:
            return ""
        value = self.cleaned_data[name]
        if isinstance(self.fields[name], forms.ModelMultipleChoiceField | forms.MultipleChoiceField):
            value = sorted(str(getattr(one, "pk", one)) for one in value or ())
        return _digest(value)

    def _differs(self, name: str, present: Mapping[str, Any]) -> bool:
        return self._typed(name) != _digest(present[name])

    def _who(self) -> str:
        if self.subject is None or not self.names_editor:
            return _("Somebody")
        rows = AuditEntry.objects.filter(
            subject_type=self.subject._meta.label_lower, subject_id=str(self.subject.pk), actor__isnull=False
        )
        found = rows.select_related("actor").order_by("-key").first()
        return found.actor.name if found is not None and found.actor is not None else _("Somebody")


class StaleCheckModelForm(StaleCheckMixin, forms.ModelForm):
    """A ModelForm that writes over nothing it did not show."""


class _Lazily:
    """The hidden field's initial value, read when it is drawn."""

    def __init__(self, form: StaleCheckMixin) -> None:
        self._form = form

    def __call__(self) -> str:
        return self._form.present_values


def _keep_initial(data: Any, initial: Any) -> Any:
    return initial


def _digest(value: Any) -> str:
    return hashlib.sha256(_canonical(value).encode()).hexdigest()[:_DIGITS]


def _canonical(value: Any) -> str:
    """One spelling for a stored value and for the same value read from a form."""
    match value:
        case None:
            return ""
        case Model():
            return str(value.pk)
        case datetime():
            at = value.astimezone(UTC) if value.tzinfo else value
            return at.replace(microsecond=0, tzinfo=None).isoformat()
        case date() | bool():
            return str(value)
        case Decimal():
            return format(value.normalize(), "f")
        case float():
            return _canonical(Decimal(str(value)))
        case dict() | list():
            return json.dumps(value, sort_keys=True, default=str)
        case _ if isinstance(value, Iterable) and not isinstance(value, str | bytes):
            return json.dumps(sorted(str(getattr(one, "pk", one)) for one in value))
        case _:
            return str(value).replace("\r\n", "\n").strip()


def _in_words(bound: forms.BoundField, value: Any) -> str:
    """A value as its field would show it."""
    choices = list(getattr(bound.field, "choices", ()) or ()) if not isinstance(value, list | dict) else []
    plain = [one for key, label in choices for one in (label if isinstance(label, list | tuple) else [(key, label)])]
    words = {str(getattr(key, "value", key)): str(label) for key, label in plain}
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    said = words.get(_canonical(value), _canonical(value))
    return _shortened(said) or _("empty")


def _shortened(value: str) -> str:
    return value[:_SHOWN] + "…" if len(value) > _SHOWN else value
