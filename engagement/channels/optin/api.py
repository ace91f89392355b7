"""``/api/v1/sign-ups/``: start a double opt-in for somebody who asked elsewhere."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from engagement.api.exceptions import Conflict, Unprocessable
from engagement.api.idempotency import once
from engagement.api.strict import ApiView, StrictSerializer
from engagement.channels.models import OptIn, SignUpForm
from engagement.channels.optin.asking import FormClosed, Seen, ask, text_of
from engagement.profiles.addresses import InvalidAddress

WRITE = ("profiles:write", ("profiles.view_consent", "profiles.change_consent"))


class SignUpSerializer(StrictSerializer):
    """Who asked, at which form (its slug), in which language they read its words."""

    form = serializers.SlugField(max_length=60)
    address = serializers.CharField(max_length=254)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    locale = serializers.CharField(max_length=10, required=False, allow_blank=True, default="")
    ip = serializers.IPAddressField(required=False, allow_null=True, default=None)


class SignUpViewSet(ApiView, viewsets.GenericViewSet[OptIn]):
    """A link is mailed; the consent counts once they press the button behind it."""

    serializer_class = SignUpSerializer
    queryset = OptIn.objects.none()
    access = {"create": WRITE}

    @extend_schema(
        summary="Mail somebody the link that confirms a sign-up",
        description="The answer is the same whether the address is known, suppressed, or asked before.",
        request=SignUpSerializer,
        responses={
            202: OpenApiResponse(description="If we may write there, a link is on its way"),
            404: OpenApiResponse(description="There is no such form"),
            409: OpenApiResponse(description="The form is closed"),
            422: OpenApiResponse(description="This is no address"),
        },
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @once
    def create(self, request: Request) -> Response:
        """Start it."""
        form = SignUpSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        shown = get_object_or_404(SignUpForm.objects.select_related("channel"), slug=given["form"])
        seen = Seen(ip=given["ip"] or "", source="api")
        try:
            ask(
                text=text_of(shown, given["locale"]),
                address=given["address"],
                name=given["name"],
                seen=seen,
                now=timezone.now(),
            )
        except FormClosed as error:
            raise Conflict("The form is closed.") from error
        except InvalidAddress as error:
            raise Unprocessable(str(error)) from error
        return Response({"detail": "If we may write there, a link is on its way."}, status=202)
