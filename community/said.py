"""Finds people by what they published in the community."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagement.profiles.search.sources import Said, Source
from engagement.statements import run
from engagement.village.models import User

_SAID = """
WITH asked AS (
    SELECT websearch_to_tsquery('portuguese', unaccent(%(words)s))
        || websearch_to_tsquery('english', unaccent(%(words)s))
        || websearch_to_tsquery('simple', unaccent(%(words)s)) AS query
)
SELECT member.profile_id, left(post.text, 1000), post.created_at, post.key FROM community_post post
JOIN community_member member ON member.key = post.member_id
WHERE post.search @@ (SELECT query FROM asked) AND post.state = 'published'
ORDER BY post.created_at DESC, post.key DESC LIMIT %(most)s
"""


def find(words: str, reader: User, most: int) -> Sequence[Said]:
    """Return the newest published posts that match. One query."""
    rows = run(_SAID, {"words": words, "most": most})
    return [Said(row[0], row[1], row[2], reverse("community:post", args=[row[3]])) for row in rows]


SOURCE = Source("community", _("in the community"), "messages-square", find, "community.view_member", order=20)
