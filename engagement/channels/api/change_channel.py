"""Create and change channels by what a program sends: judged by the same forms as the pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework.exceptions import ValidationError

from engagement.channels.actions.configure import AddressTaken, configure, create
from engagement.channels.creation_forms import CreationForm
from engagement.channels.forms import PlainChannelForm
from engagement.channels.kind_forms import form_class_of
from engagement.channels.kind_settings import SECRETS, settings_of
from engagement.channels.models import Channel
from engagement.village.audit import Origin
from engagement.village.models import User

KINDS = ("email", "sms")
PLAIN = ("name", "sender_name", "rate_per_minute")
SERVERS = ("smtp", "imap")


def create_channel(given: Mapping[str, Any], *, actor: User, origin: Origin, now: datetime) -> Channel:
    """Create a channel, with its settings where they are given. Call it in a transaction. Raises ValidationError."""
    facts = {name: given.get(name) or "" for name in ("kind", "name", "address", "sender_name")}
    department = given.get("department")
    form = CreationForm({**facts, "department": str(department.pk) if department else ""})
    if not form.is_valid():
        raise ValidationError({name: [str(one) for one in errors] for name, errors in form.errors.items()})
    try:
        made = create(**form.cleaned_data, actor=actor, origin=origin, now=now)
    except AddressTaken as error:
        raise ValidationError({"address": ["There is a channel with this address already."]}) from error
    rest = {name: given[name] for name in ("rate_per_minute", "settings") if name in given}
    return change_channel(made, rest, actor=actor, origin=origin, now=now) if rest else made


def change_channel(
    channel: Channel, given: Mapping[str, Any], *, actor: User, origin: Origin, now: datetime
) -> Channel:
    """Change what is given of a channel that the caller has locked; the rest stays. Raises ValidationError."""
    wanted = given.get("settings")
    if wanted is not None:
        _refuse_other_kind(channel, wanted)
    plain = {name: given.get(name, getattr(channel, name)) for name in PLAIN}
    form_class: type[PlainChannelForm] = PlainChannelForm
    data: dict[str, Any] = plain
    if wanted is not None:
        form_class, data = form_class_of(channel), plain | _form_data(channel, wanted)
    form = form_class({name: _text(value) for name, value in data.items()}, instance=Channel.objects.get(pk=channel.pk))
    if not form.is_valid():
        raise ValidationError(_faults(form.errors, channel.kind))
    return configure(
        channel=channel,
        **{name: form.cleaned_data[name] for name in PLAIN},
        kind_settings=form.kind_settings,
        actor=actor,
        origin=origin,
        now=now,
    )


def _refuse_other_kind(channel: Channel, wanted: Mapping[str, Any]) -> None:
    """Raise ValidationError for settings of another kind of channel."""
    foreign = [name for name in wanted if (name == "sms") != (channel.kind == "sms") or channel.kind not in KINDS]
    if foreign:
        sentence = f"A channel of the kind {channel.kind} has no such setting."
        raise ValidationError({"settings": {name: [sentence] for name in foreign}})


def _form_data(channel: Channel, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the form: what stands, with what is wanted in its place."""
    held = settings_of(channel)
    data: dict[str, Any] = {}
    for name, value in (held.facts() if held else {}).items():
        *path, last = name.split(".")
        if last not in SECRETS:
            data[_field(path, last)] = value
    for name, value in wanted.items():
        if name in SERVERS and value is None:
            data = {field: kept for field, kept in data.items() if not field.startswith(f"{name}_")}
        elif isinstance(value, Mapping):
            data |= {_field([name], inner): given for inner, given in value.items()}
        else:
            data[name] = value
    return data


def _field(path: list[str], last: str) -> str:
    """Return the name of a form's field for a setting."""
    return last if path in ([], ["sms"]) else f"{path[0]}_{last}"


def _text(value: Any) -> Any:
    """Return a value as a form takes it."""
    if value is None:
        return ""
    return ", ".join(value) if isinstance(value, list) else value


def _faults(errors: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the errors of a form, each at the place of its value in the body."""
    faults: dict[str, Any] = {}
    for name, sentences in errors.items():
        side, _line, inner = name.partition("_")
        told = [str(one) for one in sentences]
        if name in PLAIN or name == "__all__":
            faults["non_field_errors" if name == "__all__" else name] = told
        elif side in SERVERS:
            faults.setdefault("settings", {}).setdefault(side, {})[inner] = told
        elif kind == "sms":
            faults.setdefault("settings", {}).setdefault("sms", {})[name] = told
        else:
            faults.setdefault("settings", {})[name] = told
    return faults
