"""What only members may do asks for a member, what only the author may do asks for the author."""

import pytest
from django.test import Client

from community.models import Post, Topic, Vote, Watch
from tests.community.makers import browser_of, held_post, make_answer, make_member, make_space, make_topic
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
FOR_MEMBERS = [
    ("get", "/community/ask/"),
    ("post", "/community/ask/"),
    ("get", "/community/me/"),
    ("post", "/community/me/"),
    ("get", "/community/me/posts/"),
    ("get", "/community/appeals/"),
    ("post", "/community/topics/{topic}/answers/"),
    ("post", "/community/topics/{topic}/vote/"),
    ("post", "/community/topics/{topic}/watch/"),
    ("post", "/community/topics/{topic}/person/"),
    ("post", "/community/posts/{post}/vote/"),
    ("get", "/community/posts/{post}/flag/"),
    ("post", "/community/posts/{post}/flag/"),
    ("post", "/community/posts/{post}/links/"),
    ("post", "/community/posts/{post}/withdrawal/"),
    ("get", "/community/posts/{post}/why/"),
    ("get", "/community/posts/{post}/appeal/"),
    ("post", "/community/posts/{post}/appeal/"),
]


@pytest.mark.parametrize(("method", "path"), FOR_MEMBERS)
@pytest.mark.parametrize("who", ["stranger", "colleague"])
def test_who_is_no_member_is_sent_to_sign_in(method, path, who):
    topic = make_topic()
    post = make_answer(topic)
    client = Client() if who == "stranger" else client_of(person("agent"))
    facts = {"wanted": "yes", "text": "words", "reason": "spam"}
    answer = getattr(client, method)(path.format(topic=topic.pk, post=post.pk), facts)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/community/sign-in/?next=")
    assert not Vote.objects.exists()
    assert Watch.objects.count() == 1
    assert Post.objects.count() == 2


def test_a_fragment_of_a_stranger_is_sent_to_sign_in_as_a_whole_page():
    topic = make_topic()
    answer = Client().post(
        f"/community/topics/{topic.pk}/vote/",
        {"wanted": "yes"},
        headers={"hx-request": "true", "hx-current-url": f"http://testserver{topic.get_absolute_url()}"},
    )
    assert answer.status_code == 401
    assert topic.get_absolute_url() in answer["HX-Redirect"].replace("%2F", "/")


@pytest.mark.parametrize("act", ["links/", "withdrawal/", "why/", "appeal/"])
def test_only_the_author_may(act):
    post, _review = held_post(make_topic())
    browser = browser_of(make_member())
    method = browser.get if act == "why/" else browser.post
    assert method(f"/community/posts/{post.pk}/{act}", {"text": "please"}).status_code == 404
    assert Post.objects.get(pk=post.pk).state == "held"


@pytest.mark.parametrize("act", ["vote/", "flag/", "acceptance/"])
def test_nothing_is_done_to_a_post_that_one_may_not_read(act):
    post, _review = held_post(make_topic())
    answer = browser_of(make_member()).post(f"/community/posts/{post.pk}/{act}", {"wanted": "yes", "reason": "spam"})
    assert answer.status_code == 404


def test_a_space_for_members_is_not_for_strangers():
    space = make_space("inner", visibility="members")
    topic = make_topic(space)
    for path in ("/community/inner/", topic.get_absolute_url(), f"/community/posts/{topic.posts.get().pk}/"):
        assert Client().get(path).status_code == 404
        assert browser_of(make_member()).get(path).status_code in (200, 302)
    assert topic.title not in Client().get("/community/").content.decode()


def test_talking_to_a_person_needs_words_of_ones_own():
    topic = make_topic()
    answer = browser_of(make_member()).post(f"/community/topics/{topic.pk}/person/")
    assert answer.status_code == 409


def test_staff_answer_for_the_house_and_members_cannot():
    topic = make_topic()
    tereza = person("agent", name="Tereza Lobato")
    client_of(tereza).post(f"/community/desk/topics/{topic.pk}/answers/", {"text": "We exchange it."})
    post = Post.objects.get(kind="answer")
    assert (post.staff, post.member, post.score) == (tereza, None, 0)
    page = Client(headers={"accept-language": "pt-BR"}).get(topic.get_absolute_url()).content.decode()
    assert "Tereza, da Pedralva" in page
    refused = browser_of(make_member()).post(f"/community/desk/topics/{topic.pk}/answers/", {"text": "Me too."})
    assert refused["Location"].startswith("/accounts/login/")
    client_of(tereza).post(f"/community/desk/posts/{make_answer(topic).pk}/remarks/", {"text": "Right."})
    assert Post.objects.filter(kind="remark", staff=tereza).count() == 1
    assert Topic.objects.get().answer_count == 2


def test_pages_have_the_policy_of_the_house():
    policy = Client().get(make_topic().get_absolute_url())["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy
    assert "script-src 'self'" in policy


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_a_visitor_reads_their_own_language(language):
    page = Client(headers={"accept-language": language}).get("/community/").content.decode()
    assert ("Praça Pedralva" in page) == (language == "pt-BR")
    assert ("Pedralva Commons" in page) == (language == "en")
