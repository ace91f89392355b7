"""A save in the administration writes what its form showed, and never over a newer state."""

import threading

import pytest
from django.db import connections, transaction

from campaigns.actions.launch import launch
from campaigns.models import Campaign, Segment
from engagement.village.models import AuditEntry
from tests.campaigns.people import launched, ready, somebody
from tests.factories import NOW
from tests.html_forms import sent_by
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


def opened(client, campaign):
    """What the open form of a campaign would send."""
    return sent_by(client.get(address(campaign)).content.decode(), "campaign_form")


def address(campaign):
    return f"/admin/campaigns/campaign/{campaign.pk}/change/"


def test_the_second_of_two_editors_is_told_and_loses_no_word(lia):
    otavio = person("troubadour", email="otavio@pedralva.example", name="Otávio Prado")
    bruna, other = client_of(lia), client_of(otavio)
    campaign = ready(lia)
    first, second = opened(bruna, campaign), opened(other, campaign)
    assert bruna.post(address(campaign), {**first, "objective": "Bruna's", "budget": "5000"}).status_code == 302
    answer = other.post(address(campaign), {**second, "cap_count": "7", "objective": "Otávio's"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Lia Fontoura saved this while you were editing." in page
    assert "Saved meanwhile: Bruna&#x27;s. Your value is kept here." in page
    again = sent_by(page, "campaign_form")
    assert (again["objective"], again["cap_count"], again["budget"]) == ("Otávio's", "7", "5000.00")
    campaign.refresh_from_db()
    assert (campaign.objective, campaign.cap_count) == ("Bruna's", 4)
    assert other.post(address(campaign), again).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.objective, campaign.cap_count, campaign.budget) == ("Otávio's", 7, 5000)


def test_a_form_that_does_not_say_what_it_showed_is_refused(lia):
    campaign, client = ready(lia), client_of(lia)
    form = opened(client, campaign)
    del form["seen_values"]
    answer = client.post(address(campaign), {**form, "name": "Other"})
    assert (answer.status_code, "does not say what it showed" in answer.content.decode()) == (422, True)
    assert Campaign.objects.get().name == "Spring service"


def test_what_two_people_typed_alike_is_no_conflict(lia):
    campaign, client = ready(lia), client_of(lia)
    form = opened(client, campaign)
    Campaign.objects.update(cap_count=9)
    assert client.post(address(campaign), {**form, "cap_count": "9", "name": "Other"}).status_code == 302


def test_a_save_writes_only_what_its_form_changed(lia):
    campaign, client = ready(lia), client_of(lia)
    form = opened(client, campaign)
    Campaign.objects.update(pause_reason="kept", segment_size=12)
    assert client.post(address(campaign), {**form, "name": "Other"}).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.name, campaign.pause_reason, campaign.segment_size) == ("Other", "kept", 12)


def test_a_form_of_a_campaign_that_was_launched_meanwhile_saves_nothing_and_keeps_the_words(lia):
    somebody(email="ana@customer.example", agrees=("email",))
    campaign, client = ready(lia), client_of(lia)
    form = opened(client, campaign)
    launch(campaign=campaign, actor=lia, now=NOW)
    answer = client.post(address(campaign), {**form, "name": "Too late"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Lia Fontoura launched this campaign while you were editing. Nothing was saved." in page
    assert "Too late" in page
    campaign.refresh_from_db()
    assert (campaign.status, campaign.name) == ("launching", "Spring service")


def test_segments_and_their_rules_are_kept_the_same_way(lia):
    client, segment = client_of(lia), Segment.objects.create(name="Brazil", owner=lia)
    url = f"/admin/campaigns/segment/{segment.pk}/change/"
    form = sent_by(client.get(url).content.decode(), "segment_form")
    Segment.objects.update(rules={"all": [{"field": "country", "op": "is", "value": "BR"}]})
    answer = client.post(url, {**form, "name": "Brasil"})
    assert answer.status_code == 409
    again = sent_by(answer.content.decode(), "segment_form")
    assert (again["name"], "BR" in again["rules"]) == ("Brasil", True)
    assert Segment.objects.get().name == "Brazil"
    assert client.post(url, again).status_code == 302
    assert Segment.objects.get().rules == {"all": [{"field": "country", "op": "is", "value": "BR"}]}


def test_it_is_said_in_portuguese(lia):
    lia.language = "pt-br"
    lia.save()
    campaign, client = ready(lia), client_of(lia)
    form = opened(client, campaign)
    assert client.post(address(campaign), {**form, "objective": "Outro"}).status_code == 302
    page = client.post(address(campaign), {**form, "objective": "Meu"}).content.decode()
    assert "Lia Fontoura salvou isto enquanto você editava." in page
    assert "Salvo nesse meio-tempo: Outro." in page


@pytest.mark.django_db(transaction=True)
def test_a_save_during_a_launch_never_undoes_it():
    lia = person("troubadour", email="lia@pedralva.example", name="Lia Fontoura")
    somebody(email="ana@customer.example", agrees=("email",))
    for pause in (0.0, 0.02, 0.05, 0.1, 0.2):
        campaign, client = ready(lia), client_of(lia)
        form, start = opened(client, campaign), threading.Barrier(2)

        def press(campaign=campaign, start=start) -> None:
            start.wait()
            with transaction.atomic():
                launch(campaign=campaign, actor=lia, now=NOW)
            connections.close_all()

        def keep(campaign=campaign, client=client, form=form, start=start, pause=pause) -> None:
            start.wait()
            threading.Event().wait(pause)
            client.post(address(campaign), {**form, "cap_count": "3"})
            connections.close_all()

        threads = [threading.Thread(target=press), threading.Thread(target=keep)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        campaign.refresh_from_db()
        assert campaign.status == "launching"
        assert campaign.email_revision is not None
    trail = AuditEntry.objects.filter(action="campaign.launched")
    assert trail.count() == Campaign.objects.filter(status="launching").count() == 5


def test_a_launched_campaign_is_not_written_by_its_old_form(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    answer = client_of(lia).post(address(campaign), {"name": "Other", "seen_values": "{}"})
    assert answer.status_code == 409
    assert Campaign.objects.get().name == "Spring service"
