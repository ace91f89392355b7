"""Count votes anew after people were merged or a merge was undone: a person has one voice, and none for their own."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from engagement.statements import run

# What the memberships of these profiles voted for or wrote. Locked in the order of the keys, so that no vote is counted
# between the look and the write.
_TOPICS = """
WITH members AS (SELECT key FROM community_member WHERE profile_id = ANY(%(profiles)s::uuid[]))
SELECT key FROM community_topic WHERE key IN (
    SELECT vote.topic_id FROM community_vote vote JOIN members ON members.key = vote.member_id
    UNION SELECT topic.key FROM community_topic topic JOIN members ON members.key = topic.author_id
) ORDER BY key FOR NO KEY UPDATE
"""
_POSTS = """
WITH members AS (SELECT key FROM community_member WHERE profile_id = ANY(%(profiles)s::uuid[]))
SELECT key FROM community_post WHERE key IN (
    SELECT vote.post_id FROM community_vote vote JOIN members ON members.key = vote.member_id
    UNION SELECT post.key FROM community_post post JOIN members ON members.key = post.member_id
) ORDER BY key FOR NO KEY UPDATE
"""
_COUNT_TOPICS = """
WITH counted AS (
    SELECT topic.key, count(DISTINCT coalesce(voter.canonical_id, voter.key)) FILTER (
        WHERE coalesce(voter.canonical_id, voter.key) <> coalesce(author.canonical_id, author.key)
    ) AS voices
    FROM community_topic topic
    JOIN community_member writer ON writer.key = topic.author_id
    JOIN profiles_profile author ON author.key = writer.profile_id
    LEFT JOIN community_vote vote ON vote.topic_id = topic.key
    LEFT JOIN community_member member ON member.key = vote.member_id
    LEFT JOIN profiles_profile voter ON voter.key = member.profile_id
    WHERE topic.key = ANY(%(keys)s::uuid[]) GROUP BY topic.key
)
UPDATE community_topic topic SET vote_count = counted.voices FROM counted
WHERE counted.key = topic.key AND topic.vote_count <> counted.voices RETURNING topic.key
"""
_COUNT_POSTS = """
WITH counted AS (
    SELECT post.key, count(DISTINCT coalesce(voter.canonical_id, voter.key)) FILTER (
        WHERE coalesce(voter.canonical_id, voter.key) IS DISTINCT FROM coalesce(author.canonical_id, author.key)
    ) AS voices
    FROM community_post post
    LEFT JOIN community_member writer ON writer.key = post.member_id
    LEFT JOIN profiles_profile author ON author.key = writer.profile_id
    LEFT JOIN community_vote vote ON vote.post_id = post.key
    LEFT JOIN community_member member ON member.key = vote.member_id
    LEFT JOIN profiles_profile voter ON voter.key = member.profile_id
    WHERE post.key = ANY(%(keys)s::uuid[]) GROUP BY post.key
)
UPDATE community_post post SET vote_count = counted.voices FROM counted
WHERE counted.key = post.key AND post.vote_count <> counted.voices RETURNING post.key
"""


@transaction.atomic
def recount_votes(*, profiles: Iterable[UUID]) -> int:
    """Count the votes for all that these profiles' members voted for or wrote; return how many counts changed.

    The votes themselves stay, so that each person has their own again when a merge is undone. Safe to repeat.
    """
    values = {"profiles": list(profiles)}
    changed = 0
    for find, count in ((_TOPICS, _COUNT_TOPICS), (_POSTS, _COUNT_POSTS)):
        keys = [row[0] for row in run(find, values)]
        changed += len(run(count, {"keys": keys})) if keys else 0
    return changed
