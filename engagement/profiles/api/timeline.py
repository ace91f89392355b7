"""What happened with a contact, as the API shows it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from engagement.api.models import ApiToken
from engagement.api.pagination import page_size_of
from engagement.api.strict import PAGE_SIZE, Filter, Kind
from engagement.profiles import timeline
from engagement.profiles.selectors.timeline_page import CHANNELS, PURPOSES, NoPlace, place_in, text_of
from engagement.profiles.timeline import AMONG_US, SAID_ABOUT_US, SAID_TO_US, WE_SAID, Asked, Moment
from engagement.village.access import person_of
from engagement.village.models import Department

DIRECTIONS = {"inbound": SAID_TO_US, "mention": SAID_ABOUT_US, "outbound": WE_SAID, "internal": AMONG_US}
_NAMES = {value: name for name, value in DIRECTIONS.items()}
TIMELINE_FILTERS = (
    Filter(name="direction", kind=Kind.CHOICE, choices=tuple(DIRECTIONS)),
    Filter(name="channel", kind=Kind.CHOICE, choices=CHANNELS),
    Filter(name="purpose", kind=Kind.CHOICE, choices=PURPOSES),
    Filter(name="department", description="The slug of a department"),
    Filter(name="search", description="Words that an event says"),
)


class TimelineFactSerializer(serializers.Serializer[Any]):
    """A name and a value."""

    name = serializers.CharField()
    value = serializers.CharField()


class TimelineEventSerializer(serializers.Serializer[Any]):
    """One thing that happened."""

    id = serializers.UUIDField(source="key")
    at = serializers.DateTimeField()
    source = serializers.CharField(  # type: ignore[assignment]  # a field of this name
        help_text="conversations, notes, tasks, handoffs, deals, consents, campaigns, …"
    )
    direction = serializers.SerializerMethodField()
    title = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True, help_text="The page that shows it, on this site")
    channel = serializers.CharField(allow_blank=True)
    purpose = serializers.CharField(allow_blank=True)
    department = serializers.CharField(allow_blank=True)
    person = serializers.CharField(allow_blank=True, help_text="Who of the team did it")
    badges = serializers.SerializerMethodField()
    facts = serializers.SerializerMethodField()

    def get_direction(self, moment: Moment) -> str:
        """inbound, outbound, mention or internal."""
        return _NAMES.get(moment.direction, "internal")

    def get_badges(self, moment: Moment) -> list[str]:
        """What is marked on it."""
        return [str(text) for text, _tone in moment.badges]

    def get_facts(self, moment: Moment) -> list[dict[str, str]]:
        """What was measured, each with name and value."""
        return [{"name": str(name), "value": str(value)} for name, value in moment.facts]


def _department_of(slug: str) -> UUID | None:
    """Return the key of a department. Raises ParseError."""
    if not slug:
        return None
    found = Department.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if found is None:
        raise ParseError("department is the slug of a department.")
    return found


def read_timeline(request: Request, *, family: Sequence[UUID], query: dict[str, Any]) -> Response:
    """Answer with one page; the cursor is a place between two events. Raises ParseError."""
    try:
        before = place_in(request.query_params.get("cursor", ""))
    except NoPlace as error:
        raise ParseError("This cursor is none of ours. Begin again without it.") from error
    reader = person_of(request)
    asked = Asked(
        profiles=family,
        reader=reader,
        before=before,
        limit=page_size_of(request, PAGE_SIZE),
        direction=DIRECTIONS.get(query.get("direction", ""), ""),
        channel=query.get("channel", ""),
        department=_department_of(query.get("department", "")),
        purpose=query.get("purpose", ""),
        words=" ".join(query.get("search", "").split()),
    )
    scopes = request.auth.scopes if isinstance(request.auth, ApiToken) else None
    found = timeline.merged(sources=timeline.sources_for(reader=reader, scopes=scopes), asked=asked)
    following = None
    if found.earlier:
        following = replace_query_param(request.build_absolute_uri(), "cursor", text_of(found.earlier))
    return Response({"next": following, "results": TimelineEventSerializer(found.moments, many=True).data})
