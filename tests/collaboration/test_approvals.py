"""Approvals: of exactly what was read, by others than the author, once; void when it changes."""

import threading
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from collaboration import approvals
from collaboration.approvals import escalating, voiding
from collaboration.approvals.commenting import CommentRefused, comment
from collaboration.approvals.deciding import waive
from collaboration.approvals.kinds import Step, UnknownKind
from collaboration.models import ApprovalDecision, ApprovalRequest, ApprovalWaiver
from engagement.events import relay
from engagement.events.models import OutboxEvent
from engagement.keys import new_key
from engagement.village.models import AuditEntry
from tests.collaboration import subjects
from tests.collaboration.subjects import HASH, OTHER, STATE
from tests.factories import NOW, minutes
from tests.village.people import person

pytestmark = pytest.mark.django_db
LATER = NOW + minutes(5)


@pytest.fixture(autouse=True)
def kinds():
    subjects.provide()


@pytest.fixture
def author():
    return person("troubadour", email="author@pedralva.example")


@pytest.fixture
def counselor():
    return person("counselor", email="helena@pedralva.example", name="Helena Prado")


def ask(author, *, kind="tests.text", subject_id=None, content_hash=HASH, now=NOW, **more):
    return approvals.request(
        kind=kind,
        subject_id=subject_id or new_key(),
        content_hash=content_hash,
        requester=author,
        comment="Please",
        now=now,
        **more,
    )


def decide(request, reviewer, verdict="approved", *, reason="", seen_hash=HASH, now=LATER):
    return approvals.decide(
        request_id=request.pk, reviewer=reviewer, verdict=verdict, reason=reason, seen_hash=seen_hash, now=now
    )


def facts(request):
    return ApprovalRequest.objects.values().get(pk=request.pk)


def events(request):
    return [row.name.partition(".")[2] for row in OutboxEvent.objects.filter(subject=f"approval:{request.pk}")]


def audited(request):
    return sorted(AuditEntry.objects.filter(subject_id=str(request.pk)).values_list("action", flat=True))


def test_an_approval_holds_for_exactly_what_was_read_and_is_told_once(author, counselor):
    request = ask(author)
    assert approvals.approved([HASH], NOW) == set()
    decide(request, counselor)
    assert approvals.approved([HASH, OTHER, ""], NOW + minutes(6)) == {HASH}
    assert facts(request)["state"] == "approved"
    assert facts(request)["closed_by_id"] == counselor.pk
    assert STATE["decided"] == [(request.pk, "approved")]
    assert events(request) == ["approval_requested", "approval_decided"]
    assert audited(request) == ["approval.approved", "approval.requested"]


def test_asking_twice_for_the_same_content_is_one_request(author):
    key = new_key()
    assert ask(author, subject_id=key) == ask(author, subject_id=key)
    assert ApprovalRequest.objects.count() == 1


def test_asking_for_changed_content_makes_the_open_request_void(author):
    key = new_key()
    first, second = ask(author, subject_id=key), ask(author, subject_id=key, content_hash=OTHER)
    assert (facts(first)["state"], facts(second)["state"]) == ("void", "open")


def test_an_unknown_kind_is_refused(author):
    with pytest.raises(UnknownKind):
        ask(author, kind="tests.nothing")
    assert ApprovalRequest.objects.count() == 0


def test_nobody_decides_on_their_own_request(counselor):
    request = ask(counselor)
    before = facts(request)
    with pytest.raises(approvals.SelfApproval):
        decide(request, counselor)
    assert facts(request) == before
    assert ApprovalDecision.objects.count() == 0


def test_the_database_refuses_an_own_decision_and_a_false_requester(author, counselor):
    request = ask(author)
    row = {"request": request, "step": 0, "verdict": "approved", "seen_hash": HASH, "decided_at": NOW}
    with pytest.raises(IntegrityError, match="nobody_approves_their_own"), transaction.atomic():
        ApprovalDecision.objects.create(reviewer=author, requester=author, **row)
    ApprovalDecision.objects.create(reviewer=author, requester=counselor, **row)
    with pytest.raises(IntegrityError, match="decision_of_the_same_requester"), transaction.atomic():
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    transaction.set_rollback(True)


def test_a_decision_cannot_be_changed_or_deleted(author, counselor):
    decide(ask(author), counselor)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ApprovalDecision.objects.update(verdict="refused", reason="no")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ApprovalDecision.objects.all().delete()
    assert ApprovalDecision.objects.get().verdict == "approved"


def test_a_refusal_needs_a_reason_and_ends_the_request(author, counselor):
    request = ask(author)
    with pytest.raises(approvals.MissingReason):
        decide(request, counselor, "refused", reason="  ")
    assert facts(request)["state"] == "open"
    decide(request, counselor, "refused", reason="No proof")
    assert facts(request)["state"] == "refused"
    assert approvals.approved([HASH], NOW + minutes(6)) == set()
    assert STATE["decided"] == [(request.pk, "refused")]


def test_who_may_not_review_changes_nothing(author):
    request = ask(author)
    with pytest.raises(approvals.NotAReviewer):
        decide(request, person("agent", email="agent@pedralva.example"))
    assert ApprovalDecision.objects.count() == 0


def test_a_stale_sight_is_refused(author, counselor):
    request = ask(author)
    with pytest.raises(approvals.SubjectChanged):
        decide(request, counselor, seen_hash=OTHER)
    assert facts(request)["state"] == "open"


def test_what_was_edited_without_notice_cannot_be_approved(author, counselor):
    request = ask(author)
    STATE["hash"][request.subject_id] = OTHER
    with pytest.raises(approvals.SubjectChanged):
        decide(request, counselor)
    assert facts(request)["state"] == "open"


def test_an_edit_makes_requests_and_approvals_of_other_content_void(author, counselor):
    request, key = ask(author), new_key()
    decide(request, counselor)
    same = ask(author, subject_id=key, content_hash=OTHER)
    ended = approvals.void(
        kind="tests.text", subject_id=request.subject_id, content_hash_now=OTHER, actor=author, now=NOW + minutes(9)
    )
    kept = approvals.void(kind="tests.text", subject_id=key, content_hash_now=OTHER, actor=author, now=NOW)
    assert (ended, kept) == (1, 0)
    assert (facts(request)["state"], facts(same)["state"]) == ("void", "open")
    assert approvals.approved([HASH], NOW + minutes(10)) == set()
    assert events(request)[-1] == "approval_voided"
    with pytest.raises(approvals.SubjectChanged):
        decide(request, counselor)


def test_the_second_reviewer_is_told_who_decided(author, counselor):
    request = ask(author)
    decide(request, counselor)
    other = person("counselor", email="second@pedralva.example")
    with pytest.raises(approvals.AlreadyDecided, match="Helena Prado") as told, translation.override("en"):
        decide(request, other, "refused", reason="No")
    assert told.value.by == counselor
    with translation.override("pt-br"), pytest.raises(approvals.AlreadyDecided, match="Helena Prado já aprovou"):
        decide(request, other)


def test_quorum_then_the_next_step_then_approval(author, counselor):
    request = ask(author, kind="tests.two_steps")
    second = person("counselor", email="second@pedralva.example")
    assert decide(request, counselor).state == "open"
    with pytest.raises(approvals.AlreadyDecided):
        decide(request, counselor)
    assert facts(request)["step"] == 0
    decide(request, second, now=NOW + minutes(10))
    after = facts(request)
    assert (after["step"], after["permission"], after["state"]) == (1, "village.view_auditentry", "open")
    assert after["due_at"] == NOW + minutes(10) + minutes(4 * 60)
    with pytest.raises(approvals.NotAReviewer):
        decide(request, counselor)
    boss = person("counselor", "administrator", email="boss@pedralva.example")
    assert decide(request, boss).state == "approved"
    assert events(request).count("approval_requested") == 2


def test_one_refusal_in_a_quorum_ends_it(author, counselor):
    request = ask(author, kind="tests.two_steps")
    decide(request, counselor)
    second = person("counselor", email="second@pedralva.example")
    assert decide(request, second, "refused", reason="No").state == "refused"


def test_a_lighter_path_can_be_asked_for(author, counselor):
    request = ask(author, kind="tests.two_steps", steps=(Step(hours=2),))
    assert request.due_at == NOW + minutes(120)
    assert decide(request, counselor).state == "approved"


def test_a_blocking_rule_stands_against_it_until_it_is_waived_with_a_reason(author, counselor):
    request = ask(author)
    STATE["rules"] = [subjects.rule(), subjects.rule("hours", "ask")]
    with pytest.raises(approvals.RuleStandsAgainst):
        decide(request, counselor)
    with pytest.raises(approvals.MissingReason):
        waive(request_id=request.pk, rule="claim", reviewer=counselor, reason=" ", now=NOW)
    with pytest.raises(approvals.SelfApproval):
        waive(request_id=request.pk, rule="claim", reviewer=author, reason="fine", now=NOW)
    with pytest.raises(approvals.RuleStandsAgainst):
        waive(request_id=request.pk, rule="hours", reviewer=counselor, reason="fine", now=NOW)
    assert ApprovalWaiver.objects.count() == 0
    waive(request_id=request.pk, rule="claim", reviewer=counselor, reason="Source seen", now=NOW)
    waive(request_id=request.pk, rule="claim", reviewer=counselor, reason="Again", now=NOW)
    assert ApprovalWaiver.objects.get().reason == "Source seen"
    assert decide(request, counselor).state == "approved"
    assert audited(request).count("approval.rule_waived") == 1


def test_an_approval_ends_with_its_time(author, counselor):
    request = ask(author)
    decide(request, counselor)
    end = facts(request)["expires_at"]
    assert approvals.approved([HASH], end - minutes(1)) == {HASH}
    assert approvals.approved([HASH], end) == set()
    assert voiding.expire(now=end) == 1
    assert voiding.expire(now=end) == 0
    assert facts(request)["state"] == "expired"
    assert ask(author, subject_id=request.subject_id, now=end).state == "open"


def test_only_the_author_withdraws_and_only_what_is_open(author, counselor):
    request = ask(author)
    with pytest.raises(ApprovalRequest.DoesNotExist):
        approvals.withdraw(request_id=request.pk, actor=counselor, now=NOW)
    approvals.withdraw(request_id=request.pk, actor=author, now=NOW)
    approvals.withdraw(request_id=request.pk, actor=author, now=NOW)
    assert facts(request)["state"] == "withdrawn"
    assert events(request).count("approval_voided") == 1
    with pytest.raises(approvals.AlreadyDecided):
        decide(request, counselor)


def test_an_overdue_request_escalates_once_per_step(author):
    request = ask(author)
    assert escalating.escalate(now=request.due_at - minutes(1)) == 0
    assert escalating.escalate(now=request.due_at) == 1
    assert escalating.escalate(now=request.due_at + minutes(1)) == 0
    assert events(request).count("approval_overdue") == 1


def test_a_comment_is_written_once_and_by_whoever_may_see_the_request(author, counselor):
    request = ask(author)
    for _ in range(2):
        comment(request_id=request.pk, author=counselor, text="Which year?", client_key="k", now=NOW)
    assert [row.text for row in request.comments.all()] == ["Which year?"]
    with pytest.raises(CommentRefused):
        comment(request_id=request.pk, author=author, text=" ", client_key="l", now=NOW)
    other = person("troubadour", email="other@pedralva.example")
    with pytest.raises(ApprovalRequest.DoesNotExist):
        comment(request_id=request.pk, author=other, text="Hm", client_key="m", now=NOW)


def test_what_is_approved_is_asked_with_one_query(author, counselor):
    hashes = [f"{number:064x}" for number in range(300)]
    for value in hashes[:3]:
        decided = ask(author, content_hash=value, kind="tests.two_steps", steps=(Step(),))
        decide(decided, counselor, seen_hash=value)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert approvals.approved(hashes, NOW + minutes(6)) == set(hashes[:3])
    assert len(queries) == 1


def together(*steps):
    """Run each step in a thread and a connection of its own; return what each answered or raised."""
    ready, results = threading.Barrier(len(steps)), [None] * len(steps)

    def run(place, step):
        try:
            ready.wait(timeout=10)
            results[place] = step()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_one_decides_and_the_other_is_told():
    author = person("troubadour", email="a@pedralva.example")
    reviewers = [person("counselor", email=f"{name}@pedralva.example") for name in ("b", "c")]
    for _ in range(5):
        request = ask(author)
        results = together(
            partial(decide, request, reviewers[0]), partial(decide, request, reviewers[1], "refused", reason="No")
        )
        refused = [result for result in results if isinstance(result, approvals.AlreadyDecided)]
        assert len(refused) == 1
        assert request.decisions.count() == 1
        assert refused[0].by == request.decisions.get().reviewer


@pytest.mark.django_db(transaction=True)
def test_an_edit_and_an_approval_at_once_never_leave_an_approval_of_the_old_text():
    author, reviewer = person("troubadour", email="a@pedralva.example"), person("counselor", email="b@pedralva.example")
    for _ in range(5):
        request = ask(author)
        results = together(
            partial(decide, request, reviewer),
            partial(
                approvals.void,
                kind="tests.text",
                subject_id=request.subject_id,
                content_hash_now=OTHER,
                actor=author,
                now=NOW,
            ),
        )
        assert results[1] == 1
        assert isinstance(results[0], ApprovalRequest | approvals.SubjectChanged)
        assert facts(request)["state"] == "void"
        assert approvals.approved([HASH], NOW + minutes(6)) == set()


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_make_one_request():
    author, key = person("troubadour", email="a@pedralva.example"), new_key()
    first, second = together(lambda: ask(author, subject_id=key), lambda: ask(author, subject_id=key))
    assert first == second
    assert relay.decode(OutboxEvent.objects.get()).request_id == first.pk
