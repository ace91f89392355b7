"""The community in the API: read, answered in, and moderated, with the rules of its pages."""

import pytest
from django.contrib.auth.models import Permission

from community.models import Post, Review, Topic
from engagement.village.models import AuditEntry
from tests.api.test_marketing import send, tokens_of
from tests.community.makers import held_post, make_answer, make_member, make_space, make_topic, moderator
from tests.village.people import person

TOPICS, REVIEWS, SPACES = "/api/v1/topics/", "/api/v1/moderation/", "/api/v1/spaces/"
NOBODY = "01990000-0000-7000-8000-000000000000"
pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return make_space("bikes")


@pytest.fixture
def mara(space):
    return moderator(space, name="Mara Dias")


@pytest.fixture
def headers(mara):
    return tokens_of(mara)()


def ids(answer) -> list[str]:
    return [one["id"] for one in answer.json()["results"]]


def test_topics_and_posts_are_read_as_on_the_pages(client, space, headers):
    members_only = make_space("insiders", visibility="members")
    first, second = make_topic(space), make_topic(members_only, kind="idea")
    post, _review = held_post(first)
    agent = tokens_of(person("agent"))()
    counselor = tokens_of(person("counselor"))()
    assert set(ids(client.get(TOPICS, headers=agent))) == {str(first.pk), str(second.pk)}
    assert ids(client.get(TOPICS, headers=counselor)) == [str(first.pk)]  # not one of the team in the community
    assert ids(client.get(TOPICS, {"kind": "idea"}, headers=agent)) == [str(second.pk)]
    assert ids(client.get(TOPICS, {"space": str(space.pk)}, headers=agent)) == [str(first.pk)]
    assert client.get(f"{TOPICS}{second.pk}/", headers=counselor).status_code == 404
    read = client.get(f"{TOPICS}{first.pk}/", headers=agent).json()
    assert (read["title"], read["author"]["kind"]) == (first.title, "member")
    assert read["url"].endswith(first.get_absolute_url())
    posts = f"{TOPICS}{first.pk}/posts/"
    assert len(ids(client.get(posts, headers=agent))) == 1
    assert ids(client.get(posts, headers=headers))[1:] == [str(post.pk)]  # its moderator sees what is held
    assert client.get(f"/api/v1/posts/{post.pk}/", headers=agent).status_code == 404
    assert client.get(f"/api/v1/posts/{post.pk}/", headers=headers).json()["state"] == "held"
    spaces = client.get("/api/v1/spaces/", headers=counselor)
    assert ids(spaces) == [str(space.pk)]
    assert client.get(f"/api/v1/spaces/{members_only.pk}/", headers=agent).json()["visibility"] == "members"


def test_what_its_author_took_back_is_nobodys_to_read(client, space, headers):
    topic = make_topic(space)
    taken = make_answer(topic)
    Post.objects.filter(pk=taken.pk).update(state="withdrawn")
    assert str(taken.pk) not in ids(client.get(f"{TOPICS}{topic.pk}/posts/", headers=headers))
    assert client.get(f"/api/v1/posts/{taken.pk}/", headers=headers).status_code == 404


def test_members_are_found_by_handle_and_profile(client, headers):
    ana, ben = make_member("ana"), make_member("ben")
    assert ids(client.get("/api/v1/community-members/", {"handle": "ana"}, headers=headers)) == [str(ana.pk)]
    assert ids(client.get("/api/v1/community-members/", {"profile": str(ben.profile_id)}, headers=headers)) == [
        str(ben.pk)
    ]
    assert client.get(f"/api/v1/community-members/{ana.pk}/", headers=headers).json()["handle"] == "ana"


def test_an_agent_answers_for_the_organization_once(client, space):
    iara = person("agent", name="Iara Menezes")
    topic, headers = make_topic(space), tokens_of(iara)()
    url, body = f"{TOPICS}{topic.pk}/posts/", {"text": "Grease **it**."}
    first = send(client, "post", url, headers, body, **{"Idempotency-Key": "one"})
    again = send(client, "post", url, headers, body, **{"Idempotency-Key": "one"})
    assert (first.status_code, again.json()) == (201, first.json())
    assert first.json()["author"]["name"].startswith("Iara")
    assert "<strong>it</strong>" in first.json()["html"]
    made = Post.objects.get(staff=iara)
    topic.refresh_from_db()
    assert (made.kind, made.state, topic.answer_count) == ("answer", "published", 1)
    assert AuditEntry.objects.get(action="community.answered").actor == iara
    beneath = send(client, "post", url, headers, {"text": "And oil.", "parent": first.json()["id"]})
    assert (beneath.status_code, beneath.json()["kind"], beneath.json()["parent"]) == (201, "remark", str(made.pk))
    for parent in (beneath.json()["id"], NOBODY, str(make_answer(make_topic(space)).pk)):
        refused = send(client, "post", url, headers, {"text": "And oil.", "parent": parent})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/parent")
    assert send(client, "post", url, headers, {"text": ""}).status_code == 422
    assert send(client, "post", f"{TOPICS}{NOBODY}/posts/", headers, body).status_code == 404


def test_a_topic_is_opened_for_a_member_by_who_moderates_the_space(client, space, headers, mara):
    ana, elsewhere = make_member("ana"), make_space("elsewhere")
    body = {"space": str(space.pk), "member": str(ana.pk), "kind": "question", "title": "Why does it creak?"}
    body["text"] = "It creaks since Monday."
    opened = send(client, "post", TOPICS, headers, body, **{"Idempotency-Key": "one"})
    send(client, "post", TOPICS, headers, body, **{"Idempotency-Key": "one"})
    assert (opened.status_code, opened.json()["state"], opened.json()["author"]["id"]) == (201, "open", str(ana.pk))
    assert Topic.objects.get().author == ana
    assert AuditEntry.objects.get(action="community.topic_opened_for").actor == mara
    for wrong, pointer in (
        ({"space": str(elsewhere.pk)}, "#/space"),
        ({"member": NOBODY}, "#/member"),
        ({"kind": "review"}, "#/rating"),
        ({"title": "\u200b" * 9}, "#/title"),
        ({"title": "short"}, "#/title"),
        ({"kind": "war"}, "#/kind"),
    ):
        refused = send(client, "post", TOPICS, headers, body | wrong)
        assert refused.status_code == 422, wrong
        assert pointer in [one["pointer"] for one in refused.json()["errors"]], refused.json()
    ana.silenced_until, ana.silenced_reason = "2999-01-01T00:00:00Z", "Enough"
    ana.save()
    silenced = send(client, "post", TOPICS, headers, body | {"title": "Why does it still creak?"})
    assert (silenced.status_code, "Enough" in silenced.json()["detail"]) == (422, True)
    assert Topic.objects.count() == 1
    assert send(client, "post", TOPICS, tokens_of(person("agent"))(), body).status_code == 403


def test_a_review_is_decided_with_the_version_that_was_read(client, space, headers, mara):
    topic = make_topic(space)
    post, review = held_post(topic)
    other, _review = held_post(make_topic(make_space("elsewhere")))
    listed = client.get(REVIEWS, headers=headers).json()["results"]
    assert [one["id"] for one in listed] == [str(review.pk)]
    assert listed[0]["post"]["text"] == post.source
    assert {"code", "points"} == set(listed[0]["reasons"][0])
    url, version = f"{REVIEWS}{review.pk}/", listed[0]["post"]["version"]
    assert send(client, "post", f"{url}approve/", headers, {}).json()["errors"][0]["pointer"] == "#/version"
    Post.objects.filter(pk=post.pk).update(source="Now it says something else")
    assert send(client, "post", f"{url}approve/", headers, {"version": version}).status_code == 409
    version = client.get(url, headers=headers).json()["post"]["version"]
    for _twice in range(2):
        done = send(client, "post", f"{url}approve/", headers, {"version": version}, **{"Idempotency-Key": "one"})
        assert (done.status_code, done.json()["decision"]) == (200, "approved")
        assert (done.json()["post"]["state"], done.json()["decided_by"]) == ("published", str(mara.pk))
    late = send(client, "post", f"{url}hide/", headers, {"version": version, "reason": "spam", "text": "No"})
    assert (late.status_code, "Mara Dias" in late.json()["detail"]) == (409, True)
    assert ids(client.get(REVIEWS, headers=headers)) == []
    foreign = Review.objects.get(post=other)
    assert client.get(f"{REVIEWS}{foreign.pk}/", headers=headers).status_code == 404
    answer = send(client, "post", f"{REVIEWS}{foreign.pk}/approve/", headers, {"version": other.content_version})
    assert answer.status_code == 404


def test_a_post_is_hidden_with_a_reason_and_an_appeal_is_decided_by_another(client, space, headers):
    from community.actions.moderate import appeal
    from tests.community.makers import NOW

    author = make_member("zoe", level=0)
    post, review = held_post(make_topic(space), author)
    body = {"version": post.content_version, "reason": "spam", "text": "Advertising"}
    url = f"{REVIEWS}{review.pk}/"
    assert send(client, "post", f"{url}hide/", headers, body | {"text": ""}).status_code == 422
    assert send(client, "post", f"{url}verdict/", headers, body | {"reason": "x"}).status_code == 422
    hidden = send(client, "post", f"{url}hide/", headers, body)
    assert (hidden.status_code, hidden.json()["post"]["state"]) == (200, "hidden")
    appeal(removal=post.removals.get(), member=author, text="It is no advertising", now=NOW)
    (waiting,) = client.get(REVIEWS, {"kind": "appeal"}, headers=headers).json()["results"]
    verdict = {"version": waiting["post"]["version"], "verdict": "overturn", "text": "You are right"}
    url = f"{REVIEWS}{waiting['id']}/"
    assert send(client, "post", f"{url}approve/", headers, {"version": verdict["version"]}).status_code == 422
    assert send(client, "post", f"{url}verdict/", headers, verdict).status_code == 403  # who hid it
    deputy = tokens_of(moderator(space, name="Dora Lima"))()
    done = send(client, "post", f"{url}verdict/", deputy, verdict)
    assert (done.status_code, done.json()["post"]["state"]) == (200, "published")


def test_links_are_removed_and_the_rest_is_approved(client, space, headers):
    post, review = held_post(make_topic(space))
    done = send(client, "post", f"{REVIEWS}{review.pk}/remove-links/", headers, {"version": post.content_version})
    assert (done.status_code, done.json()["decision"]) == (200, "links_removed")
    assert "https://" not in done.json()["post"]["text"]


def test_each_scope_and_each_right_is_needed(client, space, mara):
    post, review = held_post(make_topic(space))
    reader = tokens_of(mara)("community:read")
    url = f"{REVIEWS}{review.pk}/"
    assert client.get(url, headers=reader).status_code == 200
    assert send(client, "post", f"{url}approve/", reader, {"version": post.content_version}).status_code == 403
    assert send(client, "post", f"{TOPICS}{post.topic_id}/posts/", reader, {"text": "Hello"}).status_code == 403
    agent = tokens_of(person("agent"))()
    assert client.get(REVIEWS, headers=agent).status_code == 403
    assert client.get(TOPICS, headers=tokens_of(person("troubadour"))()).status_code == 403
    for address in ("/api/v1/spaces/", "/api/v1/community-members/", TOPICS, REVIEWS):
        assert client.get(address).status_code == 401


def test_pages_of_topics_posts_and_reviews_have_a_fixed_number_of_queries(client, space, headers):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    topic, counts = make_topic(space), []
    for more in (2, 6):
        for _number in range(more):
            make_topic(space)
            held_post(topic)
        seen = []
        for url in (TOPICS, f"{TOPICS}{topic.pk}/posts/", REVIEWS):
            client.get(url, headers=headers)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url, headers=headers).status_code == 200
            seen.append(len(queries))
        counts.append(seen)
    assert counts[0] == counts[1]


def test_spaces_are_created_and_changed_by_those_who_may(client, space, headers):
    agent = tokens_of(person("agent"))()
    manager = person("agent", email="mia@pedralva.example")
    manager.user_permissions.add(*Permission.objects.filter(codename__in=["add_space", "change_space", "view_space"]))
    own, body = tokens_of(manager)(), {"slug": "trails", "name": "Trails", "name_pt": "Trilhas", "kinds": ["idea"]}
    assert send(client, "post", SPACES, agent, body).status_code == 403
    made = send(client, "post", SPACES, own, body, **{"Idempotency-Key": "trails"})
    assert made.status_code == 201
    assert send(client, "post", SPACES, own, body, **{"Idempotency-Key": "trails"}).json() == made.json()
    assert (made.json()["kinds"], made.json()["visibility"]) == (["idea"], "public")
    assert send(client, "post", SPACES, own, body).status_code == 422
    for wrong in ({"slug": "desk"}, {"slug": "x", "kinds": []}, {"slug": "y", "moderator": NOBODY}):
        assert send(client, "post", SPACES, own, body | wrong).status_code == 422

    url = f"{SPACES}{made.json()['id']}/"
    read = client.get(url, headers=own)
    changed = send(
        client, "patch", url, own, {"name": "Paths", "deputy": str(manager.pk)}, **{"If-Match": read["ETag"]}
    )
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["name_pt"], changed.json()["slug"]) == ("Paths", "Trilhas", "trails")
    late = send(client, "patch", url, own, {"name": "Roads"}, **{"If-Match": read["ETag"]})
    assert (late.status_code, late.json()["current"]["name"]) == (412, "Paths")
    assert send(client, "patch", url, own, {"moderator": str(manager.pk)}).status_code == 422
    assert send(client, "patch", url, own, {"slug": "paths"}).status_code == 422
    assert send(client, "patch", f"{SPACES}{NOBODY}/", own, {"name": "X"}).status_code == 404
    assert send(client, "patch", url, agent, {"name": "X"}).status_code == 403
    assert client.get(url, headers=headers).json()["name"] == "Paths"
    assert AuditEntry.objects.filter(action__in=["community.space_made", "community.space_changed"]).count() == 2


def test_a_moderator_closes_reopens_and_says_where_an_idea_stands(client, space, headers):
    topic, idea, foreign = make_topic(space), make_topic(space, kind="idea"), make_topic(make_space("elsewhere"))
    url = f"{TOPICS}{topic.pk}/"
    read = client.get(url, headers=headers)
    closed = send(client, "post", f"{url}close/", headers, **{"If-Match": read["ETag"]})
    assert (closed.status_code, closed.json()["closed_at"] is None) == (200, False)
    assert send(client, "post", f"{url}reopen/", headers, **{"If-Match": read["ETag"]}).status_code == 412
    assert send(client, "post", f"{url}reopen/", headers, **{"If-Match": closed["ETag"]}).json()["closed_at"] is None
    said = send(client, "post", f"{TOPICS}{idea.pk}/idea/", headers, {"status": "planned", "note": "In May"})
    assert (said.json()["idea_status"], said.json()["idea_note"]) == ("planned", "In May")
    assert send(client, "post", f"{url}idea/", headers, {"status": "planned"}).status_code == 422
    assert send(client, "post", f"{TOPICS}{idea.pk}/idea/", headers, {"status": "soon"}).status_code == 422
    assert send(client, "post", f"{TOPICS}{foreign.pk}/close/", headers).status_code == 404
    assert send(client, "post", f"{url}close/", tokens_of(person("agent"))()).status_code == 403
    assert Topic.objects.filter(closed_at__isnull=False).count() == 0
