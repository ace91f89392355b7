"""``/api/v1/identities/``: the addresses of people, and what can be done to them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from engagement.api.exceptions import Conflict, Unprocessable
from engagement.api.idempotency import once
from engagement.api.strict import ApiView, Filter, Kind, StrictSerializer
from engagement.profiles.actions import identities as actions
from engagement.profiles.actions.identify import AddressTaken, add_address
from engagement.profiles.addresses import InvalidAddress
from engagement.profiles.family import family_of
from engagement.profiles.models import Identity, Profile
from engagement.village.access import person_of
from engagement.village.audit import origin_of

READ = ("profiles:read", ("profiles.view_profile", "profiles.view_identity"))
WRITE = ("profiles:write", ("profiles.view_profile", "profiles.view_identity", "profiles.change_profile"))
REFUSED = OpenApiResponse(description="It cannot be done; the detail says why")


class KnownIdentitySerializer(serializers.ModelSerializer[Identity]):
    """An address of a person. ``profile`` is the canonical one; open while ``valid_to`` is null."""

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = Identity
        fields = [
            *("id", "profile", "kind", "scope", "address", "address_norm", "verified_at", "preferred"),
            *("valid_from", "valid_to", "closed_reason", "replaces"),
        ]
        read_only_fields = fields


class NewIdentitySerializer(StrictSerializer):
    """A further address. ``scope``: within what an id is unique. ``country`` for numbers without a prefix."""

    profile = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Identity.Kind.choices)
    address = serializers.CharField(max_length=400)
    scope = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    country = serializers.RegexField("^([A-Z]{2})?$", required=False, allow_blank=True, default="")


class ConfirmationSerializer(StrictSerializer):
    """How it is known that the address is theirs."""

    how = serializers.CharField(max_length=300)


class ClosingSerializer(StrictSerializer):
    """Why it is closed, and since when (now, if it is left out)."""

    reason = serializers.ChoiceField(
        choices=[choice for choice in Identity.Closed.choices if choice[0] != Identity.Closed.REPLACED]
    )
    at = serializers.DateTimeField(required=False)


class ReplacementSerializer(StrictSerializer):
    """The id that the provider gave in its place."""

    address = serializers.CharField(max_length=400)


@extend_schema_view(
    list=extend_schema(
        summary="List addresses with their history, newest first",
        parameters=[],
    ),
    retrieve=extend_schema(summary="Read one address"),
)
class IdentityViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Identity]):
    """Addresses of people. A closed one is never opened again."""

    serializer_class = KnownIdentitySerializer
    queryset = Identity.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-key",)
    filters = {
        "list": (
            Filter(name="profile", kind=Kind.ID, description="Those of one person"),
            Filter(name="open", kind=Kind.BOOLEAN, description="true: only open ones; false: only closed ones"),
        )
    }
    bodiless = frozenset({"unconfirmed", "preference"})
    access = {
        "list": READ,
        "retrieve": READ,
        "create": WRITE,
        "confirmation": WRITE,
        "unconfirmed": WRITE,
        "preference": WRITE,
        "closing": WRITE,
        "replacement": WRITE,
    }

    def get_queryset(self) -> QuerySet[Identity]:
        """Return the addresses, narrowed by ``profile`` and ``open``."""
        found = Identity.objects.all()
        if "profile" in self.query:
            try:
                found = found.filter(profile_id__in=family_of(self.query["profile"]))
            except Profile.DoesNotExist:
                return found.none()
        return found.filter(valid_to__isnull=self.query["open"]) if "open" in self.query else found

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one address."""
        return self._answer(get_object_or_404(Identity, key=id))

    @extend_schema(
        summary="Write down a further address of a person",
        description="The same again changes nothing. Send an Idempotency-Key to be able to repeat.",
        request=NewIdentitySerializer,
        responses={
            201: KnownIdentitySerializer,
            409: OpenApiResponse(description="It is open for somebody else, perhaps in another spelling"),
            422: REFUSED,
        },
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @once
    def create(self, request: Request) -> Response:
        """Add it once."""
        given = _checked(NewIdentitySerializer, request)
        profile = get_object_or_404(Profile, pk=given.pop("profile"), erased_at=None)
        by = _by(request)

        def add(now: datetime) -> Identity:
            return add_address(profile_id=profile.pk, now=now, actor=by.actor, origin=by.origin, **given)

        return self._do(add, status=201)

    @extend_schema(
        summary="Confirm that an address is theirs",
        request=ConfirmationSerializer,
        responses={200: KnownIdentitySerializer, 422: REFUSED},
    )
    @action(detail=True, methods=["post"])
    def confirmation(self, request: Request, id: UUID) -> Response:
        """Keep the evidence with it."""
        evidence = {"how": "api", "words": _checked(ConfirmationSerializer, request)["how"]}
        return self._do(lambda now: actions.verify(identity_id=id, evidence=evidence, now=now, by=_by(request)))

    @extend_schema(
        summary="Take the confirmation back", request=None, responses={200: KnownIdentitySerializer, 422: REFUSED}
    )
    @confirmation.mapping.delete
    def unconfirmed(self, request: Request, id: UUID) -> Response:
        """Nothing is known of it any more."""
        return self._do(lambda now: actions.unverify(identity_id=id, now=now, by=_by(request)))

    @extend_schema(
        summary="Prefer an address to the person's others of its kind",
        request=None,
        responses={200: KnownIdentitySerializer, 422: REFUSED},
    )
    @action(detail=True, methods=["post"])
    def preference(self, request: Request, id: UUID) -> Response:
        """One of a kind is preferred."""
        return self._do(lambda now: actions.prefer(identity_id=id, now=now, by=_by(request)))

    @extend_schema(
        summary="Close an address, with every spelling of it",
        request=ClosingSerializer,
        responses={200: KnownIdentitySerializer, 422: REFUSED},
    )
    @action(detail=True, methods=["post"])
    def closing(self, request: Request, id: UUID) -> Response:
        """Who writes from it afterwards is somebody new."""
        given = _checked(ClosingSerializer, request)

        def close(now: datetime) -> Identity:
            actions.close(identity_id=id, now=now, by=_by(request), **given)
            return Identity.objects.get(pk=id)

        return self._do(close)

    @extend_schema(
        summary="Put the id that a provider gave in the place of an address",
        request=ReplacementSerializer,
        responses={
            200: KnownIdentitySerializer,
            409: OpenApiResponse(description="It is open for somebody else"),
            422: REFUSED,
        },
    )
    @action(detail=True, methods=["post"])
    def replacement(self, request: Request, id: UUID) -> Response:
        """Answer with the new one."""
        given = _checked(ReplacementSerializer, request)
        return self._do(lambda now: actions.replace(identity_id=id, now=now, by=_by(request), **given))

    def _do(self, act: Callable[[datetime], Identity], status: int = 200) -> Response:
        try:
            return self._answer(act(timezone.now()), status)
        except Identity.DoesNotExist as error:
            raise Http404 from error
        except AddressTaken as taken:
            raise Conflict(f"The profile {taken.holder} has it.") from taken
        except (InvalidAddress, actions.IdentityRefused) as refusal:
            raise Unprocessable(str(refusal)) from refusal

    def _answer(self, identity: Identity, status: int = 200) -> Response:
        return Response(KnownIdentitySerializer(identity).data, status=status)


def _checked(form: type[StrictSerializer], request: Request) -> dict[str, Any]:
    given = form(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _by(request: Request) -> actions.By:
    return actions.By(person_of(request), origin_of(request))
