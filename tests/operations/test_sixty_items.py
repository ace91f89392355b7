"""The sixty items of the operating model: each is registered where the model puts it, and says why it cannot judge."""

from collections import Counter

import pytest
from django.utils import timezone, translation

from engagement.operations import checklist
from engagement.operations.actions.count import count
from engagement.operations.models import Answer
from engagement.operations.prerequisites import PREREQUISITES, describe_missing
from engagement.operations.selectors.matrix import matrix
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db

# The model, cell by cell, as it is written: what each sentence asks, and the item that answers it.
MODEL = {
    ("conversation", "govern"): (
        ("every open conversation has an owner or a queue", "conversation.somebody-answers-for-it"),
        ("every active channel has a service level and business hours", "conversation.channels-promise-an-answer"),
        ("no outbound message without consent or a legal basis", "conversation.legal-basis"),
        ("every read of a sensitive field is audited", "conversation.sensitive-reads-audited"),
    ),
    ("conversation", "analyse"): (
        ("at least 95 % of inbound has language, topic and sentiment", "conversation.classified"),
        ("median first response under target, 30 days", "conversation.first-answer"),
        ("reopen rate under target", "conversation.reopened"),
        ("CSAT answered on at least N % of resolved", "conversation.satisfaction"),
    ),
    ("conversation", "automate"): (
        ("at least 80 % routed with no manual reassignment", "conversation.routed-by-themselves"),
        ("the service-level alert fires before the breach", "conversation.alert-before-breach"),
        ("duplicate identities are proposed for merge within 24 h", "conversation.duplicates-proposed"),
        ("every bot has a human exit that was used in 30 days", "conversation.bots-hand-over"),
    ),
    ("community", "govern"): (
        ("every space has rules, a moderator and a deputy", "community.spaces_are_looked_after"),
        ("nothing in review is older than target", "community.review_is_in_time"),
        ("every removal has reason, actor and a way to appeal", "community.removals_can_be_appealed"),
        ("nobody approves their own flagged content", "community.nobody_judges_their_own"),
    ),
    ("community", "analyse"): (
        ("new comments are scored within N minutes (p95)", "community.posts_are_scored_at_once"),
        ("questions unanswered over 48 h below target", "community.questions_get_an_answer"),
        ("accepted-answer rate above target", "community.answers_are_accepted"),
        ("flag agreement per moderator", "community.flag_agreement"),
    ),
    ("community", "automate"): (
        ("trust levels recalculated in 24 h", "community.trust_is_fresh"),
        ("high-risk comments become conversations within target", "community.risks_reach_the_inbox"),
        ("a changed idea notifies those who voted", "community.voters_are_told"),
        ("spam false positives sampled monthly", "community.spam_samples"),
    ),
    ("collaboration", "govern"): (
        ("all eleven departments have an owner or a waiver", "collaboration.departments-have-people"),
        ("every village role is filled, with a deputy", "collaboration.roles-have-a-deputy"),
        ("every task has an assignee and a due date", "collaboration.tasks-are-whole"),
        ("leavers lose access within 24 h", "collaboration.leavers-lose-access"),
    ),
    ("collaboration", "analyse"): (
        ("handoff acceptance time under target", "collaboration.handoffs-are-answered"),
        ("a customer touched by three or more departments has a coordinator", "collaboration.one-coordinator"),
        ("bounced handoffs below target", "collaboration.handoffs-stay"),
        ("workload imbalance below target", "collaboration.work-is-shared"),
    ),
    ("collaboration", "automate"): (
        ("finance, legal and HR topics route by themselves", "collaboration.back-office-routing"),
        ("overdue approvals escalate", "collaboration.overdue-approvals-escalate"),
        ("a handoff carries summary and 360 link", "collaboration.handoffs-carry-the-story"),
        ("every connection synced within its freshness target", "collaboration.connections-fresh"),
    ),
    ("campaign", "govern"): (
        ("each campaign has objective, owner, budget and end", "campaign.complete"),
        ("nothing sent without approval of the exact revision", "campaign.approved"),
        ("frequency cap enforced across channels", "campaign.capped"),
        ("suppressions honoured in 100 % of sends", "campaign.consent"),
    ),
    ("campaign", "analyse"): (
        ("each campaign has a control group or a recorded exception", "campaign.compared"),
        ("conversions attributed with a declared model", "campaign.conversions"),
        ("unsubscribe and complaint rates under limits", "campaign.unsubscribed"),
        ("segment size and drift recorded at send", "campaign.size"),
    ),
    ("campaign", "automate"): (
        ("failover channel configured and exercised", "campaign.failover"),
        ("a campaign pauses on a spike of complaints", "campaign.complaint-pauses"),
        ("open deals and open complaints excluded by themselves", "campaign.deals"),
        ("replies open conversations linked to the campaign", "campaign.answers"),
    ),
    ("content", "govern"): (
        ("every published item has an owner and an approved revision", "content.owned_and_approved"),
        ("no live use of expired or unlicensed assets", "content.licensed_assets"),
        ("required legal reviews precede publication", "content.reviewed_before_sending"),
        ("images have alternative text", "content.image_words"),
    ),
    ("content", "analyse"): (
        ("every published item has performance data", "content.performance"),
        ("assets unused for 180 days are reviewed", "content.used_or_reviewed"),
        ("template use, edit rate and CSAT computed", "content.template_statistics"),
        ("locale coverage above target", "content.locale_coverage"),
    ),
    ("content", "automate"): (
        ("renditions exist for each channel", "content.renditions"),
        ("expiry warnings at 30, 7 and 1 days", "content.expiry_warnings"),
        ("every scheduled post reaches a final or unconfirmed state", "content.scheduled_posts"),
        ("locales are marked stale when their source changes", "content.stale_translations"),
    ),
}


def test_each_of_the_sixty_stands_in_its_cell_and_nothing_else_counts():
    registered = {(one.name, one.area, one.aspect) for one in checklist.registered() if not one.is_additional}
    wanted = {(name, *cell) for cell, asked in MODEL.items() for _sentence, name in asked}
    assert len(wanted) == 60
    assert registered == wanted


def test_each_cell_has_four():
    cells = Counter((one.area, one.aspect) for one in checklist.registered() if not one.is_additional)
    assert set(cells.values()) == {4}
    assert set(cells) == set(MODEL)


def test_what_is_asked_beside_the_model_counts_in_no_total():
    found = matrix(now=timezone.now())
    assert found.items == 60
    assert {line.item.name for line in found.additional} == {
        "conversation.read-at-once",
        "conversation.failures-are-settled",
        "conversation.language-known",
        "collaboration.roles-are-filled",
        "collaboration.overdue-tasks-escalate",
    }


@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_what_cannot_be_measured_yet_names_what_is_missing(language):
    waiting = [one for one in checklist.registered() if one.needs]
    answers = {answer.item: answer for answer in count(now=timezone.now(), items=waiting)}
    assert {one.needs for one in waiting} == set(PREREQUISITES)
    with translation.override(language):
        sentences = {one.name: describe_missing(one, answers[one.name]) for one in waiting}
    assert {answer.outcome for answer in answers.values()} == {"insufficient"}
    assert all(len(sentence) > 30 for sentence in sentences.values())


def test_the_page_of_an_area_says_what_is_missing_and_sets_the_additional_apart():
    rui = person("architect", email="rui@pedralva.example")
    count(now=timezone.now())
    page = client_of(rui).get("/operations/content/")
    text = page.content.decode()
    assert str(PREREQUISITES["asset_library"]) in text
    assert "Additional checks" not in text  # content has none


def test_too_few_rows_are_counted_out_for_the_reader():
    one = next(item for item in checklist.registered() if item.name == "conversation.reopened")
    answer = Answer(item=one.name, rows=3, outcome="insufficient", threshold=6, at=timezone.now())
    assert describe_missing(one, answer) == "Too little to judge: 3 of at least 5."
    answer.error = "QueryCanceled"
    assert describe_missing(one, answer).startswith("It could not be measured")
    assert describe_missing(one, None) == "It was never counted yet."
