"""What the community shows in other places: trust, timeline, panel, home page, the operating model."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from community import checks, home, timeline
from community.actions import moderate, trust, voices
from community.models import Member, Removal, Review
from engagement.events.relay import run_pending
from engagement.profiles.timeline import SAID_ABOUT_US, SAID_TO_US, WE_SAID, Asked, Place
from tests.community.makers import NOW, held_post, make_answer, make_member, make_space, make_topic, moderator, seen_of
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


# Trust


def level(member: Member, **facts: object) -> int:
    Member.objects.filter(pk=member.pk).update(**facts)
    trust.recalculate(members=[member.pk], now=NOW)
    member.refresh_from_db()
    return member.level


def test_trust_grows_with_what_a_member_does():
    member, topic = make_member(level=0), make_topic()
    assert level(member, days_visited=10) == 0
    posts = [make_answer(topic, member, now=NOW + timedelta(hours=n)) for n in range(5)]
    assert level(member, days_visited=2) == 1
    for post in posts[:3]:
        voices.vote_post(post=post, member=make_member(), wanted=True, now=NOW)
    assert level(member, days_visited=5) == 2


def test_removals_cost_trust_until_they_are_undone():
    member, topic = make_member(), make_topic()
    pilar = moderator(topic.space)
    posts = [make_answer(topic, member, now=NOW + timedelta(hours=n)) for n in range(4)]
    for post in posts[:3]:
        review = moderate.pick(post=post, actor=pilar, now=NOW)
        moderate.hide(review_id=review.pk, seen=seen_of(review), actor=pilar, reason="spam", text="Spam.", now=NOW)
    assert level(member, days_visited=9) == 0
    Removal.objects.filter(post=posts[0]).update(undone_at=NOW)
    assert level(member, days_visited=9) == 1


def test_a_volunteer_has_the_highest_trust():
    member, space = make_member(level=0), make_space()
    space.volunteers.add(member)
    assert level(member) == 4


def test_an_accepted_answer_is_looked_at_by_itself():
    topic = make_topic()
    post = make_answer(topic)
    voices.accept(post=post, wanted=True, member=topic.author, now=NOW)
    run_pending(limit=500)
    assert Member.objects.get(pk=post.member_id).levelled_at == NOW


# The timeline


def asked(member: Member, **facts: object) -> Asked:
    return Asked(profiles=[member.profile_id], reader=person("agent"), **facts)


def test_the_timeline_has_what_they_said_and_what_we_answered():
    member = make_member()
    topic = make_topic(member=member, title="Why does it creak?")
    make_answer(topic, staff=person("merchant", name="Tereza Lobato"), now=NOW + timedelta(hours=1))
    make_answer(make_topic(), member, now=NOW + timedelta(hours=2))
    with override("en"):
        moments = timeline.read(asked(member))
    assert [moment.direction for moment in moments] == [SAID_ABOUT_US, WE_SAID, SAID_ABOUT_US]
    assert moments[-1].title == "Asked: Why does it creak?"
    assert moments[1].person == "Tereza Lobato"
    assert all(moment.url.startswith("/community/posts/") for moment in moments)


def test_the_timeline_keeps_to_its_filters(django_assert_num_queries):
    member = make_member()
    topic = make_topic(member=member)
    make_answer(topic, staff=person("merchant"), now=NOW + timedelta(hours=1))
    question = asked(member, direction=SAID_ABOUT_US)
    with django_assert_num_queries(2):
        (only,) = timeline.read(question)
    reader = question.reader
    profiles = [member.profile_id]
    assert timeline.read(Asked(profiles=profiles, reader=reader, direction=SAID_TO_US)) == []
    assert timeline.read(Asked(profiles=profiles, reader=reader, channel="email")) == []
    assert timeline.read(Asked(profiles=profiles, reader=reader, purpose="marketing")) == []
    before = Place(at=only.at, key=only.key)
    assert timeline.read(Asked(profiles=profiles, reader=reader, before=before)) == []


def test_a_profile_says_who_they_are_in_the_community():
    member = make_member("ana.serra", level=3)
    page = client_of(person("agent")).get(f"/people/{member.profile_id}/").content.decode()
    assert "@ana.serra" in page


# The home page


def test_a_moderator_lands_on_what_waits():
    space = make_space()
    pilar = moderator(space)
    held_post(make_topic(space, title="A very old question", now=NOW - timedelta(days=5)))
    make_topic(space, title="A lonely old question", now=NOW - timedelta(days=4))
    waiting, alone, _week = home.sections(pilar, NOW)
    assert [item.what for item in waiting.items] == ["A very old question"]
    assert "A lonely old question" in [item.what for item in alone.items]
    page = client_of(pilar).get("/").content.decode()
    assert "A lonely old question" in page


# The operating model


ITEMS = [
    checks.spaces_are_looked_after,
    checks.review_is_in_time,
    checks.removals_can_be_appealed,
    checks.nobody_judges_their_own,
    checks.posts_are_scored_at_once,
    checks.questions_get_an_answer,
    checks.answers_are_accepted,
    checks.trust_is_fresh,
    checks.risks_reach_the_inbox,
    checks.voters_are_told,
]


@pytest.mark.parametrize("measure", ITEMS)
def test_an_empty_community_proves_nothing(measure):
    found = measure(NOW)
    assert (found.figure, found.rows, found.evidence) == (None, 0, ())


def test_each_cell_has_at_least_two_items():
    from engagement.operations.checklist import registered

    cells = [item.aspect for item in registered() if item.area == "community"]
    assert {aspect: cells.count(aspect) >= 2 for aspect in ("govern", "analyse", "automate")} == dict.fromkeys(
        ("govern", "analyse", "automate"), True
    )


def test_the_items_see_what_is_wrong_and_where():
    space = make_space()  # without rules, moderator, deputy
    assert checks.spaces_are_looked_after(NOW).figure == 0
    topic = make_topic(space, now=NOW - timedelta(days=3))
    found = checks.questions_get_an_answer(NOW)
    assert (found.figure, found.evidence[0].url) == (100, topic.get_absolute_url())
    _post, review = held_post(topic, now=NOW - timedelta(days=2))
    assert checks.review_is_in_time(NOW).figure == 0
    pilar = moderator(space)
    removal = moderate.hide(
        review_id=review.pk, seen=seen_of(review), actor=pilar, reason="spam", text="Spam.", now=NOW
    )
    assert checks.removals_can_be_appealed(NOW).figure == 0
    run_pending(limit=500)
    assert checks.removals_can_be_appealed(NOW).figure == 100
    assert checks.nobody_judges_their_own(NOW).figure == 0
    assert checks.posts_are_scored_at_once(NOW).figure == 0
    Member.objects.update(joined_at=NOW - timedelta(days=9), levelled_at=None)
    assert checks.trust_is_fresh(NOW).figure == 0
    trust.recalculate(now=NOW)
    assert checks.trust_is_fresh(NOW).figure == 100
    assert removal.post.reviews.get() == Review.objects.get()


def test_accepted_answers_and_told_voters_are_counted():
    topic = make_topic(now=NOW - timedelta(days=1))
    post = make_answer(topic)
    assert checks.answers_are_accepted(NOW).figure == 0
    voices.accept(post=post, wanted=True, member=topic.author, now=NOW)
    assert checks.answers_are_accepted(NOW).figure == 100
    idea = make_topic(kind="idea")
    voices.change_idea(topic=idea, status="planned", note="", actor=moderator(idea.space), now=NOW)
    assert checks.voters_are_told(NOW).figure == 0
    run_pending(limit=500)
    assert checks.voters_are_told(NOW).figure == 100
