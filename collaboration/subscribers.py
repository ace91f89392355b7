"""Whom to tell when something happened. What is written here is committed with the event's receipt: told once."""

from collaboration.actions.deal_task import make_deal_task
from collaboration.handoffs.completing import complete_for, reopen_for
from collaboration.notifications import approval_news, blueprint_news, news, request_news
from engagement.events.catalogue import (
    ApprovalCommented,
    ApprovalDecided,
    ApprovalOverdue,
    ApprovalRequested,
    ApprovalVoided,
    ContractChanged,
    ConversationChanged,
    DataRequestChanged,
    DealNeedsDecision,
    HandoffChanged,
    NoteWritten,
    PersonNoted,
    TaskChanged,
    WorkHandedOver,
)
from engagement.events.subscriptions import subscribe
from engagement.village.models import User

CONVERSATION = "conversations.conversation"


@subscribe(NoteWritten)
def tell_mentioned(event: NoteWritten) -> None:
    """Tell colleagues that they were named in a note."""
    news.of_mentions(note_id=event.message_id, now=event.at)


@subscribe(PersonNoted)
def tell_named(event: PersonNoted) -> None:
    """Tell colleagues that they were named in a note about a customer."""
    news.of_person_note(note_id=event.note_id, people=event.mentioned_ids, now=event.at)


@subscribe(TaskChanged)
def tell_of_task(event: TaskChanged) -> None:
    """Tell who has to do something, that it is late, or that it is done."""
    news.of_task(task_id=event.task_id, change=event.change, actor_id=event.actor_id, now=event.at)


@subscribe(HandoffChanged)
def tell_of_handoff(event: HandoffChanged) -> None:
    """Tell the department that gets work, or who offered it."""
    news.of_handoff(handoff_id=event.handoff_id, change=event.change, now=event.at)


@subscribe(ConversationChanged)
def complete_handoffs(event: ConversationChanged) -> None:
    """Complete what was handed over with a conversation when its matter is settled."""
    if event.change == "resolved":
        actor = User.objects.filter(pk=event.actor_id).first() if event.actor_id else None
        complete_for(subject_type=CONVERSATION, subject_id=event.conversation_id, actor=actor, now=event.at)
    elif event.undone_at is not None:
        reopen_for(subject_type=CONVERSATION, subject_id=event.conversation_id, completed_at=event.undone_at)


@subscribe(WorkHandedOver)
def tell_of_work(event: WorkHandedOver) -> None:
    """Tell colleagues what they took over from somebody."""
    news.of_work(
        person_id=event.person_id,
        actor_id=event.actor_id,
        counts=event.counts,
        receivers=event.receivers,
        now=event.at,
    )


@subscribe(DealNeedsDecision)
def ask_about_deal(event: DealNeedsDecision) -> None:
    """Give the owner of a deal, or the sales department in the place of who left, a task to decide on it."""
    make_deal_task(deal_id=event.deal_id, has_left=event.has_left, now=event.at)


@subscribe(ApprovalRequested)
def tell_reviewers(event: ApprovalRequested) -> None:
    """Tell those who may decide in this step."""
    approval_news.of_request(request_id=event.request_id, step=event.step, now=event.at)


@subscribe(ApprovalDecided)
def tell_author(event: ApprovalDecided) -> None:
    """Tell the author what was decided."""
    approval_news.of_decision(request_id=event.request_id, reviewer_id=event.reviewer_id, now=event.at)


@subscribe(ApprovalVoided)
def tell_author_of_end(event: ApprovalVoided) -> None:
    """Tell the author that it counts no more, unless they did that themselves."""
    approval_news.of_end(request_id=event.request_id, state=event.state, actor_id=event.actor_id, now=event.at)


@subscribe(ApprovalOverdue)
def tell_of_overdue_approval(event: ApprovalOverdue) -> None:
    """Tell reviewers and author that nobody decided in time."""
    approval_news.of_overdue(request_id=event.request_id, now=event.at)


@subscribe(ApprovalCommented)
def tell_of_comment(event: ApprovalCommented) -> None:
    """Tell the others who take part that somebody said something."""
    approval_news.of_comment(comment_id=event.comment_id, now=event.at)


@subscribe(DataRequestChanged)
def tell_of_data_request(event: DataRequestChanged) -> None:
    """Tell who may answer that a request about a person's data came in, is due soon, or is overdue."""
    request_news.of_request(request_id=event.request_id, change=event.change, actor_id=event.actor_id, now=event.at)


@subscribe(ContractChanged)
def notify_neighbors(event: ContractChanged) -> None:
    """Tell the owners of neighbors on the blueprint."""
    blueprint_news.notify_of_contract(
        component_id=event.component_id,
        name=event.component_name,
        people_ids=event.told_ids,
        actor_id=event.actor_id,
        now=event.at,
    )
