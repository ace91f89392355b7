"""What happens in the community when something happened, there or elsewhere. All of it bears being done twice."""

from django.db.models import Q

from community.actions import trust
from community.actions.notices import tell
from community.actions.recount_votes import recount_votes
from community.models import Appeal, Escalation, IdeaChange, InboxReply, Notice, Post, Topic, Vote, Watch
from community.people import memberships_of
from engagement.events.catalogue import (
    AnswerAccepted,
    AppealDecided,
    IdeaChanged,
    MergeUndone,
    MessageThreaded,
    PostApproved,
    PostHidden,
    PostPublished,
    ProfilesMerged,
    ReplyWritten,
)
from engagement.events.subscriptions import subscribe
from engagement.profiles.family import family_of

Kind = Notice.Kind


@subscribe(PostPublished)
def tell_watchers(event: PostPublished) -> None:
    """An answer is there: tell those who watch the topic, except its author."""
    post = Post.objects.select_related("member").filter(pk=event.post_id, state=Post.State.PUBLISHED).first()
    if post is None or post.kind == Post.Kind.OPENING:
        return
    watching = Watch.objects.filter(topic_id=event.topic_id)
    if post.member is not None:
        watching = watching.exclude(member_id__in=memberships_of(post.member))
    members = watching.order_by("key").values_list("member_id", flat=True)
    tell(members=members, kind=Kind.ANSWER, topic_id=event.topic_id, about=post.pk, now=event.at)


@subscribe(AnswerAccepted)
def tell_helper(event: AnswerAccepted) -> None:
    """An answer was accepted: tell its author, and look at their trust again."""
    post = Post.objects.filter(pk=event.post_id, member__isnull=False).first()
    if post is not None and post.member_id:
        tell(members=[post.member_id], kind=Kind.ACCEPTED, topic_id=event.topic_id, about=post.pk, now=event.at)
        trust.recalculate(members=[post.member_id], now=event.at)


@subscribe(IdeaChanged)
def tell_voters(event: IdeaChanged) -> None:
    """An idea changed: tell those who voted for it, and its author."""
    topic = Topic.objects.get(pk=event.topic_id)
    voters = Vote.objects.filter(topic=topic).order_by("key").values_list("member_id", flat=True)
    members = dict.fromkeys([topic.author_id, *voters])
    tell(members=members, kind=Kind.IDEA, topic_id=topic.pk, about=event.change_id, now=event.at)
    IdeaChange.objects.filter(pk=event.change_id, told_at=None).update(told_at=event.at)


@subscribe(PostApproved)
def tell_author_of_approval(event: PostApproved) -> None:
    """What was held is published: tell its author."""
    post = Post.objects.filter(pk=event.post_id, member__isnull=False).first()
    if event.was_held and post is not None and post.member_id:
        tell(members=[post.member_id], kind=Kind.APPROVED, topic_id=event.topic_id, about=post.pk, now=event.at)
        trust.recalculate(members=[post.member_id], now=event.at)


@subscribe(PostHidden)
def tell_author_of_removal(event: PostHidden) -> None:
    """A post was taken out of sight: tell its author why and how to appeal, and look at their trust again."""
    post = Post.objects.filter(pk=event.post_id, member__isnull=False).first()
    if post is not None and post.member_id:
        tell(members=[post.member_id], kind=Kind.HIDDEN, topic_id=event.topic_id, about=event.removal_id, now=event.at)
        trust.recalculate(members=[post.member_id], now=event.at)


@subscribe(AppealDecided)
def tell_author_of_decision(event: AppealDecided) -> None:
    """Another moderator decided: tell the author."""
    made = Appeal.objects.select_related("removal__post").get(pk=event.appeal_id)
    member = made.removal.post.member_id
    if member is not None:
        tell(members=[member], kind=Kind.APPEAL, topic_id=event.topic_id, about=made.pk, now=event.at)
        trust.recalculate(members=[member], now=event.at)


@subscribe(MessageThreaded)
def link_conversation(event: MessageThreaded) -> None:
    """A post stands in the inbox: keep which conversation it is."""
    if event.raw_event_id is None:
        return
    waiting = Q(raw_event_key=event.raw_event_id, conversation_id=None)
    Escalation.objects.filter(waiting).update(conversation_id=event.conversation_id, threaded_at=event.at)


@subscribe(ReplyWritten)
def link_reply(event: ReplyWritten) -> None:
    """A colleague answered in the conversation of a post: keep where the answer belongs before it leaves."""
    found = Escalation.objects.filter(conversation_id=event.conversation_id).order_by("-key").first()
    if found is not None:
        row = InboxReply(message_id=event.message_id, escalation=found, at=event.at)
        InboxReply.objects.bulk_create([row], ignore_conflicts=True)


@subscribe(ProfilesMerged)
def count_votes_of_merged_profiles(event: ProfilesMerged) -> None:
    """Two profiles are one person: what both voted for has one voice of them, and their own has none."""
    recount_votes(profiles={*family_of(event.kept_id), *family_of(event.merged_id)})


@subscribe(MergeUndone)
def count_votes_of_separated_profiles(event: MergeUndone) -> None:
    """Two profiles are two people again: each has their own voice."""
    recount_votes(profiles={*family_of(event.kept_id), *family_of(event.merged_id)})
