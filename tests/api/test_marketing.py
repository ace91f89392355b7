"""Templates and campaigns in the API: the same rules as on the pages, each thing once for each key."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from collaboration.models import ApprovalRequest
from content.models import Draft, Revision, Template
from engagement.api.actions import make_token
from engagement.api.models import SCOPES
from tests.campaigns.people import launched, ready, somebody
from tests.factories import NOW, make_channel, make_template
from tests.village.people import person

TEMPLATES, CAMPAIGNS = "/api/v1/templates/", "/api/v1/campaigns/"
NOBODY = "01990000-0000-7000-8000-000000000000"
pytestmark = pytest.mark.django_db


@pytest.fixture
def otavio():
    return person("troubadour", name="Otavio Sampaio")


@pytest.fixture
def headers(otavio):
    return tokens_of(otavio)()


def tokens_of(user):
    def make(*scopes):
        now = timezone.now()
        facts = {"name": "tests", "expires_at": now + timedelta(days=1), "now": now}
        _token, text = make_token(person=user, scopes=scopes or list(SCOPES), **facts)
        return {"authorization": f"Bearer {text}"}

    return make


def send(client, method, url, headers, body=None, **more):
    said = json.dumps({} if body is None else body)
    return getattr(client, method)(url, said, content_type="application/json", headers=headers | more)


class TestTemplates:
    def test_a_text_is_begun_written_saved_and_submitted(self, client, otavio, headers):
        channel = make_channel(sender_name="Pedralva")
        body = {"name": "Spring", "kind": "email", "purpose": "service", "layout": "letter"}
        made = send(client, "post", TEMPLATES, headers, body, **{"Idempotency-Key": "one"})
        again = send(client, "post", TEMPLATES, headers, body, **{"Idempotency-Key": "one"})
        assert (made.status_code, again.json()) == (201, made.json())
        template = Template.objects.get()
        assert (template.owner, template.channel, made.json()["state"]) == (otavio, channel, "draft")
        url = f"{TEMPLATES}{template.pk}/"
        (draft,) = made.json()["drafts"]
        words = {**{name: draft[name] for name in ("locale", "mjml", "version")}, "subject": "It is spring"}
        words["mjml"] = words["mjml"].replace("</mj-text>", " Yours, Pedralva</mj-text>")
        written = send(client, "put", f"{url}words/", headers, words)
        assert (written.status_code, written.json()["version"]) == (200, draft["version"] + 1)
        assert send(client, "put", f"{url}words/", headers, words | {"subject": "Older"}).status_code == 409
        assert Draft.objects.get().subject == "It is spring"
        saved = send(client, "post", f"{url}revisions/", headers)
        assert (saved.status_code, saved.json()["number"]) == (201, 1)
        assert send(client, "post", f"{url}revisions/", headers).json()["id"] == saved.json()["id"]
        asked = send(client, "post", f"{url}submissions/", headers, {"comment": "Please"})
        assert (asked.status_code, asked.json()["state"]) == (201, "open")
        assert ApprovalRequest.objects.get().content_hash == saved.json()["content_hash"]
        shown = client.get(url, headers=headers).json()
        assert (shown["state"], shown["newest_revision"]) == ("awaits", 1)
        listed = client.get(f"{url}revisions/", headers=headers).json()["results"]
        assert [one["number"] for one in listed] == [1]

    def test_a_language_is_begun_by_writing_version_0(self, client, otavio, headers):
        template = make_template(otavio)
        body = {"locale": "pt-br", "version": 0, "subject": "Primavera", "mjml": "<mjml></mjml>"}
        answer = send(client, "put", f"{TEMPLATES}{template.pk}/words/", headers, body)
        assert (answer.status_code, answer.json()["subject"]) == (200, "Primavera")
        assert template.drafts.count() == 2
        again = send(client, "put", f"{TEMPLATES}{template.pk}/words/", headers, body | {"subject": "Verao"})
        assert again.status_code == 409

    @pytest.mark.parametrize(
        "wrong",
        [{"name": ""}, {"kind": "fax"}, {"purpose": "war"}, {"layout": "x"}, {"channel": "x"}, {"channel": NOBODY}],
    )
    def test_what_cannot_be_begun_is_refused(self, client, headers, wrong):
        body = {"name": "Spring", "kind": "email", "purpose": "service"} | wrong
        answer = send(client, "post", TEMPLATES, headers, body)
        assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
        assert Template.objects.count() == 0

    def test_a_sender_of_the_other_kind_is_refused(self, client, headers):
        body = {"name": "Spring", "kind": "sms", "purpose": "service", "channel": str(make_channel().pk)}
        assert send(client, "post", TEMPLATES, headers, body).status_code == 422

    def test_what_cannot_be_read_is_not_saved_and_says_why(self, client, otavio, headers):
        template = make_template(otavio, words="{{ nobody_knows_this }}")
        answer = send(client, "post", f"{TEMPLATES}{template.pk}/revisions/", headers)
        assert answer.status_code == 422
        assert answer.json()["detail"]
        assert Revision.objects.count() == 0

    def test_reading_is_not_writing(self, client, otavio):
        template = make_template(otavio)
        reader = tokens_of(otavio)("content:read")
        assert client.get(TEMPLATES, {"search": template.name}, headers=reader).json()["results"][0]["name"]
        assert send(client, "post", f"{TEMPLATES}{template.pk}/submissions/", reader).status_code == 403
        counselor = tokens_of(person("counselor"))()
        assert client.get(f"{TEMPLATES}{template.pk}/", headers=counselor).status_code == 200
        assert send(client, "put", f"{TEMPLATES}{template.pk}/words/", counselor, {"locale": "en"}).status_code == 403
        assert client.get(TEMPLATES, headers=tokens_of(person("agent"))()).status_code == 403
        assert client.get(TEMPLATES).status_code == 401


class TestCampaigns:
    def test_a_campaign_is_launched_paused_resumed_and_stopped_each_once(self, client, otavio, headers):
        somebody("Ana", email="ana@customer.example", agrees=("email",))
        campaign = ready(otavio, ends_at=timezone.now() + timedelta(days=9))
        url = f"{CAMPAIGNS}{campaign.pk}/"
        looked = client.get(f"{url}preflight/", headers=headers).json()
        assert looked["may_launch"] is True
        assert {check["state"] for check in looked["checks"]} == {"ok", "ask"}
        assert send(client, "post", f"{url}pause/", headers).status_code == 409
        steps = (("launch", "launching"), ("pause", "paused"), ("resume", "launching"), ("stop", "stopped"))
        for step, status in steps:
            for _twice in range(2):
                given = {"seen_hash": looked["seen_hash"]} if step == "launch" else {}
                answer = send(client, "post", f"{url}{step}/", headers, given, **{"Idempotency-Key": step})
                assert (answer.status_code, answer.json()["status"]) == (200, status)
        assert Campaign.objects.get().launched_by == otavio
        assert send(client, "post", f"{url}resume/", headers).status_code == 409

    def test_what_is_not_ready_stays_a_draft(self, client, otavio, headers):
        campaign = Campaign.objects.create(name="Empty", owner=otavio)
        url = f"{CAMPAIGNS}{campaign.pk}/"
        assert client.get(f"{url}preflight/", headers=headers).json()["may_launch"] is False
        answer = send(client, "post", f"{url}launch/", headers)
        assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
        assert "The objective is missing" in answer.json()["detail"]
        assert Campaign.objects.get().status == "draft"

    def test_what_is_launched_is_what_was_read(self, client, otavio, headers):
        somebody("Ana", email="ana@customer.example", agrees=("email",))
        campaign = ready(otavio, ends_at=timezone.now() + timedelta(days=9))
        url = f"{CAMPAIGNS}{campaign.pk}/"
        looked = client.get(f"{url}preflight/", headers=headers)
        shown = {part["name"]: part["value"] for part in looked.json()["shown"]}
        assert (shown["people"], shown["cap"]) == ("1", "4 in 30 days")
        assert send(client, "post", f"{url}launch/", headers).status_code == 428
        somebody("Ben", email="ben@customer.example", agrees=("email",))
        Campaign.objects.update(cap_count=2)
        answer = send(client, "post", f"{url}launch/", headers, {"seen_hash": looked.json()["seen_hash"]})
        assert answer.status_code == 409
        assert "People in the segment: now 2; Frequency cap: now 2 in 30 days" in answer.json()["detail"]
        assert Campaign.objects.get().status == "draft"
        again = client.get(f"{url}preflight/", headers=headers)
        answer = send(client, "post", f"{url}launch/", headers, **{"If-Match": again["ETag"]})
        assert (answer.status_code, answer.json()["status"]) == (200, "launching")
        assert client.get(f"{url}preflight/", headers=headers).json()["may_launch"] is False

    def test_progress_counts_people_and_reasons(self, client, otavio, headers):
        somebody("Ana", email="ana@customer.example", agrees=("email",))
        somebody("Ben", email="ben@customer.example")
        campaign = launched(otavio, now=NOW)
        told = client.get(f"{CAMPAIGNS}{campaign.pk}/progress/", headers=headers).json()
        assert (told["total"], told["to_write"], told["skipped"]) == (2, 1, 1)
        assert told["reasons"] == [
            {"code": "no_consent", "reason": "No consent for marketing by this channel", "people": 1}
        ]
        listed = client.get(CAMPAIGNS, {"status": "sending"}, headers=headers).json()["results"]
        assert [one["id"] for one in listed] == [str(campaign.pk)]
        assert client.get(CAMPAIGNS, {"status": "draft"}, headers=headers).json()["results"] == []

    def test_reading_is_not_steering(self, client, otavio):
        campaign = Campaign.objects.create(name="Mine", owner=otavio)
        url = f"{CAMPAIGNS}{campaign.pk}/"
        reader = tokens_of(otavio)("campaigns:read")
        assert client.get(url, headers=reader).json()["name"] == "Mine"
        counselor = tokens_of(person("counselor"))()
        for step in ("launch", "pause", "resume", "stop"):
            assert send(client, "post", f"{url}{step}/", reader).status_code == 403
            assert send(client, "post", f"{url}{step}/", counselor).status_code == 403
        assert client.get(url, headers=tokens_of(person("agent"))()).status_code == 403
        assert client.get(f"{CAMPAIGNS}{NOBODY}/", headers=reader).status_code == 404
        assert Campaign.objects.get().status == "draft"


class TestApprovals:
    def test_a_text_is_approved_by_somebody_else_as_it_was_read(self, client, otavio, headers):
        template = make_template(otavio, purpose="marketing")
        asked = send(client, "post", f"{TEMPLATES}{template.pk}/submissions/", headers, {}).json()
        url, body = f"/api/v1/approvals/{asked['id']}/", {"content_hash": asked["content_hash"]}
        assert client.get(url, headers=headers).json()["subject"] == str(template.pk)
        assert send(client, "post", f"{url}approve/", headers, body).status_code == 403
        counselor = tokens_of(person("counselor"))()
        waiting = client.get("/api/v1/approvals/", {"waiting_for_me": "true"}, headers=counselor).json()["results"]
        assert [one["id"] for one in waiting] == [asked["id"]]
        assert send(client, "post", f"{url}reject/", counselor, body).json()["errors"][0]["pointer"] == "#/reason"
        assert send(client, "post", f"{url}approve/", counselor, {"content_hash": "0" * 64}).status_code == 409
        for _twice in range(2):
            done = send(client, "post", f"{url}approve/", counselor, body, **{"Idempotency-Key": "one"})
            assert (done.status_code, done.json()["state"]) == (200, "approved"), done.content
        assert send(client, "post", f"{url}reject/", counselor, body | {"reason": "No"}).status_code == 409
        gone = send(client, "post", f"{url}revoke/", counselor, {"reason": "The price is wrong"})
        assert (gone.status_code, gone.json()["state"]) == (200, "revoked")
        assert send(client, "post", f"{url}revoke/", counselor, {"reason": "Again"}).status_code == 422

    def test_others_see_and_decide_nothing(self, client, otavio, headers):
        template = make_template(otavio, purpose="marketing")
        asked = send(client, "post", f"{TEMPLATES}{template.pk}/submissions/", headers, {}).json()
        url, body = f"/api/v1/approvals/{asked['id']}/", {"content_hash": asked["content_hash"]}
        other = tokens_of(person("troubadour", email="other@pedralva.example"))()
        assert client.get(url, headers=other).status_code == 404
        assert client.get("/api/v1/approvals/", headers=other).json()["results"] == []
        reader = tokens_of(person("counselor"))("content:read")
        assert send(client, "post", f"{url}approve/", reader, body).status_code == 403
