"""What the newer items of the operating model measure: each with rows that pass and rows that fail."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from campaigns import checks as campaign_checks
from campaigns.models import Campaign
from collaboration import checks as collaboration_checks
from collaboration.models import ApprovalDecision, ApprovalRequest
from community import checks as community_checks
from community.models import Removal, Review
from content import checks as content_checks
from content.models import Revision
from conversations import further_checks as checks
from conversations.models import Message
from engagement.channels.models import Channel, Group, RawEvent, Transmission
from engagement.keys import new_key
from engagement.operations.phrases import in_words
from engagement.organization.current import current_organization
from engagement.profiles.actions.consent import give, withdraw
from engagement.profiles.models import MergeLook, MergeProposal, Profile
from engagement.village.actions.end_access import end_access
from engagement.village.audit import record
from engagement.village.models import Department
from tests.community.makers import make_answer, make_space, make_topic
from tests.factories import make_channel, make_conversation, make_queue, make_template, make_user
from tests.village.people import person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


def send(channel, *, now, profile=None, purpose="marketing", state="accepted", **fields) -> Transmission:
    key = new_key()
    return Transmission.objects.create(
        key=key,
        unique_key=str(key),
        channel=channel,
        profile_id=profile.pk if profile else None,
        purpose=purpose,
        source="test",
        source_id=fields.pop("source_id", new_key()),
        external_id=str(key),
        state=state,
        recipients=[{"address": "ana@customer.example", "name": "", "role": "to"}],
        not_before=now,
        handed_at=now,
        created_at=now,
        state_at=now,
        **fields,
    )


class TestLegalBasis:
    def test_marketing_needs_a_consent_that_held_when_it_left(self, now):
        channel = make_channel("news@pedralva.example")
        agreed, later, withdrawn, never = (
            Profile.objects.create(name=name) for name in ("Agreed", "Later", "Out", "No")
        )
        give_to = {
            "channel": "email",
            "purpose": "marketing",
            "basis": "express",
            "source": "form",
            "evidence": {"text": "Yes"},
        }
        give(profile_id=agreed.pk, actor=None, now=now - DAY, **give_to)
        give(profile_id=later.pk, actor=None, now=now, **give_to)
        give(profile_id=withdrawn.pk, actor=None, now=now - 3 * DAY, **give_to)
        for one in (agreed, later, withdrawn, never):
            send(channel, now=now - timedelta(hours=2), profile=one)
        withdraw(
            profile_id=withdrawn.pk,
            actor=None,
            channel="email",
            purpose="marketing",
            source="form",
            evidence={},
            now=now,
        )
        found = checks.measure_legal_basis(now)
        assert (found.figure, found.rows) == (50.0, 4)  # whoever withdrew afterwards had agreed when it left
        assert {one.url.split("/")[-2] for one in found.evidence} == {str(later.pk), str(never.pk)}
        assert in_words(found.evidence[0].why) == "marketing without a consent that held when it left"

    def test_a_service_message_needs_that_nobody_had_refused(self, now):
        channel = make_channel("orders@pedralva.example")
        silent, refused = Profile.objects.create(name="Silent"), Profile.objects.create(name="Refused")
        withdraw(
            profile_id=refused.pk,
            actor=None,
            channel="email",
            purpose="service",
            source="form",
            evidence={},
            now=now - DAY,
        )
        for one in (silent, refused):
            send(channel, now=now, profile=one, purpose="service")
        assert checks.measure_legal_basis(now).figure == 50.0

    def test_a_reply_is_based_on_whoever_wrote_it(self, now):
        channel = make_channel("care@pedralva.example")
        send(channel, now=now, purpose="conversation", requested_by=make_user())
        assert checks.measure_legal_basis(now).figure == 100.0
        send(channel, now=now, purpose="conversation")
        assert checks.measure_legal_basis(now).figure == 50.0


def test_a_sensitive_read_without_its_reader_fails(now):
    profile = Profile.objects.create(name="Ana")
    for actor in (make_user(), None):
        detail = {"attribute": "cpf"}
        record(actor=actor, action="profile.attribute_uncovered", subject=profile, now=now, detail=detail)
    found = checks.measure_sensitive_reads(now)
    assert (found.figure, found.rows, found.evidence[0].what) == (50.0, 2, "Ana")


def test_profiles_that_nobody_compared_within_a_day_fail(now):
    first, second, third = (
        Profile.objects.create(name=name, created_at=now - 3 * DAY) for name in ("One", "Two", "Three")
    )
    assert checks.measure_duplicate_proposals(now).figure == 0.0
    MergeLook.objects.create(name="new profiles", upto=new_key(), at=now)
    assert checks.measure_duplicate_proposals(now).figure == 100.0
    low, high = sorted((first, second), key=lambda one: one.pk)
    MergeProposal.objects.create(low=low, high=high, confidence=80, at=now)
    found = checks.measure_duplicate_proposals(now)
    assert (round(found.figure, 1), found.rows, len(found.evidence)) == (66.7, 3, 1)
    MergeProposal.objects.update(at=now - 3 * DAY + timedelta(hours=1))
    assert checks.measure_duplicate_proposals(now).figure == 100.0
    assert third.pk


def test_what_was_moved_to_finance_by_hand_did_not_route_by_itself(now):
    channel = make_channel("finance@pedralva.example")
    queue = make_queue("finance", channels=(channel,), department=Department.objects.get(slug="finance"))
    alone, moved = make_conversation(channel), make_conversation(channel, "bia@customer.example")
    assert {alone.queue_id, moved.queue_id} == {queue.pk}
    assert checks.measure_back_office_routing(now + DAY).figure == 100.0
    Message.objects.create(
        conversation=moved, seq=99, kind="event", author=make_user(), detail={"event": "moved"}, created_at=now
    )
    found = checks.measure_back_office_routing(now + DAY)
    assert (found.figure, found.rows, len(found.evidence)) == (50.0, 2, 1)


def test_a_leaver_with_a_living_session_fails_after_a_day(now):
    admin, leaver = person("administrator"), person("agent", name="Leaver")
    end_access(person=leaver, actor=admin, now=now - 2 * DAY)
    assert collaboration_checks.measure_leavers(now).figure == 100.0
    session = SessionStore()
    session.save()
    UserSession.objects.create(user=leaver, session_key=session.session_key, ip="192.0.2.1", user_agent="", data={})
    found = collaboration_checks.measure_leavers(now)
    assert (found.figure, found.rows, found.evidence[0].what) == (0.0, 1, "Leaver")


def test_a_connection_with_a_problem_or_unread_mail_is_not_fresh(now):
    used = {"last_inbound_at": now}
    make_channel("fine@pedralva.example", **used)
    assert collaboration_checks.measure_connections(now).figure == 100.0
    make_channel("locked@pedralva.example", fetch_problem={"code": "sign_in"}, **used)
    make_channel("cut@pedralva.example", circuit_open_until=now + DAY, **used)
    behind = make_channel("behind@pedralva.example", **used)
    RawEvent.objects.create(channel=behind, received_at=now - timedelta(hours=1), status="received", body=b"")
    found = collaboration_checks.measure_connections(now)
    assert (found.figure, found.rows, len(found.evidence)) == (25.0, 4, 3)
    Channel.objects.update(last_inbound_at=None, fetch_problem={})
    assert collaboration_checks.measure_connections(now).rows == 0  # never used: says nothing


def test_moderators_who_judge_unlike_the_others_are_named(now):
    space = make_space()
    topic = make_topic(space)
    strict, mild = make_user("Strict"), make_user("Mild")
    for moderator, decision in ((strict, "hidden"), (mild, "approved")):
        for _ in range(5):
            Review.objects.create(
                post=make_answer(topic),
                space=space,
                kind="flagged",
                opened_at=now,
                decided_at=now,
                decided_by=moderator,
                decision=decision,
            )
        if moderator == strict:
            assert community_checks.measure_flag_agreement(now).figure is None  # nobody to compare with
    found = community_checks.measure_flag_agreement(now)
    assert (found.figure, found.rows, {one.what for one in found.evidence}) == (50.0, 10, {"Strict", "Mild"})


def test_spam_that_only_its_remover_saw_is_not_sampled(now):
    space = make_space()
    post, actor, other = make_answer(make_topic(space)), make_user("Remover"), make_user("Other")
    Removal.objects.create(post=post, reason="spam", text="Spam.", actor=actor, at=now - DAY)
    found = community_checks.measure_spam_samples(now)
    assert (found.figure, found.rows, len(found.evidence)) == (0.0, 1, 1)
    facts = {"post": post, "space": space, "kind": "picked", "opened_at": now, "decided_at": now}
    Review.objects.create(**facts, decided_by=actor, decision="hidden")
    assert community_checks.measure_spam_samples(now).figure == 0.0
    Review.objects.create(**facts, decided_by=other, decision="hidden")
    assert community_checks.measure_spam_samples(now).figure == 100.0


def test_a_campaign_that_went_on_in_spite_of_complaints_fails(now):
    ours = current_organization()
    ours.complaints_minimum = 4
    ours.save()
    user, channel = make_user(), make_channel("news@pedralva.example")
    template = make_template(user)
    revision = Revision.objects.create(
        template=template, number=1, author=user, kind="email", purpose="marketing", source_locale="en",
        content_hash="a" * 64, created_at=now,
    )  # fmt: skip
    facts = {"status": "finished", "launched_at": now - DAY, "launched_by": user, "email_revision": revision}
    went_on, held = (Campaign.objects.create(name=name, **facts) for name in ("Went on", "Held"))
    for campaign in (went_on, held):
        for number in range(4):
            state = "complained" if number < 2 else "delivered"
            send(channel, now=now, state=state, group_id=campaign.pk)
    Group.objects.create(key=held.pk, held_at=now, hold_reason="complaints")
    found = campaign_checks.measure_complaint_pauses(now)
    assert (found.figure, found.rows, found.evidence[0].what) == (50.0, 2, "Went on")


def test_content_that_left_before_its_approval_fails_and_outcomes_are_performance(now):
    user, other, channel = make_user("Author"), make_user("Counselor"), make_channel("news@pedralva.example")
    early = make_template(user, purpose="marketing")
    content = "b" * 64
    Revision.objects.create(
        template=early, number=50, author=user, kind="email", purpose="marketing", source_locale="en",
        content_hash=content, created_at=now - 2 * DAY,
    )  # fmt: skip
    sent = send(channel, now=now - DAY, content_hash=content)
    assert content_checks.measure_reviews_before_sending(now).figure == 0.0
    request = ApprovalRequest.objects.create(
        kind="content.revision", subject_id=early.pk, content_hash=content, requester=user, permission="",
        state="approved", created_at=now, due_at=now, closed_at=now,
    )  # fmt: skip
    decision = ApprovalDecision.objects.create(
        request=request, requester=user, step=0, reviewer=other, verdict="approved", seen_hash=content, decided_at=now
    )
    found = content_checks.measure_reviews_before_sending(now)
    assert (found.figure, found.evidence[0].what) == (0.0, early.name)
    assert decision.decided_at > sent.handed_at
    Transmission.objects.update(handed_at=now + timedelta(minutes=1))
    assert content_checks.measure_reviews_before_sending(now).figure == 100.0
