"""``/api/v1/profiles/``."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from engagement.profiles.api.serializers import ProfileSerializer
from engagement.profiles.models import Profile
from engagement.profiles.search.find import find
from engagement.village.access import person_of

VIEW = ("profiles:read", ("profiles.view_profile",))


@extend_schema_view(
    list=extend_schema(
        parameters=[
            OpenApiParameter(
                "search", str, description="A name, an address or a part of one, a company, a tag, what they said"
            )
        ],
        summary="List profiles, newest first",
    ),
    retrieve=extend_schema(summary="Read one profile"),
)
class ProfileViewSet(viewsets.ReadOnlyModelViewSet[Profile]):
    """Customers. A profile that was merged names the one to read instead in ``canonical``."""

    serializer_class = ProfileSerializer
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    access = {"list": VIEW, "retrieve": VIEW}
    keyset = ("-key",)
    queryset = Profile.objects.prefetch_related("identities", "consent_states")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page of all, the newest first; with ``search`` the best at most 50 of who is found, on one page."""
        search = request.query_params.get("search", "").strip()
        if not search:
            return super().list(request, *args, **kwargs)
        keys = [hit.key for hit in find(search, reader=person_of(request)).hits]
        read = self.get_queryset().in_bulk(keys)
        rows = [read[key] for key in keys if key in read]
        return Response({"next": None, "results": self.get_serializer(rows, many=True).data})
