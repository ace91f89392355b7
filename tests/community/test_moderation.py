"""Moderation: scored, reported, decided once, by somebody else, with a reason and a way to appeal."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client

from community import scoring
from community.actions import membership, moderate
from community.actions.refusals import AlreadyDecided, MissingReason, NotAppealable, OwnContent, OwnPost, OwnRemoval
from community.models import Appeal, Flag, Post, Removal, Review
from engagement.village.models import AuditEntry
from tests.community.makers import (
    NOW,
    browser_of,
    held_post,
    make_answer,
    make_member,
    make_space,
    make_topic,
    moderator,
    seen_of,
)
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


# The rules


@pytest.mark.parametrize(
    ("facts", "codes", "held"),
    [
        ({"text": "Grease the hub.", "level": 1}, [], False),
        ({"text": "See this", "hosts": ("a.example",), "level": 1}, ["link"], False),
        ({"text": "See this", "hosts": ("a.example",), "level": 0}, ["link", "new_member"], True),
        ({"text": "See this", "hosts": ("shop.pedralva.example",), "level": 0}, ["new_member"], False),
        ({"text": "BUY THESE WONDERFUL WHEELS NOW", "level": 1}, ["capitals"], False),
        ({"text": "Seu otário, que merda", "level": 1}, ["rude"], True),
        ({"text": "Same", "level": 1, "same_text": True, "written_lately": 3}, ["duplicate", "speed"], True),
        ({"text": "Fine", "level": 1, "removed_before": 3}, ["removed_before"], False),
        ({"text": "See", "hosts": ("a.example", "b.example", "c.example"), "level": 4}, ["links", "trusted"], False),
    ],
)
def test_the_rules_say_what_they_object_to(facts, codes, held):
    scored = scoring.score(scoring.Facts(**facts), own_hosts=frozenset({"pedralva.example"}))
    assert [code for code, _points in scored.reasons] == codes
    assert scored.is_held is held
    assert set(codes) <= set(scoring.SENTENCES)


def test_the_score_stays_between_0_and_100():
    worst = scoring.Facts(
        "MERDA PUTA " * 20, tuple(f"{n}.example" for n in range(20)), same_text=True, removed_before=9
    )
    assert scoring.score(worst).points == 100
    assert scoring.score(scoring.Facts("ok", level=4)).points == 0


@pytest.mark.parametrize(
    ("text", "risky"),
    [
        ("Vou ao PROCON amanhã", True),
        ("My son was injured", True),
        ("É perigoso rodar assim?", True),
        ("Quero o reembolso", True),
        ("A wheel creaks", False),
        ("O procônsul romano", False),
    ],
)
def test_what_cannot_wait_is_recognised(text, risky):
    assert scoring.risks_in(text) is risky


def test_a_post_has_its_score_in_the_same_transaction():
    post, review = held_post(make_topic())
    assert post.scored_at == post.created_at
    assert (post.score, review.score, review.kind) == (50, 50, "held")


# Decisions


@pytest.fixture
def space():
    return make_space("workshop")


@pytest.fixture
def pilar(space):
    return moderator(space, name="Pilar Quiroga")


@pytest.fixture
def topic(space):
    return make_topic(space)


def test_the_queue_has_the_worst_first_then_the_oldest(pilar, topic):
    member = make_member(level=0)
    _mild, mild = held_post(topic, member)
    _bad, bad = held_post(topic, source="MERDA, compre em https://a.example", now=NOW + timedelta(hours=2))
    page = client_of(pilar).get("/community/desk/").content.decode()
    assert page.index(f"/community/desk/{bad.pk}/") < page.index(f"/community/desk/{mild.pk}/")


def test_a_moderator_sees_only_the_spaces_they_look_after(pilar):
    other = make_topic()
    post, review = held_post(other)
    browser = client_of(pilar)
    assert str(review.pk) not in browser.get("/community/desk/").content.decode()
    for path in ("", "approval/", "removal/"):
        answer = browser.get if not path else browser.post
        assert answer(f"/community/desk/{review.pk}/{path}", {"reason": "spam", "text": "no"}).status_code == 404
    post.refresh_from_db()
    assert post.state == "held"


def test_approving_publishes_and_tells(pilar, topic):
    post, review = held_post(topic)
    assert client_of(pilar).post(f"/community/desk/{review.pk}/approval/", {"seen": seen_of(review)}).status_code == 302
    for row in (post, review, topic):
        row.refresh_from_db()
    assert (post.state, review.decision, review.decided_by, topic.answer_count) == ("published", "approved", pilar, 1)
    assert AuditEntry.objects.filter(action="community.post_approved", actor=pilar).count() == 1


def test_hiding_needs_a_reason(pilar, topic):
    post, review = held_post(topic)
    browser = client_of(pilar)
    assert (
        browser.post(
            f"/community/desk/{review.pk}/removal/", {"seen": seen_of(review), "reason": "spam", "text": " "}
        ).status_code
        == 422
    )
    with pytest.raises(MissingReason):
        moderate.hide(review_id=review.pk, seen=seen_of(review), actor=pilar, reason="spam", text="", now=NOW)
    post.refresh_from_db()
    assert post.state == "held"
    assert not Removal.objects.exists()


def test_what_is_hidden_is_kept_with_reason_and_actor(pilar, topic):
    member = make_member()
    post = make_answer(topic, member, source="I sell wheels")
    browser = client_of(pilar)
    there = browser.post(f"/community/desk/posts/{post.pk}/review/")["Location"]
    seen = seen_of(Review.objects.get(post=post))
    browser.post(f"{there}removal/", {"seen": seen, "reason": "spam", "text": "Advertising is not for here."})
    post.refresh_from_db()
    topic.refresh_from_db()
    removal = Removal.objects.get()
    assert (post.state, topic.answer_count) == ("hidden", 0)
    assert (removal.actor, removal.reason, removal.text) == (pilar, "spam", "Advertising is not for here.")
    entry = AuditEntry.objects.get(action="community.post_hidden")
    assert (entry.actor, entry.detail["text"]) == (pilar, "Advertising is not for here.")
    assert b"I sell wheels" not in Client().get(topic.get_absolute_url()).content
    assert Client().get(f"/community/posts/{post.pk}/").status_code == 404
    assert browser_of(make_member()).get(f"/community/posts/{post.pk}/").status_code == 404
    own = browser_of(member).get(topic.get_absolute_url()).content.decode()
    assert "Advertising is not for here." in own
    assert f"/community/posts/{post.pk}/appeal/" in own


def test_hiding_the_accepted_answer_opens_the_question_again(pilar, topic):
    from community.actions import voices

    post = make_answer(topic)
    voices.accept(post=post, wanted=True, moderator=pilar, now=NOW)
    review = moderate.pick(post=post, actor=pilar, now=NOW)
    moderate.hide(
        review_id=review.pk, seen=seen_of(review), actor=pilar, reason="danger", text="Do not do this.", now=NOW
    )
    topic.refresh_from_db()
    assert (topic.state, topic.accepted) == ("open", None)


def test_hiding_the_question_hides_the_topic(pilar, topic):
    review = moderate.pick(post=topic.posts.get(), actor=pilar, now=NOW)
    moderate.hide(review_id=review.pk, seen=seen_of(review), actor=pilar, reason="spam", text="Spam.", now=NOW)
    assert Client().get(topic.get_absolute_url()).status_code == 404
    assert client_of(pilar).get(topic.get_absolute_url()).status_code == 200


def test_links_are_taken_out_and_the_rest_stands(pilar, topic):
    post, review = held_post(topic, source="Use [grease](https://cheap.example/x) daily.")
    client_of(pilar).post(f"/community/desk/{review.pk}/links/", {"seen": seen_of(review)})
    post.refresh_from_db()
    assert (post.state, post.text) == ("published", "Use grease daily.")
    assert post.versions.get().source.count("cheap.example") == 1


def test_nobody_decides_what_they_wrote(space, topic):
    colleague = moderator(space, email="rui@pedralva.example")
    member = make_member("rui", level=0, email="rui@pedralva.example")
    post, review = held_post(topic, member)
    assert review.written_by == colleague
    with pytest.raises(OwnContent):
        moderate.approve(review_id=review.pk, seen=seen_of(review), actor=colleague, now=NOW)
    answer = client_of(colleague).post(f"/community/desk/{review.pk}/approval/", {"seen": seen_of(review)})
    assert answer.status_code == 409
    assert "Another moderator has to decide" in answer.content.decode()
    post.refresh_from_db()
    assert post.state == "held"
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(decided_by=colleague, decision="approved", decided_at=NOW)


def test_who_comes_second_is_told_by_whom_it_was_decided(space, pilar, topic):
    second = moderator(space, name="Dora Lima")
    post, review = held_post(topic)
    moderate.approve(review_id=review.pk, seen=seen_of(review), actor=pilar, now=NOW)
    with pytest.raises(AlreadyDecided):
        moderate.hide(review_id=review.pk, seen=seen_of(review), actor=second, reason="spam", text="Spam.", now=NOW)
    answer = client_of(second).post(
        f"/community/desk/{review.pk}/removal/", {"seen": seen_of(review), "reason": "spam", "text": "Spam."}
    )
    assert answer.status_code == 409
    assert "Pilar Quiroga decided first: approved." in answer.content.decode()
    post.refresh_from_db()
    assert post.state == "published"


@pytest.mark.django_db(transaction=True)
def test_of_two_moderators_at_once_exactly_one_decides():
    space = make_space()
    people = [moderator(space), moderator(space)]
    topic = make_topic(space)
    for _ in range(3):
        post, review = held_post(topic)

        def decide(number: int, review=review) -> str:
            try:
                if number:
                    moderate.hide(
                        review_id=review.pk, seen=seen_of(review), actor=people[1], reason="spam", text="Spam.", now=NOW
                    )
                else:
                    moderate.approve(review_id=review.pk, seen=seen_of(review), actor=people[0], now=NOW)
            except AlreadyDecided:
                return "told"
            else:
                return "decided"
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(decide, range(2))) == ["decided", "told"]
        post.refresh_from_db()
        review.refresh_from_db()
        assert (post.state, review.decision) in {("published", "approved"), ("hidden", "hidden")}
        assert Removal.objects.filter(post=post).count() == (post.state == "hidden")


# Reports


def test_a_report_stands_in_the_queue_with_its_reason(pilar, topic):
    post, member = make_answer(topic), make_member(level=2)
    browser = browser_of(member)
    answer = browser.post(f"/community/posts/{post.pk}/flag/", {"reason": "abuse", "text": "He insults me."})
    assert answer.status_code == 200
    browser.post(f"/community/posts/{post.pk}/flag/", {"reason": "abuse", "text": "Again."})
    review = Review.objects.get()
    assert (review.kind, review.score, Flag.objects.count()) == ("flagged", 15, 1)
    assert "He insults me." in client_of(pilar).get(f"/community/desk/{review.pk}/").content.decode()
    assert browser.post(f"/community/posts/{post.pk}/flag/", {"reason": "nonsense"}).status_code == 422


def test_many_weighty_reports_take_a_post_out_of_sight(topic):
    post = make_answer(topic)
    for _ in range(2):
        moderate.flag(post=post, member=make_member(level=4), reason="spam", text="", now=NOW)
    post.refresh_from_db()
    topic.refresh_from_db()
    assert (post.state, topic.answer_count) == ("held", 0)


def test_reports_that_a_moderator_has_judged_count_no_more(pilar, topic):
    post = make_answer(topic)
    moderate.flag(post=post, member=make_member(level=4), reason="spam", text="", now=NOW)
    moderate.approve(
        review_id=Review.objects.get().pk,
        seen=seen_of(Review.objects.get()),
        actor=pilar,
        now=NOW + timedelta(minutes=1),
    )
    moderate.flag(post=post, member=make_member(level=4), reason="spam", text="", now=NOW + timedelta(minutes=2))
    post.refresh_from_db()
    assert post.state == "published"
    assert Review.objects.get(decided_at=None).score == 30


def test_nobody_reports_their_own():
    member = make_member()
    post = make_answer(make_topic(), member)
    with pytest.raises(OwnPost):
        moderate.flag(post=post, member=member, reason="spam", text="", now=NOW)


# Appeals


@pytest.fixture
def removed(pilar, topic):
    member = make_member()
    post = make_answer(topic, member, source="Perfectly fine words")
    review = moderate.pick(post=post, actor=pilar, now=NOW)
    return moderate.hide(
        review_id=review.pk, seen=seen_of(review), actor=pilar, reason="off_topic", text="Not about wheels.", now=NOW
    )


def test_the_author_appeals_once_and_another_moderator_decides(space, pilar, removed):
    other = moderator(space, name="Dora Lima")
    browser = browser_of(removed.post.member)
    path = f"/community/posts/{removed.post_id}/appeal/"
    assert "Not about wheels." in browser.get(path).content.decode()
    assert browser.post(path, {"text": ""}).status_code == 422
    browser.post(path, {"text": "It is about wheels."})
    browser.post(path, {"text": "It is about wheels!"})
    review = Review.objects.get(decided_at=None)
    assert (review.kind, Appeal.objects.count()) == ("appeal", 1)
    own = client_of(pilar).post(
        f"/community/desk/{review.pk}/appeal/", {"seen": seen_of(review), "verdict": "uphold", "text": "No."}
    )
    assert own.status_code == 409
    with pytest.raises(OwnRemoval):
        moderate.decide_appeal(review_id=review.pk, seen=seen_of(review), actor=pilar, upheld=True, text="No.", now=NOW)
    answer = client_of(other).post(
        f"/community/desk/{review.pk}/appeal/",
        {"seen": seen_of(review), "verdict": "overturn", "text": "You are right."},
    )
    assert answer.status_code == 302
    removed.refresh_from_db()
    removed.post.refresh_from_db()
    assert (removed.post.state, removed.undone_at is not None) == ("published", True)
    assert "You are right." in browser.get("/community/appeals/").content.decode()
    assert AuditEntry.objects.filter(action="community.appeal_overturned", actor=other).count() == 1


def test_an_upheld_removal_stands_and_is_not_appealed_again(space, removed):
    other = moderator(space)
    moderate.appeal(removal=removed, member=removed.post.member, text="Please.", now=NOW)
    review = Review.objects.get(decided_at=None)
    with pytest.raises(NotAppealable):
        moderate.approve(review_id=review.pk, seen=seen_of(review), actor=other, now=NOW)
    moderate.decide_appeal(
        review_id=review.pk, seen=seen_of(review), actor=other, upheld=True, text="It stays.", now=NOW
    )
    assert Post.objects.get(pk=removed.post_id).state == "hidden"
    with pytest.raises(NotAppealable):
        moderate.appeal(removal=removed, member=removed.post.member, text="Please!", now=NOW)


def test_the_database_refuses_an_appeal_decided_by_who_removed(removed, pilar):
    made = moderate.appeal(removal=removed, member=removed.post.member, text="Please.", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=made.pk).update(decided_by=pilar)


def test_nobody_appeals_for_another(removed):
    browser = browser_of(make_member())
    assert browser.post(f"/community/posts/{removed.post_id}/appeal/", {"text": "For a friend."}).status_code == 404
    assert not Appeal.objects.exists()


# Members


def test_a_member_is_silenced_with_a_reason_and_heard_again(pilar, topic):
    from django.utils import timezone

    member = make_member(level=0)
    _post, review = held_post(topic, member)
    browser = client_of(pilar)
    assert (
        browser.post(
            f"/community/desk/{review.pk}/silence/", {"seen": seen_of(review), "days": "7", "reason": ""}
        ).status_code
        == 422
    )
    browser.post(
        f"/community/desk/{review.pk}/silence/", {"seen": seen_of(review), "days": "7", "reason": "Cool down."}
    )
    member.refresh_from_db()
    assert member.is_silenced(timezone.now() + timedelta(days=6))
    assert not member.is_silenced(timezone.now() + timedelta(days=8))
    membership.let_speak(member=member, actor=pilar, now=timezone.now())
    member.refresh_from_db()
    assert member.silenced_until is None
    assert AuditEntry.objects.filter(subject_id=str(member.pk)).count() == 2


def test_who_has_the_role_but_no_space_sees_nothing():
    _post, review = held_post(make_topic())
    browser = client_of(person("moderator"))
    assert str(review.pk) not in browser.get("/community/desk/").content.decode()


def test_a_grant_on_the_space_is_enough(space, topic):
    from engagement.village.actions.grant import grant

    someone = person("moderator")
    grant(person_or_role=someone, permission="community.moderate_space", thing=space, actor=None, now=NOW)
    _post, review = held_post(topic)
    assert client_of(someone).get(f"/community/desk/{review.pk}/").status_code == 200


@pytest.mark.parametrize("extra", [1, 12])
def test_the_queue_takes_the_same_queries_for_few_and_many(space, pilar, extra, django_assert_num_queries):
    topic = make_topic(space)
    for _ in range(extra):
        held_post(topic)
    browser = client_of(pilar)
    browser.get("/community/desk/")
    with django_assert_num_queries(20):
        browser.get("/community/desk/")
