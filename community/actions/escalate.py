"""Make a conversation of a post: it comes into the inbox by the same way as every message."""

import json
from datetime import datetime

from django.db import transaction

from community.actions.refusals import NotAMembersPost, TextChanged
from community.models import Escalation, Post
from community.site import community_channel
from engagement.channels.actions.receive import receive
from engagement.channels.inbound.waking import wake_reading
from engagement.events.catalogue import PostEscalated
from engagement.events.outbox import publish
from engagement.village.audit import record
from engagement.village.models import User


@transaction.atomic
def escalate(*, post: Post, cause: str, actor: User | None, now: datetime, seen: str | None = None) -> Escalation:
    """Bring a member's post into the inbox, once; a second call returns the first escalation.

    The post is stored as a raw event of the community's channel and read by a worker like any message. ``seen`` is the
    version of the text that a moderator read. Raises NotAMembersPost, TextChanged.
    """
    if seen is not None and Post.objects.select_related("topic").lock(post.pk).content_version != seen:
        raise TextChanged
    if post.member is None:
        raise NotAMembersPost
    row = Escalation(post=post, topic_id=post.topic_id, member=post.member, cause=cause, actor=actor, at=now)
    Escalation.objects.bulk_create([row], ignore_conflicts=True)
    kept = Escalation.objects.select_for_update().get(post=post)
    if kept.pk != row.pk:
        return kept
    body = json.dumps({"post": str(post.pk)}).encode()
    raw = receive(channel=community_channel(), body=body, provider_key=f"post:{post.pk}", envelope={}, now=now)
    kept.raw_event_key = raw.key if raw else None
    kept.save(update_fields=["raw_event_key"])
    if actor is not None:
        record(actor=actor, action="community.post_escalated", subject=post, now=now, detail={"cause": cause})
    publish(PostEscalated(escalation_id=kept.pk, post_id=post.pk, topic_id=post.topic_id, cause=cause, at=now), now=now)
    transaction.on_commit(wake_reading)
    return kept
