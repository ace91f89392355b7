"""``/api/v1/profiles/``."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import viewsets

from engagement.profiles.api.serializers import ProfileSerializer
from engagement.profiles.models import Profile

VIEW = ("profiles:read", ("profiles.view_profile",))


@extend_schema_view(
    list=extend_schema(
        parameters=[OpenApiParameter("search", str, description="Part of a name, or of an address")],
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

    def get_queryset(self) -> QuerySet[Profile]:
        """Return the profiles that match ``search``."""
        search = self.request.query_params.get("search", "").replace("\x00", "").strip()
        return Profile.objects.matching(search).prefetch_related("identities", "consent_states")
