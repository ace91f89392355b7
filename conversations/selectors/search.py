"""Words to conversations: what was said, subjects, names, addresses; accents and endings ignored."""

import re

from django.contrib.postgres.search import SearchQuery
from django.db.models import Func, Q, QuerySet, TextField, Value

from conversations.models import Conversation, Message
from engagement.profiles.models import Profile

_WORD = re.compile(r"\w+")
_LONGEST = 200


class Unaccent(Func):
    """Text without its accents."""

    function = "unaccent"
    output_field = TextField()


def query_of(search: str) -> SearchQuery | None:
    """Return the full-text query: all words, in Portuguese, English or as they are; the last one may be unfinished."""
    text = search[:_LONGEST]
    words = _WORD.findall(text)
    if not words:
        return None
    said = Unaccent(Value(text))
    begun = Unaccent(Value(" & ".join([*words[:-1], f"{words[-1]}:*"])))
    return (
        SearchQuery(said, config="portuguese", search_type="websearch")
        | SearchQuery(said, config="english", search_type="websearch")
        | SearchQuery(begun, config="simple", search_type="raw")
        | SearchQuery(begun, config="portuguese", search_type="raw")
    )


def matching(conversations: QuerySet[Conversation], search: str) -> QuerySet[Conversation]:
    """Return those of ``conversations`` in which the words were said, or whose person has such a name or address."""
    people = Q(profile__in=Profile.objects.matching(search.strip()).values("pk"))
    query = query_of(search)
    if query is None:
        return conversations.filter(people)
    return conversations.filter(people | Q(pk__in=Message.objects.filter(search=query).values("conversation_id")))
