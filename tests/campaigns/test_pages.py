"""The pages of campaigns and their administration, for the roles concerned, in both languages."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.actions import waves
from campaigns.actions.launch import launch
from campaigns.models import Campaign, Segment
from campaigns.statistics import difference, wilson
from engagement.channels.models import Transmission
from engagement.profiles import spreadsheet_cells
from engagement.village.models import AuditEntry
from tests.campaigns.people import launched, ready, somebody
from tests.factories import NOW
from tests.html_forms import sent_by
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
RULES = {"all": [{"field": "country", "op": "is", "value": "BR"}]}


@pytest.fixture
def marketer(lia):
    return client_of(lia)


def text_of(answer) -> str:
    return answer.content.decode()


def test_a_draft_s_page_says_what_is_missing_and_offers_no_launch(marketer, lia):
    campaign = Campaign.objects.create(name="<b>Empty</b>", owner=lia)
    page = text_of(marketer.get(f"/campaigns/{campaign.pk}/"))
    assert "Before launch" in page
    assert "The objective is missing" in page
    assert 'aria-disabled="true"' in page
    assert "<b>Empty</b>" not in page
    answer = marketer.post(f"/campaigns/{campaign.pk}/launch/", follow=True)
    assert "It cannot be launched yet" in text_of(answer)
    assert Campaign.objects.get().status == "draft"


def test_a_campaign_is_launched_paused_resumed_and_stopped_on_its_page(marketer, lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = ready(lia, ends_at=timezone.now() + timedelta(days=9))
    url = f"/campaigns/{campaign.pk}/"
    page = text_of(marketer.get(url))
    assert "Nothing is missing" in page
    for address, status in (("launch/", "launching"), ("pause/", "paused")):
        assert marketer.post(url + address, {"seen": sent_by(page)["seen"]}).status_code == 302
        assert Campaign.objects.get().status == status
    marketer.delete(url + "pause/")
    assert Campaign.objects.get().status == "launching"
    marketer.post(url + "end/")
    assert Campaign.objects.get().status == "stopped"


def test_the_page_of_a_launched_campaign_opens_its_people(marketer, lia):
    somebody("Ana <i>Prado</i>", email="ana@customer.example", agrees=("email",))
    somebody("Ben", email="ben@customer.example")
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    Transmission.objects.update(state="delivered", handed_at=NOW)
    page = text_of(marketer.get(f"/campaigns/{campaign.pk}/"))
    assert "1 of 1" in page
    assert "No consent for marketing by this channel" in page
    people = text_of(marketer.get(f"/campaigns/{campaign.pk}/people/skipped/?code=no_consent"))
    assert "Ben" in people
    assert "Ana" not in people
    delivered = text_of(marketer.get(f"/campaigns/{campaign.pk}/people/delivered/"))
    assert "Ana &lt;i&gt;Prado&lt;/i&gt;" in delivered
    recipient = campaign.recipients.get(state="queued")
    message = text_of(marketer.get(f"/campaigns/recipients/{recipient.pk}/"))
    assert "Hello Ana" in message
    assert marketer.get(f"/campaigns/{campaign.pk}/people/nonsense/").status_code == 404


def test_the_live_part_is_drawn_alone(marketer, lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    part = text_of(
        marketer.get(f"/campaigns/{campaign.pk}/", headers={"HX-Request": "true", "HX-Target": "div#progress"})
    )
    assert part.lstrip().startswith('<div id="progress"')
    assert "<html" not in part


def test_the_forecast_is_drawn_alone_and_without_javascript(marketer, lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    somebody("Ben")
    campaign = ready(lia)
    url = f"/campaigns/{campaign.pk}/"
    part = text_of(marketer.get(url, headers={"HX-Request": "true", "HX-Target": "div#forecast"}))
    assert "of 2 people would get it." in part
    assert "of 2 people would get it." in text_of(marketer.get(f"{url}?forecast=1"))


def test_an_export_holds_everybody_and_no_formula(marketer, lia):
    somebody('=HYPERLINK("http://evil")', email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    answer = marketer.get(f"/campaigns/{campaign.pk}/people/all/export/")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("\"'=HYPERLINK")
    assert AuditEntry.objects.filter(action="campaign.exported").count() == 1


def test_an_export_and_a_page_write_domains_as_people_do(marketer, lia):
    somebody("Jürgen", email="jurgen@xn--bcher-kva.example", agrees=("email",))
    campaign = launched(lia)
    answer = marketer.get(f"/campaigns/{campaign.pk}/people/all/export/")
    assert ",jurgen@bücher.example," in b"".join(answer.streaming_content).decode()
    row = campaign.recipients.get()
    assert row.address == "jurgen@xn--bcher-kva.example"
    assert "jurgen@bücher.example" in marketer.get(f"/campaigns/recipients/{row.pk}/").content.decode()


@pytest.mark.parametrize(
    ("cell", "safe"),
    [("Ana", "Ana"), ("=1", "'=1"), ("+55", "'+55"), ("-1", "'-1"), ("@x", "'@x"), (" =1", "' =1"), ("\t=1", "'\t=1")],
)
def test_a_cell_is_never_a_formula(cell, safe):
    assert spreadsheet_cells.safe(cell) == safe


def test_the_pages_are_said_in_portuguese(lia):
    lia.language = "pt-br"
    lia.save()
    marketer = client_of(lia)
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    draft, sent = ready(lia, budget=None), launched(lia)
    assert "Antes de lançar" in text_of(marketer.get(f"/campaigns/{draft.pk}/"))
    assert "Falta o orçamento" in text_of(marketer.get(f"/campaigns/{draft.pk}/"))
    assert "Da mensagem à resposta" in text_of(marketer.get(f"/campaigns/{sent.pk}/"))
    assert "Campanhas" in text_of(marketer.get("/campaigns/"))
    assert "Quem entra" in text_of(marketer.get("/admin/campaigns/segment/add/"))


def test_the_list_needs_as_many_queries_for_3_campaigns_as_for_12(marketer, lia):
    asked = []
    for number in (3, 9):
        for one in range(number):
            Campaign.objects.create(name=f"C{number}.{one}", owner=lia)
        marketer.get("/campaigns/")
        with CaptureQueriesContext(connection) as captured:
            assert marketer.get("/campaigns/").status_code == 200
        asked.append(len(captured))
    assert asked[0] == asked[1]


# The administration


@pytest.mark.parametrize("role", ["agent", "merchant", "counselor", "benefactor", "builder", "moderator"])
def test_who_may_only_look_does_not_enter_the_administration(role):
    answer = client_of(person(role)).get("/admin/")
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_somebody_whose_account_is_closed_does_not_enter(lia, marketer):
    lia.is_active = False
    lia.save()
    assert marketer.get("/admin/").status_code == 302


def test_a_marketer_sees_only_what_they_may_and_the_way_back(marketer):
    page = text_of(marketer.get("/admin/"))
    assert "/admin/campaigns/campaign/" in page
    assert "/admin/village/user/" not in page
    assert 'href="/campaigns/"' in page
    assert marketer.get("/admin/village/user/").status_code == 403


def test_a_segment_is_made_counted_and_audited(marketer):
    somebody("Ana", country="BR")
    somebody("Ben", country="US")
    answer = marketer.post("/admin/campaigns/segment/estimate/", {"rules": json.dumps(RULES)})
    assert (answer.status_code, "1 person" in text_of(answer), "Ana" in text_of(answer)) == (200, True, True)
    form = {"name": "Brazil", "description": "", "rules": json.dumps(RULES)}
    assert marketer.post("/admin/campaigns/segment/add/", form).status_code == 302
    assert Segment.objects.get().rules == RULES
    assert AuditEntry.objects.filter(action="segment.added").count() == 1
    assert "Country is “BR”" in text_of(marketer.get("/admin/campaigns/segment/"))
    assert "rule-builder" in text_of(marketer.get(f"/admin/campaigns/segment/{Segment.objects.get().pk}/change/"))


@pytest.mark.parametrize("rules", ["{", '{"all": [{"field": "password", "op": "is", "value": "x"}]}', "[]", "null"])
def test_rules_that_cannot_be_asked_are_not_kept(marketer, rules):
    assert marketer.post("/admin/campaigns/segment/estimate/", {"rules": rules}).status_code == 422
    marketer.post("/admin/campaigns/segment/add/", {"name": "Odd", "rules": rules})
    assert not Segment.objects.exists()


def test_saving_a_campaign_leads_to_its_page(marketer, lia):
    form = {
        "name": "Spring",
        "objective": "",
        "currency": "BRL",
        "holdout_percent": "10",
        "holdout_exception": "",
        "cap_count": "4",
        "cap_days": "30",
        "plan": "email",
        "attribution": "last_touch",
        "attribution_days": "10",
        "_save": "",
    }
    answer = marketer.post("/admin/campaigns/campaign/add/", form)
    campaign = Campaign.objects.get()
    assert answer["Location"] == f"/campaigns/{campaign.pk}/"
    assert campaign.owner == lia
    assert AuditEntry.objects.filter(action="campaign.added").count() == 1


def test_only_approved_templates_are_offered(marketer, lia):
    from tests.campaigns.people import approved
    from tests.factories import make_template

    approved(lia, name="Approved words")
    make_template(lia, purpose="marketing", name="Unapproved words")
    page = text_of(marketer.get("/admin/campaigns/campaign/add/"))
    assert "Approved words" in page
    assert "Unapproved words" not in page


def test_a_launched_campaign_is_only_read_in_the_administration(marketer, lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    answer = marketer.post(f"/admin/campaigns/campaign/{campaign.pk}/change/", {"name": "Other"})
    assert answer.status_code == 403
    assert Campaign.objects.get().name == campaign.name


# How sure


def test_intervals_are_those_of_the_literature():
    one = wilson(81, 263)
    assert (round(one.low, 4), round(one.high, 4)) == (0.2553, 0.3662)
    both = difference(56, 70, 48, 80)
    assert (round(both.value, 4), round(both.low, 4), round(both.high, 4)) == (0.2, 0.0524, 0.3339)
    assert not difference(1, 10, 1, 10).excludes_zero


def test_the_home_page_of_a_benefactor_says_what_the_launched_campaigns_may_cost(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    launched(lia)
    Campaign.objects.update(budget=38000, currency="BRL")
    page = text_of(client_of(person("benefactor")).get("/"))
    assert "Budget of campaigns" in page
    assert "R$ 38,000" in page


def test_the_page_of_one_person_shows_what_was_sent_and_no_notice_of_the_house(marketer, lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    recipient = campaign.recipients.get()
    page = text_of(marketer.get(f"/campaigns/recipients/{recipient.pk}/"))
    assert "ana@customer.example" in page
    assert 'class="toast"' not in page


def test_the_visionary_sees_segments_and_channels_that_no_campaign_uses():
    bruna = person("visionary", email="bruna.k@pedralva.example")
    somebody(email="ana@customer.example", agrees=("email",))
    campaign = ready(bruna)
    Segment.objects.create(name="Never reached", owner=bruna)
    page = client_of(bruna).get("/").content.decode()
    assert "Never reached" in page
    assert campaign.email_channel.name in page
    launch(campaign=campaign, actor=bruna, now=NOW)
    Campaign.objects.filter(pk=campaign.pk).update(launched_at=timezone.now())
    page = client_of(bruna).get("/").content.decode()
    assert page.count("Segment that no campaign has reached in 90 days") == 1
    assert "Channel that no campaign has used in 90 days" not in page
