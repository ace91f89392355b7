"""Trust levels: what a member may expect of the community, worked out from what they did there.

| level | days here | published posts | accepted answers | "helped" | removals in 90 days |
| --- | --- | --- | --- | --- | --- |
| 1 | 2 | 1 | | | at most 2 |
| 2 | 5 | 5 | | 3 | at most 1 |
| 3 | 15 | 10 | 5 | 20 | none |
| 4 | 50 | 30 | 20 | 60 | none |

Whoever looks after a space as a volunteer has the highest level.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from engagement.statements import run

_REMOVALS_COUNT = timedelta(days=90)

# One statement for one member and for all of them.
_LEVELS = """
WITH wanted AS (
    SELECT key, days_visited FROM community_member WHERE %(all)s OR key = ANY(%(members)s::uuid[])
), said AS (
    SELECT member_id, count(*) FILTER (WHERE state = 'published') AS posts, sum(vote_count) AS helped
    FROM community_post WHERE member_id IN (SELECT key FROM wanted) GROUP BY member_id
), solved AS (
    SELECT post.member_id, count(*) AS answers FROM community_topic topic
    JOIN community_post post ON post.key = topic.accepted_id
    WHERE post.member_id IN (SELECT key FROM wanted) GROUP BY post.member_id
), removed AS (
    SELECT post.member_id, count(*) AS removals FROM community_removal removal
    JOIN community_post post ON post.key = removal.post_id
    WHERE removal.undone_at IS NULL AND removal.at > %(since)s AND post.member_id IN (SELECT key FROM wanted)
    GROUP BY post.member_id
), facts AS (
    SELECT wanted.key, wanted.days_visited AS days, COALESCE(said.posts, 0) AS posts,
        COALESCE(said.helped, 0) AS helped, COALESCE(solved.answers, 0) AS answers,
        COALESCE(removed.removals, 0) AS removals,
        EXISTS (SELECT 1 FROM community_space_volunteers care WHERE care.member_id = wanted.key) AS cares
    FROM wanted LEFT JOIN said ON said.member_id = wanted.key LEFT JOIN solved ON solved.member_id = wanted.key
    LEFT JOIN removed ON removed.member_id = wanted.key
), levels AS (
    SELECT key, CASE
        WHEN cares THEN 4
        WHEN days >= 50 AND posts >= 30 AND answers >= 20 AND helped >= 60 AND removals = 0 THEN 4
        WHEN days >= 15 AND posts >= 10 AND answers >= 5 AND helped >= 20 AND removals = 0 THEN 3
        WHEN days >= 5 AND posts >= 5 AND helped >= 3 AND removals <= 1 THEN 2
        WHEN days >= 2 AND posts >= 1 AND removals <= 2 THEN 1
        ELSE 0 END AS level
    FROM facts
)
UPDATE community_member member SET level = levels.level, levelled_at = %(now)s
FROM levels WHERE member.key = levels.key
RETURNING member.key
"""


@transaction.atomic
def recalculate(*, now: datetime, members: Sequence[UUID] | None = None) -> int:
    """Work out the levels of these members, or of all; return how many were looked at. Safe to repeat."""
    values = {"all": members is None, "members": list(members or ()), "since": now - _REMOVALS_COUNT, "now": now}
    return len(run(_LEVELS, values))
