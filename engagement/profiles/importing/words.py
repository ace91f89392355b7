"""What became of rows, in words: why one was refused, what was left out of one, why something could not be undone."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

REFUSED: dict[str, Any] = {
    "no_address": gettext_lazy("It has no address by which people are recognised."),
    "bad_email": gettext_lazy("This is no e-mail address."),
    "bad_phone": gettext_lazy("This is no valid phone number."),
    "no_area_code": gettext_lazy("The number has no area code."),
    "shortened_number": gettext_lazy("A spreadsheet shortened the number: digits are missing."),
    "duplicate": gettext_lazy("The person stands in an earlier row already."),
    "erased": gettext_lazy("The person asked to be erased: they must not be written down again."),
    "no_name": gettext_lazy("It names no company."),
    "circle": gettext_lazy("It would close a circle: a company would belong to itself over others."),
    "too_deep": gettext_lazy("Its company would stand deeper than twenty floors."),
    "ragged": gettext_lazy("It has more cells than there are headers."),
    "open_quote": gettext_lazy("A quotation mark opens and is never closed."),
    "too_long": gettext_lazy("It is longer than a row can be."),
}
LEFT_OUT: dict[str, Any] = {
    "bad_email": gettext_lazy("left out: no e-mail address"),
    "bad_phone": gettext_lazy("left out: no valid phone number"),
    "no_area_code": gettext_lazy("left out: the number has no area code"),
    "shortened_number": gettext_lazy("left out: a spreadsheet shortened the number, digits are missing"),
    "bad_country": gettext_lazy("left out: no country that is known"),
    "bad_language": gettext_lazy("left out: no language that is known"),
    "bad_time_zone": gettext_lazy("left out: no time zone"),
    "bad_lifecycle": gettext_lazy("left out: none of lead, customer, advocate, former customer"),
    "bad_yes_or_no": gettext_lazy("left out: neither yes nor no"),
    "bad_date": gettext_lazy("left out: no date that can be read"),
    "future_date": gettext_lazy("left out: the date is in the future"),
    "consent_without_date": gettext_lazy("consent not recorded: no readable date in the past"),
    "consent_dated_by_import": gettext_lazy("consent recorded with the day of the import: no readable date"),
    "status_is_no_consent": gettext_lazy("left out: a status such as “active” is no consent"),
    "mark_is_no_consent": gettext_lazy("left out: 1 or x counts only in a column of yes and no"),
    "opt_out_unclear": gettext_lazy("taken as opted out: neither yes nor no can be read"),
    "no_name_given": gettext_lazy("left out: a placeholder, no name"),
    "unreadable_bytes": gettext_lazy("some letters could not be read: choose another encoding"),
    "bad_number": gettext_lazy("left out: no number"),
    "bad_owner": gettext_lazy("left out: nobody here has this address"),
    "bad_choice": gettext_lazy("left out: none of the choices"),
    "too_long": gettext_lazy("left out: too long"),
    "spreadsheet_error": gettext_lazy("left out: an error of the spreadsheet, or a formula without a result"),
    "bad_domain": gettext_lazy("left out: one of them is no domain"),
    "taken_domain": gettext_lazy("left out: a domain that belongs to another company"),
    "no_parent": gettext_lazy("left out: no company is called so, here or in the file"),
    "in_circle": gettext_lazy("left out: by now it would belong to itself"),
    "null_bytes": gettext_lazy("put right: characters that no text holds"),
    "mixed_encoding": gettext_lazy("put right: letters in another encoding than the rest of the file"),
    "suppressed": gettext_lazy("suppressed: comes in, but gets no marketing"),
    "taken": gettext_lazy("left out: an address that belongs to somebody else"),
}
KEPT: dict[str, Any] = {
    "used": gettext_lazy("They have written, were written to, or something else stands beside them since."),
    "company_used": gettext_lazy("People, deals or other companies belong to it since."),
    "gone": gettext_lazy("It is not there any more."),
    "changed": gettext_lazy("What is known of them was changed again since."),
    "addresses": gettext_lazy("An address of theirs was added, confirmed or is in use."),
    "merged": gettext_lazy("They were put together with another profile since."),
    "consent": gettext_lazy("They agreed to something, or took it back, since."),
    "withdrawn": gettext_lazy("The file said that they do not want to be written to: that stays so."),
}


def refused_words(code: str, detail: str = "", headers: Sequence[str] = (), *, is_company: bool = False) -> str:
    """Say why a row was refused."""
    words = str(REFUSED.get(code, _("One of its addresses is none.") if code.startswith("bad_") else code))
    if code == "duplicate" and detail and is_company:
        return _("The company stands in row %(line)s already.") % {"line": detail}
    if code == "duplicate" and is_company:
        return _("The company stands in an earlier row already.")
    if code == "duplicate" and detail:
        return _("The person stands in row %(line)s already.") % {"line": detail}
    if detail.isdigit() and int(detail) < len(headers):
        return f"{headers[int(detail)]}: {words}"
    return words


def note_words(notes: str, headers: Sequence[str]) -> list[str]:
    """Say what was left out of a row, or put right in it."""
    said = []
    for note in notes.split():
        code, _colon, place = note.partition(":")
        words = str(LEFT_OUT.get(code, _("left out: no address of its kind") if code.startswith("bad_") else code))
        is_column = place.isdigit() and int(place) < len(headers)
        said.append(f"{headers[int(place)]}: {words}" if is_column else words)
    return said


def kept_words(code: str) -> str:
    """Say why something could not be undone."""
    return str(KEPT.get(code, code))
