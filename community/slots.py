"""What the community puts on others' pages: the room in the band, commands, a profile's panel, names of acts."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from community import said, timeline
from community.models import Member, Post, Space
from community.selectors import review_queue
from engagement.profiles import panels
from engagement.profiles import timeline as timelines
from engagement.profiles.doors import Asked
from engagement.profiles.search import sources
from engagement.realtime import topics
from engagement.statements import rows, select
from engagement.ui import commands, modules, rooms
from engagement.village import action_names
from engagement.village.models import User

MODERATE = "community.moderate_community"
SEES_MEMBERS = "community.view_member"
_POSTS = "SELECT count(*) FROM community_post WHERE member_id = ANY(%(members)s) AND state = %(published)s"
_MEMBERS = "WHERE profile_id = ANY(%(family)s::uuid[]) ORDER BY joined_at, key"


def register() -> None:
    """Called once, when the app is ready."""
    rooms.register(
        rooms.Room(
            "commons",
            _("Commons"),
            "messages-square",
            "community:desk",
            MODERATE,
            order=40,
            count=review_queue.waiting_count,
            topic=_topics,
        )
    )
    sources.register(said.SOURCE)
    commands.register(
        commands.Command("community", _("The public community"), "globe", "community:home", words=_("forum questions"))
    )
    commands.register(
        commands.Command("spaces", _("Spaces of the community"), "messages-square", "community:spaces", SEES_SPACES)
    )
    modules.register("vilarejo/community", "js/community.js")
    topics.register("commons", may_listen)
    timelines.register(timeline.SOURCE)
    panels.register(
        panels.Panel("community", _("In the community"), "community/panel.html", panel, SEES_MEMBERS, place="side")
    )
    action_names.register(
        {
            "community.post_approved": _("Let a post in the community stand"),
            "community.post_hidden": _("Took a post in the community out of sight"),
            "community.links_removed": _("Took links out of a post in the community"),
            "community.post_escalated": _("Made a conversation of a post"),
            "community.appeal_upheld": _("Decided an appeal: the removal stands"),
            "community.appeal_overturned": _("Decided an appeal: the post is back"),
            "community.member_silenced": _("Silenced a member of the community"),
            "community.member_heard_again": _("Let a member of the community write again"),
            "community.answer_accepted": _("Accepted an answer for whoever asked"),
            "community.answer_not_accepted": _("Took back that an answer was accepted"),
            "community.idea_changed": _("Changed the status of an idea"),
            "community.topic_closed": _("Closed a topic"),
            "community.topic_reopened": _("Opened a topic again"),
            "community.space_made": _("Made a space"),
            "community.space_changed": _("Changed a space"),
            "community.topic_opened_for": _("Opened a topic for a member by API"),
            "community.answered": _("Answered in the community by API"),
        }
    )


SEES_SPACES = "community.view_space"


def _topics(user: Any) -> str:
    """The live topics of this person's spaces."""
    keys = Space.objects.moderated_by(user).order_by("position", "key").values_list("pk", flat=True)
    return " ".join(f"commons:{key}" for key in keys)


def may_listen(user: User, key: str) -> bool:
    """Whoever looks after the space."""
    try:
        space = UUID(key)
    except ValueError:
        return False
    return Space.objects.moderated_by(user).filter(pk=space).exists()


def panel(asked: Asked) -> dict[str, Any]:
    """Who the customer is in the community: handle, level, how much they wrote."""
    found = select(Member, _MEMBERS, {"family": list(asked.family)})
    values = {"members": [member.pk for member in found], "published": Post.State.PUBLISHED.value}
    posts = rows(_POSTS, values)[0][0] if found else 0
    return {"members": found, "posts": posts, "now": asked.now}
