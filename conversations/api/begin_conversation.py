"""Begin a conversation by email or SMS, with the checks and refusals of the page."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from conversations.actions.begin import MayNotBeWritten, begin
from conversations.api.refusals import refusals_as_problems
from conversations.models import Message
from conversations.selectors.ways import Way, ways_to
from engagement.api.exceptions import Unprocessable
from engagement.api.models import ApiToken
from engagement.api.strict import StrictSerializer
from engagement.profiles.actions.change import Facts
from engagement.profiles.actions.write_down import GivenAddress, write_down
from engagement.profiles.addresses import InvalidAddress, entered
from engagement.profiles.family import family_of
from engagement.profiles.models import Identity, Profile
from engagement.village.access import person_of
from engagement.village.audit import origin_of

IDENTITY_OF = {"email": "email", "sms": "phone"}
MAX_FILES = 20


class BeginSerializer(StrictSerializer):
    """To whom, by which channel, and the first words. At least one of ``profile`` and ``address``."""

    profile = serializers.UUIDField(required=False, help_text="The contact; without it, whoever has the address")
    address = serializers.CharField(
        required=False,
        max_length=400,
        help_text="An email address or a phone number such as +5531988010101; without it, the contact's preferred one."
        " An address that nobody has makes a contact (scope profiles:write).",
    )
    name = serializers.CharField(
        required=False, max_length=300, help_text="What a contact is called that is made for a new address"
    )
    kind = serializers.ChoiceField(choices=["email", "sms"], required=False)
    channel = serializers.UUIDField(required=False, help_text="One of your channels; without it, the one used last")
    subject = serializers.CharField(required=False, allow_blank=True, max_length=500, help_text="Required for email")
    text = serializers.CharField(max_length=100_000)
    attachments = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MAX_FILES, help_text="Ids of uploaded attachments"
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Somebody must be meant. Raises ValidationError."""
        if not {"profile", "address"} & set(given):
            raise serializers.ValidationError({"profile": ["Give profile, address, or both."]})
        return given


def begin_conversation(request: Request, given: dict[str, Any], *, client_key: str) -> Message:
    """Send the first words; return them. Raises Unprocessable and Conflict."""
    kind, norm = _address_of(given)
    with transaction.atomic(), refusals_as_problems():
        profile = _profile_of(request, given, kind, norm)
        now, family = timezone.now(), family_of(profile.pk)
        found = ways_to(family=family, user=person_of(request), now=now)
        return begin(
            way=_chosen(found, given, norm),
            author=person_of(request),
            title=given.get("subject", ""),
            text=given["text"],
            client_key=client_key,
            attachment_ids=given.get("attachments", ()),
            now=now,
        )


def _address_of(given: dict[str, Any]) -> tuple[str, str]:
    """Return the kind of identity and the normalized address; empty where none is given. Raises Unprocessable."""
    address = given.get("address", "")
    if not address:
        return "", ""
    kind = IDENTITY_OF.get(given.get("kind", ""), "email" if "@" in address else "phone")
    try:
        return kind, entered(kind, address)[0]
    except InvalidAddress as error:
        raise Unprocessable(f"address: {error}", code="address_invalid") from error


def _profile_of(request: Request, given: dict[str, Any], kind: str, norm: str) -> Profile:
    if "profile" in given:
        profile = Profile.objects.filter(pk=given["profile"], erased_at=None).first()
        if profile is None:
            raise Unprocessable("profile: there is no contact of this id.", code="profile_unknown")
        return profile
    standing = Identity.objects.filter(kind=kind, scope="", address_norm=norm, valid_to=None)
    identity = standing.select_related("profile").first()
    return identity.profile if identity else _new_profile(request, given, kind)


def _new_profile(request: Request, given: dict[str, Any], kind: str) -> Profile:
    """Write down whom nobody knows yet. Raises Unprocessable for who may not."""
    has_scope = not isinstance(request.auth, ApiToken) or "profiles:write" in request.auth.scopes
    if not has_scope or not person_of(request).has_perm("profiles.change_profile"):
        raise Unprocessable(
            "No contact has this address. Create the contact first, or use a token with the scope profiles:write.",
            code="address_unknown",
        )
    facts = Facts(name=given["name"]) if given.get("name") else Facts()
    address = GivenAddress(kind=kind, address=given["address"])
    origin = origin_of(request)
    now = timezone.now()
    return write_down(addresses=[address], facts=facts, actor=person_of(request), now=now, origin=origin)[0]


def _chosen(found: list[Way], given: dict[str, Any], norm: str) -> Way:
    """Return the best way that was asked for. Raises Unprocessable, MayNotBeWritten."""
    channel: UUID | None = given.get("channel")
    wanted = [
        way
        for way in found
        if (not norm or way.identity.address_norm == norm)
        and (channel is None or way.channel.pk == channel)
        and given.get("kind", way.channel.kind) == way.channel.kind
    ]
    if not wanted:
        raise Unprocessable(
            "No channel of your queues reaches this contact as asked. Check address, kind and channel.",
            code="no_channel",
        )
    best = next((way for way in wanted if not way.refusal), None)
    if best is None:
        raise MayNotBeWritten(wanted[0])
    return best
