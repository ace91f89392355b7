"""Asking, answering, changing, taking back: through the pages, as members do."""

import pytest
from django.test import Client

from community.actions import topics, voices
from community.actions.refusals import KindNotAllowed, Silenced, TopicClosed
from community.models import Post, PostVersion, Review, Topic, Watch
from engagement.events.models import OutboxEvent
from tests.community.makers import (
    NOW,
    browser_of,
    held_post,
    key,
    make_answer,
    make_member,
    make_space,
    make_topic,
)

pytestmark = pytest.mark.django_db


def published(name: str) -> int:
    return OutboxEvent.objects.filter(name=name).count()


def test_a_member_asks_and_everybody_reads_it():
    space, member = make_space("workshop"), make_member("ana")
    facts = {
        "space": space.pk,
        "kind": "question",
        "title": "Clicks after the rain",
        "text": "It **clicks**.",
        "client_key": key(),
    }
    answer = browser_of(member).post("/community/ask/", facts)
    assert answer["Location"] == "/community/workshop/clicks-after-the-rain/"
    page = Client().get(answer["Location"])
    assert page.status_code == 200
    assert b"<strong>clicks</strong>" in page.content
    assert b'rel="canonical" href="http://localhost:8000/community/workshop/clicks-after-the-rain/"' in page.content
    topic = Topic.objects.get()
    assert (topic.state, topic.author, Watch.objects.get().member) == ("open", member, member)
    assert published("community.topic_opened") == published("community.post_published") == 1


def test_sending_the_form_twice_asks_once():
    space, member = make_space(), make_member()
    facts = {
        "space": space.pk,
        "kind": "question",
        "title": "Clicks after the rain",
        "text": "It clicks.",
        "client_key": key(),
    }
    browser = browser_of(member)
    assert browser.post("/community/ask/", facts)["Location"] == browser.post("/community/ask/", facts)["Location"]
    assert Topic.objects.count() == 1


def test_two_topics_of_one_title_have_two_addresses():
    space = make_space("workshop")
    first, second = (make_topic(space, title="The same title") for _ in range(2))
    assert (first.slug, second.slug) == ("the-same-title", "the-same-title-2")


def test_a_title_without_latin_letters_still_has_an_address():
    topic = make_topic(title="後輪から音がする")
    assert Client().get(topic.get_absolute_url()).status_code == 200


def test_a_kind_that_the_space_is_not_for_is_refused():
    space = make_space(kinds=["question"])
    with pytest.raises(KindNotAllowed):
        make_topic(space, kind="idea")
    answer = browser_of(make_member()).post(
        "/community/ask/", {"space": space.pk, "kind": "idea", "title": "A longer title", "text": "Please."}
    )
    assert answer.status_code == 422
    assert not Topic.objects.exists()


def test_an_invalid_question_is_422_with_what_was_written():
    answer = browser_of(make_member()).post(
        "/community/ask/", {"kind": "question", "title": "short", "text": "kept words"}
    )
    assert answer.status_code == 422
    assert b"kept words" in answer.content
    assert b'aria-invalid="true"' in answer.content


def test_an_answer_is_counted_and_told():
    topic = make_topic()
    answer = browser_of(make_member()).post(
        f"/community/topics/{topic.pk}/answers/", {"text": "Grease it.", "client_key": key()}
    )
    post = Post.objects.get(kind="answer")
    assert answer["Location"] == f"/community/posts/{post.pk}/"
    topic.refresh_from_db()
    assert topic.answer_count == 1
    assert Client().get(answer["Location"])["Location"] == f"{topic.get_absolute_url()}#post-{post.pk}"


def test_an_answer_to_a_closed_topic_is_refused_with_the_words_kept():
    topic = make_topic()
    topics.set_closed(topic=topic, closed=True, actor=make_staff(), now=NOW)
    with pytest.raises(TopicClosed):
        make_answer(topic)
    answer = browser_of(make_member()).post(f"/community/topics/{topic.pk}/answers/", {"text": "Grease it."})
    assert answer.status_code == 422
    assert Post.objects.filter(kind="answer").count() == 0


def make_staff():
    from tests.community.makers import moderator

    return moderator()


def test_a_silenced_member_reads_and_votes_and_writes_nothing():
    from datetime import timedelta

    from django.utils import timezone

    topic, member = make_topic(), make_member()
    member.silenced_until, member.silenced_reason = timezone.now() + timedelta(days=1), "Cool down."
    member.save()
    browser = browser_of(member)
    assert b"Cool down." in browser.get(topic.get_absolute_url()).content
    assert browser.post(f"/community/topics/{topic.pk}/answers/", {"text": "But I must."}).status_code == 422
    with pytest.raises(Silenced):
        make_answer(topic, member, now=timezone.now())
    browser.post(f"/community/topics/{topic.pk}/vote/", {"wanted": "yes"})
    topic.refresh_from_db()
    assert (topic.vote_count, topic.answer_count) == (1, 0)


def test_a_changed_post_keeps_what_it_said():
    topic, member = make_topic(), make_member()
    post = make_answer(topic, member, source="Before")
    answer = browser_of(member).post(f"/community/posts/{post.pk}/edit/", {"text": "After"})
    assert answer.status_code == 302
    post.refresh_from_db()
    assert (post.text, post.edit_count) == ("After", 1)
    assert PostVersion.objects.get().source == "Before"


def test_a_change_that_the_rules_object_to_takes_the_post_out_of_sight():
    topic, member = make_topic(), make_member(level=0)
    post = make_answer(topic, member, source="Harmless")
    topics.edit(post=post, member=member, source="Now with https://cheap.example/x", now=NOW)
    post.refresh_from_db()
    topic.refresh_from_db()
    assert (post.state, topic.answer_count) == ("held", 0)
    assert Review.objects.get().post == post


def test_nobody_changes_what_another_wrote():
    post = make_answer(make_topic())
    answer = browser_of(make_member()).post(f"/community/posts/{post.pk}/edit/", {"text": "Mine now"})
    assert answer.status_code == 302
    post.refresh_from_db()
    assert post.edit_count == 0


def test_a_held_post_is_seen_by_its_author_only():
    topic, member = make_topic(), make_member("rui", level=0)
    post, _review = held_post(topic, member)
    assert b"cheap.example" not in Client().get(topic.get_absolute_url()).content
    own = browser_of(member).get(topic.get_absolute_url()).content
    assert b"Only you see this for now." in own
    assert b"cheap.example" in own
    assert Client().get(f"/community/posts/{post.pk}/").status_code == 404
    why = browser_of(member).get(f"/community/posts/{post.pk}/why/").content.decode()
    assert "It has a link to another site." in why
    assert browser_of(make_member()).get(f"/community/posts/{post.pk}/why/").status_code == 404


def test_the_author_takes_the_link_out_and_a_person_still_reads_it_first():
    topic, member = make_topic(), make_member(level=0)
    post, review = held_post(topic, member, source="Use [this grease](https://cheap.example/x).")
    assert browser_of(member).post(f"/community/posts/{post.pk}/links/").status_code == 302
    for row in (post, review, topic):
        row.refresh_from_db()
    assert (post.state, post.text) == ("held", "Use this grease.")
    assert (review.decision, review.decided_at, review.score) == ("", None, 50)
    assert topic.answer_count == 0
    assert b"this grease" not in Client().get(topic.get_absolute_url()).content


def test_a_held_question_is_no_topic_for_others():
    member = make_member(level=0)
    topic = make_topic(member=member, source="Look at https://cheap.example/x")
    assert topic.state == "held"
    assert Client().get(topic.get_absolute_url()).status_code == 404
    assert Client().get("/community/").content.count(topic.title.encode()) == 0
    assert browser_of(member).get(topic.get_absolute_url()).status_code == 200
    assert published("community.topic_opened") == 0


def test_what_is_taken_back_is_gone_for_everybody_and_kept():
    topic, member = make_topic(), make_member()
    post = make_answer(topic, member, source="I was wrong here")
    browser = browser_of(member)
    browser.post(f"/community/posts/{post.pk}/withdrawal/")
    browser.post(f"/community/posts/{post.pk}/withdrawal/")
    topic.refresh_from_db()
    assert topic.answer_count == 0
    assert b"I was wrong here" not in browser.get(topic.get_absolute_url()).content
    assert Post.objects.get(pk=post.pk).source == "I was wrong here"


def test_the_asker_accepts_an_answer_and_takes_it_back():
    asker = make_member()
    topic = make_topic(member=asker)
    post = make_answer(topic)
    browser = browser_of(asker)
    browser.post(f"/community/posts/{post.pk}/acceptance/", {"wanted": "yes"})
    topic.refresh_from_db()
    assert (topic.state, topic.accepted, topic.accepted_by_asker) == ("answered", post, True)
    assert published("community.answer_accepted") == 1
    browser.post(f"/community/posts/{post.pk}/acceptance/", {"wanted": "no"})
    topic.refresh_from_db()
    assert (topic.state, topic.accepted) == ("open", None)


def test_nobody_else_accepts():
    topic = make_topic()
    post = make_answer(topic)
    assert (
        browser_of(make_member()).post(f"/community/posts/{post.pk}/acceptance/", {"wanted": "yes"}).status_code == 409
    )
    assert Client().post(f"/community/posts/{post.pk}/acceptance/", {"wanted": "yes"}).status_code == 409
    topic.refresh_from_db()
    assert topic.accepted is None


def test_an_idea_has_a_status_and_those_who_voted_watch_it():
    topic, voter = make_topic(kind="idea"), make_member()
    voices.vote_topic(topic=topic, member=voter, wanted=True, now=NOW)
    assert topic.idea_status == "new"
    assert Watch.objects.filter(topic=topic, member=voter).exists()


def test_search_finds_both_languages_without_accents_and_nearly_right():
    space = make_space()
    wheel = make_topic(space, title="Estalo na roda de trás depois da chuva", source="O cubo precisa de graxa.")
    make_topic(space, title="A bag for the handlebar", source="Where can I buy one?")
    for words in ("estalos", "tras", "cubos", "estallo", "roda chuva"):
        page = Client().get("/community/search/", {"q": words}).content.decode()
        assert wheel.title in page, words
        assert "handlebar" not in page
    assert "handlebar" in Client().get("/community/search/", {"q": "bags"}).content.decode()
    assert wheel.title in Client().get("/community/similar/", {"title": "roda fazendo estalo"}).content.decode()


def test_search_does_not_find_what_is_hidden_or_of_members_only():
    closed = make_space(visibility="members")
    secret = make_topic(closed, title="Only for members here", source="secretword")
    assert secret.title not in Client().get("/community/search/", {"q": "secretword"}).content.decode()
    assert Client().get(secret.get_absolute_url()).status_code == 404
    assert secret.title in browser_of(make_member()).get("/community/search/", {"q": "secretword"}).content.decode()


def test_lists_go_on_by_key():
    space = make_space("long")
    member = make_member()
    for number in range(23):
        make_topic(space, member, title=f"Topic of number {number:02d}")
    first = Client().get("/community/long/").content.decode()
    cursor = first.split("after=")[1].split('"')[0]
    second = Client().get(f"/community/long/?order=latest&after={cursor}").content.decode()
    seen = [number for number in range(23) if (f"number {number:02d}" in first) != (f"number {number:02d}" in second)]
    assert len(seen) == 23
    assert Client().get("/community/long/?after=forged").status_code == 404


@pytest.mark.parametrize("extra", [2, 18])
def test_a_topic_takes_the_same_queries_for_few_and_many_answers(extra, django_assert_num_queries):
    topic = make_topic()
    for _ in range(extra):
        make_answer(topic)
    browser = browser_of(make_member())
    browser.get(topic.get_absolute_url())
    with django_assert_num_queries(16):
        browser.get(topic.get_absolute_url())
