"""Asking for approval: of exactly these words, by whoever wrote them, decided by somebody else."""

from datetime import timedelta

import pytest

from collaboration.approvals import SelfApproval, SubjectChanged, approved, decide
from collaboration.approvals.kinds import kind_of, rules_of
from collaboration.models import ApprovalRequest
from content.actions.drafting import write_draft
from content.actions.errors import Incomplete, NotTheAuthor
from content.actions.saving import restore, save
from content.actions.submitting import submit, take_back
from content.approval import KIND
from content.models import Revision, Template
from content.selectors.approved import revision_of
from content.selectors.states import state_of
from content.words import FIELDS
from engagement.village.models import User
from tests.factories import LAYOUT, NOW, make_template

pytestmark = pytest.mark.django_db


def write(template: Template, author: User, **fields: str) -> None:
    draft = template.drafts.get(locale="en")
    words = {field: getattr(draft, field) for field in FIELDS} | fields
    write_draft(template=template, locale="en", fields=words, version=draft.version, author=author, now=NOW)


def ask(template: Template, author: User) -> ApprovalRequest:
    return submit(template=template, author=author, comment="Please", now=NOW)


def say(request: ApprovalRequest, reviewer: User, verdict: str = "approved", reason: str = "") -> ApprovalRequest:
    return decide(
        request_id=request.pk,
        reviewer=reviewer,
        verdict=verdict,
        reason=reason,
        seen_hash=request.content_hash,
        now=NOW + timedelta(hours=1),
    )


def test_a_submission_saves_and_asks_about_the_hash_of_that_revision(otavio):
    template = make_template(otavio)
    request = ask(template, otavio)
    revision = Revision.objects.get()
    assert (request.kind, request.subject_id, request.content_hash) == (KIND, template.pk, revision.content_hash)
    assert state_of(template) == "awaits"
    assert ask(template, otavio) == request


def test_an_approved_revision_is_the_one_that_may_be_sent(otavio, helena):
    template = make_template(otavio)
    request = ask(template, otavio)
    assert revision_of(template.pk, NOW) is None
    say(request, helena)
    assert revision_of(template.pk, NOW) == Revision.objects.get()
    assert state_of(template) == "approved"


def test_the_author_cannot_approve(otavio):
    otavio.groups.add(*User.objects.get(pk=otavio.pk).groups.all())
    request = ask(make_template(otavio), otavio)
    with pytest.raises(SelfApproval):
        say(request, otavio)
    assert approved([request.content_hash], NOW) == set()


def test_a_colleague_cannot_ask_for_the_author_who_could_then_approve(otavio, lia):
    template = make_template(otavio)
    save(template=template, author=otavio, now=NOW)
    with pytest.raises(NotTheAuthor, match="Otávio"):
        ask(template, lia)
    assert not ApprovalRequest.objects.exists()


def test_an_edit_voids_an_approval(otavio, helena):
    template = make_template(otavio)
    say(ask(template, otavio), helena)
    write(template, otavio, subject="Summer")
    assert revision_of(template.pk, NOW) is not None  # a draft is no edit of what is sent
    save(template=template, author=otavio, now=NOW)
    assert revision_of(template.pk, NOW) is None
    assert state_of(template) == "draft"


def test_an_edit_during_the_review_is_not_approved_by_who_read_the_old_words(otavio, helena):
    template = make_template(otavio)
    request = ask(template, otavio)
    write(template, otavio, subject="Summer")
    save(template=template, author=otavio, now=NOW)
    with pytest.raises(SubjectChanged):
        say(request, helena)
    assert approved(list(Revision.objects.values_list("content_hash", flat=True)), NOW) == set()


def test_words_that_come_back_need_a_new_decision(otavio, helena):
    template = make_template(otavio)
    say(ask(template, otavio), helena)
    first = template.revisions.get()
    write(template, otavio, subject="Summer")
    restore(revision=first, author=otavio, now=NOW)
    assert revision_of(template.pk, NOW) is None


def test_the_question_can_be_taken_back(otavio):
    template = make_template(otavio)
    ask(template, otavio)
    take_back(template=template, author=otavio, now=NOW)
    assert state_of(template) == "draft"
    assert take_back(template=make_template(otavio), author=otavio, now=NOW) is None


def test_a_refusal_is_seen_and_the_next_revision_is_a_draft_again(otavio, helena):
    template = make_template(otavio)
    say(ask(template, otavio), helena, "refused", "No year in the date")
    assert state_of(template) == "refused"
    write(template, otavio, subject="Spring 2027")
    save(template=template, author=otavio, now=NOW)
    assert state_of(template) == "draft"


@pytest.mark.parametrize(
    ("fields", "words", "said"),
    [
        ({"channel": None}, {}, "from where"),
        ({}, {"subject": ""}, "subject is missing"),
        ({"kind": "sms", "purpose": "marketing"}, {"text": "Spring!"}, "how to stop"),
    ],
)
def test_what_is_incomplete_is_not_asked_about(otavio, fields, words, said):
    template = make_template(otavio, **fields)
    write(template, otavio, **words)
    with pytest.raises(Incomplete, match=said):
        ask(template, otavio)
    assert not ApprovalRequest.objects.exists()


def test_marketing_mail_needs_the_organisations_address(otavio, settings):
    settings.ORGANISATION_POSTAL_ADDRESS = ""
    with pytest.raises(Incomplete, match="ORGANISATION_POSTAL_ADDRESS"):
        ask(make_template(otavio, purpose="marketing"), otavio)


# What the reviewer is shown


def rules(request: ApprovalRequest) -> dict[str, str]:
    return {rule.code: rule.state for rule in rules_of(request)}


def test_rules_that_the_words_touch(otavio):
    words = (
        "O melhor serviço do Brasil, e grátis. Last chance! {{ city | default: 'x' }}"
        '<img src="https://pedralva.example/a.png" />'
    )
    request = ask(make_template(otavio, purpose="marketing", words=words), otavio)
    assert rules(request) == {
        "superlative": "stop",
        "image-alt": "stop",
        "free-offer.en": "ask",
        "urgency": "ask",
        "way-out": "ok",
        "postal-address": "ok",
        "personal-data": "ok",
    }


def test_plain_service_words_touch_nothing(otavio):
    assert rules(ask(make_template(otavio, words="Your bike is ready"), otavio)) == {}


def test_a_text_message_is_told_when_it_leaves(otavio):
    template = make_template(otavio, kind="sms", purpose="marketing", words="Free until Friday. Reply STOP to leave")
    assert rules(ask(template, otavio)) == {"way-out": "ok", "quiet-hours": "ok", "free-offer.en": "ok"}


def test_the_panel_compares_with_what_was_approved_last_and_marks_the_rules(otavio, helena):
    template = make_template(otavio, words="The first service is 20% off")
    say(ask(template, otavio), helena)
    write(
        template,
        otavio,
        mjml=LAYOUT.format(words='<a href="https://pedralva.example/s">The best service in Brazil</a>'),
    )
    panel = kind_of(KIND).panel_context(ask(template, otavio), helena)
    assert panel["before"].number == 1
    assert panel["links"] == [{"name": "English", "came": ["https://pedralva.example/s"], "went": []}]
    [message] = [shown["runs"] for shown in panel["locales"][0]["passages"] if shown["passage"].field == "message"]
    assert {run["what"] for run in message} >= {"ins", "del"}
    marked = [piece for run in message for piece in run["pieces"] if piece.mark]
    assert "".join(piece.text for piece in marked) == "The best service in Brazil"
    assert [piece.ends for piece in marked] == [False] * (len(marked) - 1) + [True]


def test_describing_many_takes_as_many_queries_as_describing_one(otavio, django_assert_num_queries):
    templates = [make_template(otavio) for _time in range(4)]
    for template in templates:
        save(template=template, author=otavio, now=NOW)
    for ids in ([templates[0].pk], [template.pk for template in templates]):
        with django_assert_num_queries(3):
            assert len(kind_of(KIND).describe(ids)) == len(ids)
