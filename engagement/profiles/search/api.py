"""``/api/v1/search/``: people, the best first, with what led to them."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from engagement.api.strict import ApiView, Filter, Kind, StrictSerializer
from engagement.profiles.search.find import MOST, find
from engagement.profiles.search.found import Hit, Why
from engagement.village.access import person_of


class MarkedSerializer(StrictSerializer):
    """A part of a text; ``marked``: it is what matched."""

    text = serializers.CharField()
    marked = serializers.BooleanField()


class ReasonSerializer(StrictSerializer):
    """Why somebody was found: ``kind`` is "address", "tag", "company", or where it was said; ``url`` leads there.

    ``nearly``: what was typed is a slip of the finger away from it.
    """

    kind = serializers.CharField()
    parts = MarkedSerializer(many=True)
    url = serializers.CharField()
    nearly = serializers.BooleanField()


class HitSerializer(StrictSerializer):
    """A person who was found; without a reason it was their name. ``rank`` 0 is a whole address."""

    profile = serializers.UUIDField()
    name = MarkedSerializer(many=True)
    rank = serializers.IntegerField()
    reasons = ReasonSerializer(many=True)


@extend_schema_serializer(many=False)
class FoundSerializer(StrictSerializer):
    """People, the best first; ``cut``: there may be more."""

    results = HitSerializer(many=True)
    cut = serializers.BooleanField()


class SearchViewSet(ApiView, viewsets.ViewSet):
    """One box over name, every address, company, tag, and what was said where the token's person may read it."""

    access = {"list": ("profiles:read", ("profiles.view_profile",))}
    paged = frozenset()
    filters = {
        "list": (
            Filter(name="q", required=True, description="What to search for"),
            Filter(name="most", kind=Kind.NUMBER, minimum=1, maximum=MOST, description="At most so many"),
        )
    }

    @extend_schema(
        operation_id="search",
        summary="Search for people",
        responses={200: FoundSerializer},
    )
    def list(self, request: Request) -> Response:
        """Answer with at most 50 people."""
        found = find(self.query["q"], reader=person_of(request), most=self.query.get("most", MOST))
        return Response({"results": [_hit(hit) for hit in found.hits], "cut": found.cut})


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "profile": hit.key,
        "name": _parts(hit.name),
        "rank": hit.rank,
        "reasons": [_reason(why) for why in hit.why],
    }


def _reason(why: Why) -> dict[str, Any]:
    return {"kind": why.kind, "parts": _parts(why.parts), "url": why.url, "nearly": why.nearly}


def _parts(parts: Any) -> list[dict[str, Any]]:
    return [{"text": text, "marked": is_marked} for text, is_marked in parts]
