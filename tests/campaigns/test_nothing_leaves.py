"""Nothing leaves after the end, to a closed address, twice to one person, or to somebody who said stop."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from campaigns.actions import steering, waves
from campaigns.actions.failover import note_loss
from campaigns.models import Campaign
from campaigns.selectors.figures import figures
from campaigns.tasks import advance_all
from engagement.channels import gate
from engagement.channels.delivery import claiming
from engagement.channels.models import Group, Transmission
from engagement.profiles.actions import consent
from engagement.profiles.actions.identities import close
from engagement.profiles.actions.merge import merge
from engagement.profiles.models import Identity, Profile
from tests.campaigns.people import launched, somebody
from tests.factories import NOW
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def codes(campaign: Campaign) -> dict[str, str]:
    names = dict(Profile.objects.values_list("pk", "name"))
    return {names[row.profile_id]: row.code or row.state for row in campaign.recipients.all()}


def addresses() -> list[str]:
    return sorted(row.recipients[0]["address"] for row in Transmission.objects.all())


def withdraw(profile: Profile, channel: str, now=LATER) -> None:
    consent.withdraw(
        profile_id=profile.pk, channel=channel, purpose="marketing", source="sms", evidence={}, actor=None, now=now
    )


# After the end


def test_what_is_paused_over_its_end_does_not_leave_after_it(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia, ends_at=LATER)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    steering.pause(campaign=campaign, actor=lia, now=NOW)
    with pytest.raises(steering.CampaignEnded):
        steering.resume(campaign=campaign, actor=lia, now=LATER)
    page = client_of(lia).post(f"/campaigns/{campaign.pk}/pause/", {"resume": "1"}, follow=True).content.decode()
    campaign.refresh_from_db()
    assert ("Its end has come." in page, campaign.status) == (True, "stopped")
    assert (codes(campaign), Transmission.objects.get().state) == ({"Ana": "campaign_ended"}, "cancelled")


def test_a_paused_campaign_ends_by_itself(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia, ends_at=LATER)
    steering.pause(campaign=campaign, actor=lia, now=NOW)
    advance_all()
    campaign.refresh_from_db()
    assert (campaign.status, codes(campaign)) == ("stopped", {"Ana": "campaign_ended"})


def test_the_delivery_path_knows_the_end_itself(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    somebody("Ben", email="ben@customer.example", agrees=("email",))
    campaign = launched(lia, ends_at=LATER)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    assert Group.objects.get(pk=campaign.pk).ends_at == LATER
    channel = campaign.email_channel_id
    before = claiming.claim(channel_id=channel, owner="w", limit=1, now=LATER - timedelta(seconds=1), grouped=True)
    assert len(before) == 1
    assert claiming.claim(channel_id=channel, owner="w", limit=9, now=LATER, grouped=True) == []
    assert claiming.begin_handing(keys=[before[0].pk], owner="w", now=LATER) == set()


def test_no_wave_is_made_after_the_end(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia, ends_at=LATER)
    assert waves.queue_wave(campaign_id=campaign.pk, now=LATER) == 0


# To a closed address


@pytest.mark.parametrize("reason", ["mistake", "gone", "unused", "reassigned"])
def test_a_closed_address_is_not_written_to_and_the_open_one_is(lia, reason):
    ana = somebody("Ana", email="old@customer.example", agrees=("email",))
    somebody("Ben", email="ben@customer.example", agrees=("email",))
    campaign = launched(lia)
    for address in ("old@customer.example", "ben@customer.example"):
        close(identity_id=Identity.objects.get(address=address).pk, reason=reason, now=timezone.now())
    Identity.objects.create(
        profile=ana, kind="email", address="new@customer.example", address_norm="new@customer.example", preferred=True
    )
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    assert addresses() == ["new@customer.example"]
    assert codes(campaign) == {"Ana": "queued", "Ben": "address_closed"}
    assert campaign.recipients.get(state="queued").address == "new@customer.example"


@pytest.mark.parametrize("reason", ["mistake", "gone", "unused"])
def test_an_address_that_is_closed_after_the_wave_is_refused_by_the_gate(lia, reason):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    close(identity_id=Identity.objects.get().pk, reason=reason, now=timezone.now())
    row = Transmission.objects.get()
    assert gate.decide(rows=[row], now=NOW) == {row.pk: gate.Refuse("address_closed")}
    Transmission.objects.update(state="refused", error_code="address_closed")
    note_loss(transmission_id=row.pk, now=NOW)
    assert codes(campaign) == {"Ana": "address_closed"}


def test_a_closed_number_is_followed_by_the_e_mail_at_once(lia):
    somebody("Ana", email="ana@customer.example", phone="+5531987654321", agrees=("email", "sms"))
    campaign = launched(lia, plan="sms_else_email")
    close(identity_id=Identity.objects.get(kind="phone").pk, reason="gone", now=timezone.now())
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    row = Transmission.objects.select_related("channel").get()
    assert (row.channel.kind, addresses()) == ("email", ["ana@customer.example"])
    assert row.content_hash == campaign.email_revision.content_hash


# Twice to one person


def pair() -> tuple[Profile, Profile]:
    one = somebody("Ana", email="a@customer.example", agrees=("email",))
    return one, somebody("Ana P.", email="b@customer.example", agrees=("email",))


def test_two_recipients_that_were_merged_before_the_wave_get_one_message(lia):
    one, other = pair()
    campaign = launched(lia)
    merge(kept_id=one.pk, merged_id=other.pk, actor=lia, now=NOW)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    assert Transmission.objects.count() == 1
    assert sorted(codes(campaign).values()) == ["queued", "same_person"]


def test_two_recipients_that_were_merged_between_waves_get_one_message(lia):
    one, other = pair()
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW, limit=1)
    merge(kept_id=one.pk, merged_id=other.pk, actor=lia, now=NOW)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    assert Transmission.objects.count() == 1


@pytest.mark.parametrize("sent_first", [True, False])
def test_two_recipients_that_were_merged_after_the_wave_get_one_message(lia, sent_first):
    one, other = pair()
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    merge(kept_id=one.pk, merged_id=other.pk, actor=lia, now=NOW)
    rows = list(Transmission.objects.order_by("key"))
    if sent_first:
        Transmission.objects.filter(pk=rows[0].pk).update(state="accepted", handed_at=NOW)
        assert gate.decide(rows=rows[1:], now=NOW) == {rows[1].pk: gate.Refuse("same_person")}
    else:
        found = gate.decide(rows=rows, now=NOW)
        assert sorted(map(str, found.values())) == ["Pass()", "Refuse(code='same_person')"]


def test_a_person_whose_other_half_was_left_alone_is_left_alone(lia):
    one, other = pair()
    campaign = launched(lia)
    campaign.recipients.filter(profile_id=other.pk).update(state="skipped", code="holdout")
    merge(kept_id=one.pk, merged_id=other.pk, actor=lia, now=NOW)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    assert codes(campaign) == {"Ana": "same_person", "Ana P.": "holdout"}


@pytest.mark.django_db(transaction=True)
def test_a_merge_while_workers_claim_sends_one_message():

    lia = person("troubadour", email="lia@pedralva.example")
    for number in range(4):
        one = somebody(f"A{number}", email=f"a{number}@customer.example", agrees=("email",))
        other = somebody(f"B{number}", email=f"b{number}@customer.example", agrees=("email",))
        if number % 2:
            one, other = other, one
        merged = (one, other)
        campaign = launched(lia)
        waves.queue_wave(campaign_id=campaign.pk, now=NOW)
        start, claimed = threading.Barrier(3), []

        def work(name, campaign=campaign, start=start, claimed=claimed) -> None:
            start.wait()
            rows = claiming.claim(channel_id=campaign.email_channel_id, owner=name, limit=50, now=NOW, grouped=True)
            claimed.extend(row.profile_id for row in rows)
            connections.close_all()

        def unite(merged=merged, start=start) -> None:
            merge(kept_id=merged[0].pk, merged_id=merged[1].pk, actor=lia, now=NOW)
            start.wait()
            connections.close_all()

        threads = [threading.Thread(target=work, args=("w1",)), threading.Thread(target=work, args=("w2",))]
        threads.append(threading.Thread(target=unite))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({one.pk, other.pk} & set(claimed)) == 1, number
        steering.stop(campaign=campaign, actor=lia, now=NOW)
        steering.wind_up(campaign_id=campaign.pk, now=NOW)


# To somebody who said stop


@pytest.mark.parametrize(
    ("state", "code", "error", "follows"),
    [
        ("failed", "gave_up", "", 1),
        ("bounced", "", "The number does not exist. (30005)", 1),
        ("refused", "recipient_invalid", "", 1),
        ("refused", "address_closed", "", 1),
        ("refused", "consent_withdrawn", "", 0),
        ("refused", "no_consent", "", 0),
        ("refused", "suppressed", "", 0),
        ("refused", "not_approved", "", 0),
        ("refused", "deal_closing", "", 0),
        ("refused", "open_complaint", "", 0),
        ("refused", "frequency_cap", "", 0),
        ("failed", "recipient_unsubscribed", "", 0),
        ("bounced", "", "They have answered STOP. (21610)", 0),
        ("failed", "render_failed", "", 0),
    ],
)
def test_the_e_mail_follows_what_could_not_arrive_and_nothing_else(lia, state, code, error, follows):
    somebody("Ana", email="ana@customer.example", phone="+5531987654321", agrees=("email", "sms"))
    campaign = launched(lia, plan="sms_else_email")
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    sms = Transmission.objects.get()
    Transmission.objects.update(state=state, error_code=code, error=error)
    note_loss(transmission_id=sms.pk, now=NOW)
    assert Transmission.objects.exclude(pk=sms.pk).count() == follows
    if state == "refused" and not follows:
        assert codes(campaign) == {"Ana": code}


def test_a_stop_while_somebody_waits_stops_the_message_everywhere(lia):
    ana = somebody("Ana", email="ana@customer.example", phone="+5531987654321", agrees=("email", "sms"))
    campaign = launched(lia, plan="sms_else_email")
    withdraw(ana, "sms")
    waves.queue_wave(campaign_id=campaign.pk, now=LATER)
    assert (Transmission.objects.count(), codes(campaign)) == (0, {"Ana": "consent_withdrawn"})


def test_no_e_mail_follows_a_lost_sms_of_somebody_who_opted_out_meanwhile(lia):
    ana = somebody("Ana", email="ana@customer.example", phone="+5531987654321", agrees=("email", "sms"))
    campaign = launched(lia, plan="sms_else_email")
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    Transmission.objects.update(state="accepted")
    withdraw(ana, "sms")
    Transmission.objects.update(state="bounced", error_code="")
    note_loss(transmission_id=Transmission.objects.get().pk, now=LATER)
    assert Transmission.objects.count() == 1


@pytest.mark.parametrize(
    ("by", "code"), [("sms", "consent_withdrawn"), ("email", "consent_withdrawn"), ("whatsapp", None)]
)
def test_a_stop_while_the_e_mail_instead_is_queued_stops_it(lia, by, code):
    ana = somebody("Ana", email="ana@customer.example", phone="+5531987654321", agrees=("email", "sms", "whatsapp"))
    campaign = launched(lia, plan="sms_else_email")
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    Transmission.objects.update(state="bounced", error="The number does not exist. (30005)")
    note_loss(transmission_id=Transmission.objects.get().pk, now=NOW)
    email = Transmission.objects.get(channel__kind="email")
    withdraw(ana, by)
    later = LATER + timedelta(days=1)
    refused = gate.decide(rows=[email], now=later)[email.pk]
    assert refused == (gate.Refuse(code) if code else gate.Pass())
    claimed = claiming.claim(channel_id=email.channel_id, owner="w", limit=9, now=later, grouped=True)
    assert len(claimed) == (0 if code else 1)
    if code:
        note_loss(transmission_id=email.pk, now=later)
        note_loss(transmission_id=Transmission.objects.get(channel__kind="sms").pk, now=later)  # told of again
        assert Transmission.objects.count() == 2
        found = figures(Campaign.objects.get(pk=campaign.pk))
        assert (found.failed, found.other_channel, found.total) == (1, 0, 1)


def test_a_stop_by_one_channel_leaves_a_campaign_of_the_other_alone(lia):
    ana = somebody("Ana", email="ana@customer.example", phone="+5531987654321", agrees=("email", "sms"))
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    withdraw(ana, "sms")
    row = Transmission.objects.get()
    assert gate.decide(rows=[row], now=LATER)[row.pk] == gate.Pass()


@pytest.mark.django_db(transaction=True)
def test_a_stop_of_the_campaign_and_a_lost_sms_leave_nothing_that_waits_for_ever():
    lia = person("troubadour")
    for number in range(3):
        somebody("Ana", email=f"a{number}@customer.example", phone=f"+55319876543{number:02d}", agrees=("email", "sms"))
        campaign = launched(lia, plan="sms_else_email")
        waves.queue_wave(campaign_id=campaign.pk, now=NOW)
        sms = Transmission.objects.filter(group_id=campaign.pk)
        sms.update(state="bounced", error="The number does not exist. (30005)")
        keys = list(sms.values_list("pk", flat=True))
        start = threading.Barrier(2)

        def lose(keys=keys, start=start) -> None:
            start.wait()
            for key in keys:
                note_loss(transmission_id=key, now=NOW)
            connections.close_all()

        def end(campaign=campaign, start=start) -> None:
            start.wait()
            steering.stop(campaign=campaign, actor=lia, now=NOW)
            steering.wind_up(campaign_id=campaign.pk, now=NOW)
            connections.close_all()

        threads = [threading.Thread(target=lose), threading.Thread(target=end)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not Transmission.objects.filter(group_id=campaign.pk, state="queued").exists()


def test_settling_a_wave_needs_as_many_queries_for_3_people_as_for_30(lia):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    asked = []
    for number in (3, 30):
        for one in range(number):
            somebody(f"#{number}.{one}", email=f"p{number}.{one}@customer.example", agrees=("email",))
        campaign = launched(lia)
        with CaptureQueriesContext(connection) as captured:
            assert waves.queue_wave(campaign_id=campaign.pk, now=NOW) >= number
        asked.append(len(captured))
    assert asked[0] == asked[1]
