"""Votes are counted exactly, however many vote at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from community.actions import voices
from community.models import Topic, Vote
from tests.community.makers import NOW, browser_of, make_answer, make_member, make_topic

THREADS = 32


def at_once(work, numbers) -> list:
    def one(number):
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, numbers))


@pytest.mark.django_db(transaction=True)
def test_thirty_two_members_at_once_are_thirty_two_votes():
    topic = make_topic(kind="idea")
    members = [make_member() for _ in range(THREADS)]
    at_once(lambda n: voices.vote_topic(topic=topic, member=members[n], wanted=True, now=NOW), range(THREADS))
    topic.refresh_from_db()
    assert topic.vote_count == THREADS == Vote.objects.filter(topic=topic).count()


@pytest.mark.django_db(transaction=True)
def test_one_member_in_thirty_two_threads_has_one_vote():
    topic, member = make_topic(kind="idea"), make_member()
    post = make_answer(topic)
    at_once(lambda _n: voices.vote_topic(topic=topic, member=member, wanted=True, now=NOW), range(THREADS))
    at_once(lambda _n: voices.vote_post(post=post, member=member, wanted=True, now=NOW), range(THREADS))
    topic.refresh_from_db()
    post.refresh_from_db()
    assert (topic.vote_count, post.vote_count) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_giving_and_taking_back_at_once_leaves_the_count_exact():
    topic, members = make_topic(kind="idea"), [make_member() for _ in range(8)]

    def work(number: int) -> None:
        voices.vote_topic(topic=topic, member=members[number % 8], wanted=number % 3 != 0, now=NOW)

    at_once(work, range(64))
    topic.refresh_from_db()
    assert topic.vote_count == Vote.objects.filter(topic=topic).count()


@pytest.mark.django_db
def test_a_vote_is_given_and_taken_back_by_the_button():
    topic, browser = make_topic(), browser_of(make_member())
    for wanted, count in (("yes", 1), ("yes", 1), ("no", 0), ("no", 0)):
        browser.post(f"/community/topics/{topic.pk}/vote/", {"wanted": wanted})
        assert Topic.objects.get().vote_count == count
    assert browser.post(f"/community/topics/{topic.pk}/vote/", {"wanted": "perhaps"}).status_code == 400


@pytest.mark.django_db
def test_a_fragment_has_the_new_count():
    topic, browser = make_topic(), browser_of(make_member())
    answer = browser.post(f"/community/topics/{topic.pk}/vote/", {"wanted": "yes"}, headers={"hx-request": "true"})
    assert 'aria-pressed="true"' in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.django_db
def test_nobody_votes_for_their_own():
    member = make_member()
    topic = make_topic(member=member)
    post = make_answer(topic, member)
    browser = browser_of(member)
    browser.post(f"/community/topics/{topic.pk}/vote/", {"wanted": "yes"})
    assert browser.post(f"/community/posts/{post.pk}/vote/", {"wanted": "yes"}).status_code == 409
    assert not Vote.objects.exists()
