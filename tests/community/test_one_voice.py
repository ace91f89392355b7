"""One person, one voice: votes are counted by person, also after a merge and after it was undone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from community.actions import voices
from community.actions.recount_votes import recount_votes
from community.actions.refusals import OwnPost
from community.models import Member, Post, Topic, Vote
from engagement.events.relay import run_pending
from engagement.profiles.actions import merge, undo_merge
from tests.community.makers import NOW, browser_of, make_answer, make_member, make_topic
from tests.factories import make_user


def votes_of(thing: Topic | Post) -> int:
    return int(type(thing).objects.values_list("vote_count", flat=True).get(pk=thing.pk))


def merge_members(kept: Member, merged: Member):
    made = merge.merge(kept_id=kept.profile_id, merged_id=merged.profile_id, actor=make_user(), now=timezone.now())
    run_pending(limit=500)
    return made


def vote(thing: Topic | Post, member: Member, *, wanted: bool = True) -> int:
    if isinstance(thing, Topic):
        return voices.vote_topic(topic=thing, member=member, wanted=wanted, now=NOW)
    return voices.vote_post(post=thing, member=member, wanted=wanted, now=NOW)


@pytest.fixture(params=["topic", "post"])
def thing(request, db):
    topic = make_topic(kind="idea")
    return topic if request.param == "topic" else make_answer(topic)


def test_two_votes_of_one_person_are_one_after_the_merge_and_two_after_it_was_undone(thing):
    first, second, other = make_member(), make_member(), make_member()
    for member in (first, second, other):
        vote(thing, member)
    assert votes_of(thing) == 3
    made = merge_members(first, second)
    assert votes_of(thing) == 2
    undo_merge.undo(merge_id=made.pk, actor=make_user(), now=timezone.now())
    run_pending(limit=500)
    assert votes_of(thing) == 3
    assert Vote.objects.count() == 3


def test_who_was_merged_has_one_voice_for_new_things(thing):
    first, second = make_member(), make_member()
    merge_members(first, second)
    assert [vote(thing, first), vote(thing, second)] == [1, 1]
    assert vote(thing, second, wanted=False) == 0
    assert not Vote.objects.exists()


def test_nobody_votes_for_their_own_as_another_member(db):
    author, other = make_member(), make_member()
    topic = make_topic(member=author, kind="idea")
    post = make_answer(topic, author)
    for one in (topic, post):
        vote(one, other)
    merge_members(author, other)
    assert (votes_of(topic), votes_of(post)) == (0, 0)
    for one in (topic, post):
        with pytest.raises(OwnPost):
            vote(one, other)
    browser = browser_of(other)
    browser.post(f"/community/topics/{topic.pk}/vote/", {"wanted": "yes"})
    assert browser.post(f"/community/posts/{post.pk}/vote/", {"wanted": "yes"}).status_code == 409
    page = browser.get(topic.get_absolute_url()).content.decode()
    assert f"/community/topics/{topic.pk}/vote/" not in page
    assert f"/community/posts/{post.pk}/vote/" not in page
    assert (votes_of(topic), votes_of(post)) == (0, 0)


def test_the_button_shows_the_voice_of_the_person(db):
    topic, first, second = make_topic(kind="idea"), make_member(), make_member()
    vote(topic, first)
    merge_members(first, second)
    page = browser_of(second).get(topic.get_absolute_url()).content.decode()
    form = page.split(f'action="/community/topics/{topic.pk}/vote/"')[1].split("</form>")[0]
    assert 'aria-pressed="true"' in form


def test_recounting_changes_nothing_that_is_right(thing):
    first, second = make_member(), make_member()
    vote(thing, first)
    merge_members(first, second)
    assert recount_votes(profiles=[first.profile_id, second.profile_id]) == 0
    assert votes_of(thing) == 1


@pytest.mark.django_db(transaction=True)
def test_one_person_with_four_memberships_at_once_is_one_vote():
    topic, members = make_topic(kind="idea"), [make_member() for _ in range(4)]
    for member in members[1:]:
        member.profile.canonical = members[0].profile
        member.profile.save(update_fields=["canonical"])

    def work(number: int) -> None:
        try:
            vote(topic, members[number % 4], wanted=number % 5 != 0)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(64)))
    assert votes_of(topic) == min(1, Vote.objects.filter(topic=topic).count())
    assert Vote.objects.filter(topic=topic).count() <= 1


def test_counts_are_exact_for_many_votes(db):
    topics = [make_topic(kind="idea") for _ in range(3)]
    members = [make_member() for _ in range(6)]
    for topic in topics:
        for member in members:
            vote(topic, member)
    merge_members(members[0], members[1])
    merge_members(members[0], members[2])
    assert [votes_of(topic) for topic in topics] == [4, 4, 4]
