"""What the provider would say to a request, by its own rules (Twilio, "Messages resource", "Test credentials").

Numbers with a meaning, beside Twilio's own magic ones:

=============== ==========================================================
+15005550001    400, 21211: no valid number
+15005550004    400, 21610: they answered STOP to the provider
+15005550009    400, 21614: a landline
+15005550429    429, 20429: too many requests
+15005550500    500, 20500: an error of the provider
+15005550503    503, 20503: away
+15005550408    takes the request and neither answers nor delivers
+15005550409    does not answer, but delivers: its receipts come
+15005550030    taken, then undelivered with 30003
+15005550031    taken, then failed with 30005
=============== ==========================================================
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from engagement.channels.models import Channel
from engagement.channels.sms.adapter import message_url
from engagement.channels.sms.signature import NotAForm, fields_of
from engagement.channels.sms.sms_settings import SmsSettings
from engagement.keys import new_key

_PATH = re.compile(r"^/2010-04-01/Accounts/(AC[0-9a-f]{32})(/Messages|/IncomingPhoneNumbers)?\.json(?:\?.*)?$")
_E164 = re.compile(r"^\+[1-9][0-9]{6,14}$")
_MAGIC = {
    "+15005550001": (400, 21211, "The 'To' number +15005550001 is not a valid phone number."),
    "+15005550004": (400, 21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (400, 21614, "'To' number is not a valid mobile number"),
    "+15005550429": (429, 20429, "Too Many Requests"),
    "+15005550500": (500, 20500, "Internal Server Error"),
    "+15005550503": (503, 20503, "Service Unavailable"),
}
SILENT = {"+15005550408": False, "+15005550409": True}  # whether it is delivered all the same
_LAST = {"+15005550030": ("undelivered", "30003"), "+15005550031": ("failed", "30005")}
_LONGEST = 1600
_FIELDS = {"To", "From", "Body", "StatusCallback"}


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the stand-in has taken, and the account's token to sign its receipts with."""

    sid: str
    account: str
    token: str
    sender: str
    to: str
    body: str
    callback: str

    @property
    def statuses(self) -> list[tuple[str, str]]:
        """What becomes of it, in order, each with its error code."""
        return [("queued", ""), ("sent", ""), _LAST.get(self.to, ("delivered", ""))]


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer, and the message when it was taken. ``silent``: the answer is never given."""

    status: int
    content: dict[str, Any]
    taken: Taken | None = None
    silent: bool = False


def judge(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Judged:
    """Return what the provider answers to one request; two queries at most."""
    found = _PATH.match(path)
    if found is None:
        return _no(404, 20404, f"The requested resource {path} was not found")
    token = _token_of(found[1], headers.get("authorization", ""))
    if not token:
        return _no(401, 20003, "Authenticate")
    if not found[2]:
        answer = {"sid": found[1], "status": "active"}
        return Judged(200, answer) if method == "GET" else _no(405, 20004, "Method not allowed")
    if found[2] == "/IncomingPhoneNumbers":
        return Judged(200, _own_numbers(found[1])) if method == "GET" else _no(405, 20004, "Method not allowed")
    if method != "POST":
        return _no(405, 20004, "Method not allowed")
    if headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        return _no(415, 20007, "The request must be form-encoded")
    try:
        form = dict(fields_of(body))
    except NotAForm:
        return _no(400, 20001, "The form cannot be read")
    return _objection(form, found[1]) or _take(form, found[1], token)


def _objection(form: Mapping[str, str], account: str) -> Judged | None:
    to, sender, body, callback = (form.get(name, "") for name in ("To", "From", "Body", "StatusCallback"))
    if unknown := set(form) - _FIELDS:
        return _no(400, 20001, f"Unknown parameter {min(unknown)}")
    if not to:
        return _no(400, 21604, "A 'To' phone number is required.")
    if not _E164.match(to):
        return _no(400, 21211, f"The 'To' number {to} is not a valid phone number.")
    if not sender:
        return _no(400, 21603, "A 'From' phone number is required.")
    if sender not in _numbers_of(account):
        return _no(400, 21606, f"The 'From' phone number {sender} is not a valid number of this account.")
    if not body.strip():
        return _no(400, 21602, "Message body is required.")
    if len(body) > _LONGEST:
        return _no(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    if callback and (urlsplit(callback).scheme not in ("http", "https") or not urlsplit(callback).hostname):
        return _no(400, 21609, "Invalid 'StatusCallback' URL")
    return _no(*_MAGIC[to]) if to in _MAGIC else None


def _take(form: Mapping[str, str], account: str, token: str) -> Judged:
    to = form["To"]
    taken = Taken(new_sid(), account, token, form["From"], to, form["Body"], form.get("StatusCallback", ""))
    content = {
        "sid": taken.sid,
        "account_sid": account,
        "from": taken.sender,
        "to": to,
        "body": taken.body,
        "status": "queued",
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "num_media": "0",
        "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{account}/Messages/{taken.sid}.json",
    }
    if to in SILENT:
        return Judged(201, content, taken if SILENT[to] else None, silent=True)
    return Judged(201, content, taken)


def new_sid() -> str:
    """Return a message's sid: SM and 32 hexadecimal digits."""
    return f"SM{new_key().hex}"


def _token_of(account: str, authorization: str) -> str:
    """The account's token when the sign-in names both (RFC 7617), else empty."""
    scheme, _, given = authorization.partition(" ")
    try:
        user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    if scheme.lower() != "basic" or user != account:
        return ""
    tokens = {own.token for own in _settings_of(account) if own.token}
    return next((one for one in tokens if hmac.compare_digest(one.encode(), password.encode())), "")


def _settings_of(account: str) -> list[SmsSettings]:
    return [own for one in _channels() if (own := SmsSettings.from_channel(one)).account == account]


def _numbers_of(account: str) -> set[str]:
    return {one.address for one in _channels() if SmsSettings.from_channel(one).account == account}


def _own_numbers(account: str) -> dict[str, Any]:
    """The numbers of an account, each set up as it should be (Twilio, "IncomingPhoneNumbers resource")."""
    own = [one for one in _channels() if SmsSettings.from_channel(one).account == account]
    return {
        "incoming_phone_numbers": [
            {"phone_number": one.address, "sms_url": message_url(one.pk), "sms_method": "POST"} for one in own
        ]
    }


def _channels() -> list[Channel]:
    return list(Channel.objects.filter(kind="sms").order_by("key"))


def _no(status: int, code: int, message: str) -> Judged:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Judged(status, {"code": code, "message": message, "more_info": more, "status": status})
