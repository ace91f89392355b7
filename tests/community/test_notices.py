"""Members are told what concerns them: once, in their language, with a way to stop it."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from community import renderers
from community.actions import moderate, notices, voices
from community.models import Notice, Post, Watch
from engagement.channels.models import Transmission
from engagement.events.relay import run_pending
from engagement.profiles.actions import merge
from tests.community.makers import NOW, held_post, make_answer, make_member, make_space, make_topic, moderator, seen_of
from tests.factories import make_channel, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def post_office():
    return make_channel("hello@pedralva.example", sender_name="Pedralva")


def told() -> list[tuple[str, str]]:
    run_pending(limit=500)
    return sorted((notice.kind, notice.member.handle) for notice in Notice.objects.select_related("member"))


def mails() -> list:
    run_pending(limit=500)
    notices.send_waiting(now=NOW)
    rows = list(Transmission.objects.filter(source=notices.SOURCE).select_related("channel").order_by("key"))
    made = renderers.notices(rows)
    return [made[row.key] for row in rows if row.key in made]


def test_an_answer_is_told_to_who_watches_and_not_to_its_author():
    topic = make_topic(member=make_member("asker"))
    make_answer(topic, make_member("helper"))
    assert told() == [("answer", "asker")]
    run_pending(limit=500)
    assert told() == [("answer", "asker")]


def test_the_mail_is_in_the_language_of_its_reader_and_can_be_stopped():
    topic = make_topic(
        member=make_member("asker", language="pt-br", email="ana@cliente.example"), title="Estala na chuva"
    )
    make_answer(topic, make_member("helper"), source="Ponha **graxa**.")
    (mail,) = mails()
    assert mail.subject == "Resposta nova: Estala na chuva"
    assert mail.to[0].address == "ana@cliente.example"
    assert "Ponha graxa." in mail.text
    assert mail.headers["Auto-Submitted"] == "auto-generated"
    path = re.search(r"/community/quiet/\S+", mail.text)[0]
    assert "Estala na chuva" in Client().get(path).content.decode()
    assert Watch.objects.filter(topic=topic).exists()
    Client().post(path)
    assert not Watch.objects.filter(topic=topic).exists()
    assert Client().post("/community/quiet/forged/").status_code == 410


def test_a_notice_is_queued_once():
    topic = make_topic()
    make_answer(topic)
    assert len(mails()) == 1
    assert notices.send_waiting(now=NOW) == 0
    assert Transmission.objects.filter(source=notices.SOURCE).count() == 1


def test_a_changed_idea_is_told_to_those_who_voted():
    topic = make_topic(kind="idea", member=make_member("inventor"))
    for name in ("first", "second"):
        voices.vote_topic(topic=topic, member=make_member(name), wanted=True, now=NOW)
    actor = moderator(topic.space)
    change = voices.change_idea(topic=topic, status="planned", note="In March.", actor=actor, now=NOW)
    assert voices.change_idea(topic=topic, status="planned", note="In March.", actor=actor, now=NOW) is None
    assert told() == [("idea", "first"), ("idea", "inventor"), ("idea", "second")]
    change.refresh_from_db()
    assert change.told_at is not None
    assert all("In March." in mail.text and "planned" in mail.subject for mail in mails())


def test_the_author_is_told_of_a_removal_and_of_the_decision():
    space = make_space()
    pilar, other = moderator(space), moderator(space)
    post = make_answer(make_topic(space), make_member("author"))
    review = moderate.pick(post=post, actor=pilar, now=NOW)
    removal = moderate.hide(
        review_id=review.pk, seen=seen_of(review), actor=pilar, reason="spam", text="Advertising.", now=NOW
    )
    made = moderate.appeal(removal=removal, member=post.member, text="It is not.", now=NOW)
    appeal_review = made.removal.post.reviews.get(decided_at=None)
    moderate.decide_appeal(
        review_id=appeal_review.pk, seen=seen_of(appeal_review), actor=other, upheld=True, text="It is.", now=NOW
    )
    assert [kind for kind, who in told() if who == "author"] == ["appeal", "hidden"]
    texts = [mail.text for mail in mails() if "author" in mail.to[0].address]
    assert any("Advertising." in text and "/community/appeals/" in text for text in texts)
    assert any("It is." in text for text in texts)


def test_what_was_held_is_told_when_it_is_published():
    topic = make_topic()
    _post, review = held_post(topic, make_member("newcomer", level=0))
    moderate.approve(review_id=review.pk, seen=seen_of(review), actor=moderator(topic.space), now=NOW)
    assert ("approved", "newcomer") in told()


def test_an_answer_that_was_hidden_meanwhile_is_not_mailed():
    topic = make_topic()
    post = make_answer(topic)
    run_pending(limit=500)
    pilar = moderator(topic.space)
    review = moderate.pick(post=post, actor=pilar, now=NOW)
    moderate.hide(review_id=review.pk, seen=seen_of(review), actor=pilar, reason="spam", text="Spam.", now=NOW)
    assert not any(mail.subject.startswith("New answer") for mail in mails())


def test_nobody_is_told_of_an_answer_that_was_taken_out_of_sight_before_the_mail_left():
    answer = make_answer(make_topic(member=make_member("asker")), make_member("helper"))
    assert told() == [("answer", "asker")]
    Post.objects.filter(pk=answer.pk).update(state=Post.State.HIDDEN)
    assert notices.send_waiting(now=NOW) == 1
    assert not Transmission.objects.filter(source=notices.SOURCE).exists()


def test_a_person_with_two_memberships_is_told_once_of_an_idea_and_of_an_answer():
    inventor, first, second = make_member("inventor"), make_member("first"), make_member("second")
    topic = make_topic(kind="idea", member=inventor)
    for one in (first, second):
        voices.vote_topic(topic=topic, member=one, wanted=True, now=NOW)
        voices.watch(topic=topic, member=one, wanted=True, now=NOW)
    merge.merge(kept_id=first.profile_id, merged_id=second.profile_id, actor=make_user(), now=timezone.now())
    change = {"status": "planned", "note": "In March.", "actor": moderator(topic.space), "now": NOW}
    voices.change_idea(topic=topic, **change)
    assert told() == [("idea", "first"), ("idea", "inventor")]
    assert len(mails()) == 2
    make_answer(topic, member=second)
    assert told() == [("answer", "inventor"), ("idea", "first"), ("idea", "inventor")]
