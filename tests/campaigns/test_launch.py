"""From a draft to messages: what is missing, who is frozen, waves, the SMS that did not arrive, pause and stop."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.utils import IntegrityError

from campaigns.actions import freezing, steering, waves
from campaigns.actions.effects import note_answer, note_unsubscription
from campaigns.actions.failover import note_loss
from campaigns.actions.launch import NotReady, launch
from campaigns.models import Campaign, Recipient, Segment
from campaigns.models.recipient import SOURCE
from campaigns.renderer import render
from campaigns.selectors.forecast import forecast
from campaigns.selectors.people import people
from campaigns.selectors.preflight import _revision, missing, preflight
from campaigns.selectors.progress import progress
from campaigns.tasks import advance_all
from content.actions.saving import save
from content.models import Revision
from engagement.channels.models import Channel, Transmission
from engagement.events.models import OutboxEvent
from engagement.profiles.models import AttributeDefinition, Deal, Profile
from engagement.village.models import AuditEntry
from tests.campaigns.people import approve, approved, launched, ready, somebody
from tests.factories import NOW, make_channel, make_user

State = Transmission.State


def titles(campaign: Campaign) -> list[str]:
    return [str(check.title) for check in missing(preflight(campaign=campaign, now=NOW))]


def codes(campaign: Campaign) -> dict[str, str]:
    names = dict(Profile.objects.values_list("pk", "name"))
    return {names[row.profile_id]: row.code or row.channel for row in campaign.recipients.all()}


# Before the launch


def test_an_empty_draft_lacks_everything_and_cannot_be_launched(lia):
    campaign = Campaign.objects.create(name="Empty", holdout_percent=0)
    assert titles(campaign) == [
        "The objective is missing",
        "It has no owner",
        "The budget is missing",
        "The end is missing",
        "Nobody is chosen",
        "No words for the e-mail",
        "No sender for the e-mail",
        "Nobody is left alone, and no reason is given",
    ]
    with pytest.raises(NotReady):
        launch(campaign=campaign, actor=lia, now=NOW)
    campaign.refresh_from_db()
    assert campaign.status == "draft"
    assert not OutboxEvent.objects.filter(name="campaigns.changed").exists()


def test_an_empty_segment_is_said(lia):
    campaign = ready(lia)
    assert titles(campaign) == ["The segment is empty"]
    somebody()
    assert titles(campaign) == []


def test_rules_that_cannot_be_asked_any_more_are_said(lia):
    segment = Segment.objects.create(
        name="Gone", owner=lia, rules={"all": [{"field": "attribute.gone", "op": "is_known"}]}
    )
    assert titles(ready(lia, segment=segment)) == ["The rules of the segment cannot be asked"]


def test_words_that_were_never_approved_are_said(lia):
    somebody()
    from tests.factories import make_template

    template = make_template(lia, purpose="marketing", name="Spring")
    save(template=template, author=lia, now=NOW)
    campaign = ready(lia, email_template=template, email_channel=template.channel)
    assert titles(campaign) == ["“Spring” is not approved"]


def test_an_edit_after_the_approval_takes_the_approval_away(lia):
    somebody()
    campaign = ready(lia)
    draft = campaign.email_template.drafts.get()
    draft.subject = "Edited after the approval"
    draft.save()
    save(template=campaign.email_template, author=lia, now=NOW)
    with pytest.raises(NotReady):
        launch(campaign=campaign, actor=lia, now=NOW)
    approve(campaign.email_template, lia)
    assert launch(campaign=campaign, actor=lia, now=NOW).email_revision.number == 2


def test_a_paused_sender_and_another_sender_than_the_approved_one_are_said(lia):
    somebody()
    campaign = ready(lia)
    Channel.objects.filter(pk=campaign.email_channel_id).update(status="paused", name="Care")
    campaign = Campaign.objects.get(pk=campaign.pk)
    assert titles(campaign) == ["Care is paused"]
    campaign.email_channel = make_channel(name="Other")
    assert titles(campaign) == [f"“{campaign.email_template.name}” was approved with another sender"]


def test_the_way_round_needs_both_channels(lia):
    somebody()
    campaign = ready(lia, plan="sms_else_email")
    assert titles(campaign) == []
    campaign.email_channel = None
    assert titles(campaign) == ["No sender for the e-mail", "The way round is not there"]


def test_a_missing_postal_address_is_said(lia):
    campaign = ready(lia)
    nowhere = Revision(template=campaign.email_template, number=1, channel=campaign.email_channel, postal_address=" ")
    found = [check for check in _revision(campaign, "email", campaign.email_template, nowhere) if check.state == "stop"]
    assert [str(check.title) for check in found] == ["The sender's postal address is missing"]


# The launch


def test_a_launch_binds_rules_and_exact_words_and_leaves_a_trail(lia):
    somebody(email="ana@customer.example", agrees=("email",))
    campaign = launch(campaign=ready(lia), actor=lia, now=NOW)
    assert (campaign.status, campaign.launched_by, campaign.rules) == ("launching", lia, {"all": []})
    assert campaign.email_revision.content_hash == campaign.email_template.revisions.get().content_hash
    assert AuditEntry.objects.filter(action="campaign.launched").count() == 1
    campaign.segment.rules = {"all": [{"field": "country", "op": "is", "value": "XX"}]}
    campaign.segment.save()
    freezing.freeze(campaign_id=campaign.pk, now=NOW)
    assert campaign.recipients.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_launches_at_once_one_counts():
    from tests.village.people import person

    lia = person("troubadour", email="lia@pedralva.example")
    somebody(email="ana@customer.example", agrees=("email",))
    campaign, start = ready(lia), threading.Barrier(2)

    def press() -> None:
        start.wait()
        launch(campaign=campaign, actor=lia, now=NOW)
        connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditEntry.objects.filter(action="campaign.launched").count() == 1
    assert OutboxEvent.objects.filter(name="campaigns.changed").count() == 1


def test_each_person_is_frozen_once_with_an_address_or_a_reason(lia):
    somebody("Ana", email="ana@customer.example", phone="+5531955500101", agrees=("email", "sms"), language="pt-br")
    somebody("Ben", email="ben@customer.example", agrees=("email",))
    somebody("Cara", email="cara@customer.example")
    somebody("Dan")
    eva = somebody("Eva", email="eva@customer.example", agrees=("email",))
    Deal.objects.create(profile=eva, owner=make_user(), title="Fleet", stage="closing", created_at=NOW, changed_at=NOW)
    campaign = launched(lia, plan="sms_else_email")
    assert codes(campaign) == {
        "Ana": "sms",
        "Ben": "email",
        "Cara": "no_consent",
        "Dan": "no_address",
        "Eva": "deal_closing",
    }
    ana = campaign.recipients.get(channel="sms")
    assert (ana.address, ana.fallback_address) == ("+5531955500101", "ana@customer.example")
    assert (campaign.status, campaign.segment_size) == ("sending", 5)
    assert not freezing.freeze(campaign_id=campaign.pk, now=NOW)
    assert campaign.recipients.count() == 5


def test_the_database_refuses_a_second_recipient(lia):
    somebody(email="ana@customer.example", agrees=("email",))
    row = launched(lia).recipients.get()
    with pytest.raises(IntegrityError):
        Recipient.objects.create(
            key=Campaign._meta.pk.get_default(),
            campaign_id=row.campaign_id,
            profile_id=row.profile_id,
            state="waiting",
            channel="email",
            address="b@c.example",
            send_at=NOW,
            created_at=NOW,
        )


def test_what_a_forecast_says_is_what_a_launch_does(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    somebody("Cara", email="cara@customer.example")
    somebody("Dan")
    campaign = ready(lia)
    said = forecast(campaign=Campaign.objects.get(pk=campaign.pk), now=NOW)
    assert (said.people, said.would_get_it) == (3, 1)
    assert {one.code: one.people for one in said.skipped} == {"no_consent": 1, "no_address": 1}
    assert Recipient.objects.count() == 0


def test_the_holdout_is_about_its_share_and_the_same_each_time(lia):
    for number in range(200):
        somebody(f"#{number}", email=f"p{number}@customer.example", agrees=("email",))
    campaign = ready(lia, holdout_percent=20)
    launch(campaign=campaign, actor=lia, now=NOW)
    freezing.freeze(campaign_id=campaign.pk, now=NOW)
    alone = set(campaign.recipients.filter(code="holdout").values_list("profile_id", flat=True))
    assert 20 <= len(alone) <= 60
    campaign.recipients.all().delete()
    Campaign.objects.filter(pk=campaign.pk).update(frozen_at=None, status="launching")
    freezing.freeze(campaign_id=campaign.pk, now=NOW)
    assert set(campaign.recipients.filter(code="holdout").values_list("profile_id", flat=True)) == alone


def test_a_cap_counts_what_they_had_before(lia):
    ana = somebody("Ana", email="ana@customer.example", agrees=("email",))
    first = launched(lia, cap_count=1)
    waves.queue_wave(campaign_id=first.pk, now=NOW)
    Transmission.objects.update(state="accepted", handed_at=NOW)
    later = launched(lia, cap_count=1, now=NOW + timedelta(hours=1))
    assert codes(later) == {"Ana": "frequency_cap"}
    assert ana.pk == later.recipients.get().profile_id


def test_quiet_hours_put_it_off_to_the_morning_where_they_live(lia):
    night = NOW.replace(hour=3)  # midnight in São Paulo
    somebody("Ana", email="ana@customer.example", agrees=("email",), time_zone="America/Sao_Paulo")
    somebody("Jun", email="jun@customer.example", agrees=("email",), time_zone="Asia/Tokyo")
    campaign = launched(lia, now=night)
    turns = {row.address: row.send_at for row in campaign.recipients.all()}
    assert turns == {"ana@customer.example": NOW.replace(hour=11), "jun@customer.example": night}
    assert waves.queue_wave(campaign_id=campaign.pk, now=night) == 1
    said = progress(campaign=campaign, now=night)
    assert (said.deferred, said.next_at) == (1, NOW.replace(hour=11))


def test_a_time_of_day_is_kept_where_each_person_lives(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",), time_zone="America/Sao_Paulo")
    somebody("Jun", email="jun@customer.example", agrees=("email",), time_zone="Asia/Tokyo")
    somebody("Odd", email="odd@customer.example", agrees=("email",), time_zone="Nowhere/Land")
    nine = (NOW + timedelta(days=2)).replace(hour=12)  # 9:00 in São Paulo
    campaign = launched(lia, begins_at=nine, in_local_time=True)
    turns = {row.address.partition("@")[0]: row.send_at for row in campaign.recipients.all()}
    assert turns == {"ana": nine, "jun": nine.replace(hour=0), "odd": nine}


# A worker dies


@pytest.mark.parametrize("line", ["judged_people", "_carry_on", "publish"])
def test_a_freeze_that_is_cut_off_anywhere_is_done_once_by_the_next(lia, monkeypatch, line):
    somebody(email="ana@customer.example", agrees=("email",))
    campaign = launch(campaign=ready(lia), actor=lia, now=NOW)

    def die(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(freezing, line, die)
        with pytest.raises(KeyboardInterrupt):
            freezing.freeze(campaign_id=campaign.pk, now=NOW)
    assert (campaign.recipients.count(), Campaign.objects.get().status) == (0, "launching")
    assert freezing.freeze(campaign_id=campaign.pk, now=NOW)
    assert campaign.recipients.count() == 1


@pytest.mark.parametrize("line", ["_values", "run", "wake_delivery", "poke"])
def test_a_wave_that_is_cut_off_anywhere_is_made_once_by_the_next(lia, monkeypatch, line):
    somebody(email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)

    def die(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(waves, line, die)
        with pytest.raises(KeyboardInterrupt):
            waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    assert (Transmission.objects.count(), campaign.recipients.get().state) == (0, "waiting")
    assert waves.queue_wave(campaign_id=campaign.pk, now=NOW) == 1
    assert waves.queue_wave(campaign_id=campaign.pk, now=NOW) == 0
    assert Transmission.objects.count() == 1


# What is sent


def test_a_wave_carries_the_approved_words_and_what_they_were_filled_with(lia):
    AttributeDefinition.objects.create(slug="bought-on", label="Bought", label_pt="Comprou", type="date")
    somebody("Ana Prado", email="ana@customer.example", agrees=("email",), attributes={"bought-on": "2026-05-20"})
    template = approved(lia, words="Hello {{ first_name }}, since {{ bought_on | date: '%Y' }}")
    campaign = launched(lia, email_template=template, email_channel=template.channel)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    row = Transmission.objects.get()
    recipient = campaign.recipients.get()
    assert recipient.values == {"first_name": "Ana", "bought_on": {"date": "2026-05-20"}}
    assert (row.unique_key, row.group_id) == (f"{SOURCE}:{recipient.pk}:email", campaign.pk)
    assert row.content_hash == campaign.email_revision.content_hash
    Profile.objects.update(name="Somebody Else")
    words = render([row])[row.key]
    again = render([row])[row.key]
    assert words == again
    assert row.external_id.startswith(f"campaign.{recipient.key.hex}@")


def test_no_more_wait_than_may_wait(lia, monkeypatch):
    monkeypatch.setattr(waves, "MOST_QUEUED", 2)
    for number in range(5):
        somebody(f"#{number}", email=f"p{number}@customer.example", agrees=("email",))
    campaign = launched(lia)
    assert waves.queue_wave(campaign_id=campaign.pk, now=NOW) == 2
    assert waves.queue_wave(campaign_id=campaign.pk, now=NOW) == 0
    Transmission.objects.update(state="accepted")
    assert waves.queue_wave(campaign_id=campaign.pk, now=NOW) == 2


# Steering


def test_a_pause_lets_nothing_more_be_claimed_and_a_resumption_does(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    somebody("Ben", email="ben@customer.example", agrees=("email",))
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW, limit=1)
    steering.pause(campaign=campaign, actor=lia, now=NOW)
    assert steering.pause(campaign=campaign, actor=lia, now=NOW).status == "paused"
    assert waves.queue_wave(campaign_id=campaign.pk, now=NOW) == 0
    assert Transmission.objects.get().state == "queued"
    steering.resume(campaign=campaign, actor=lia, now=NOW)
    assert waves.queue_wave(campaign_id=campaign.pk, now=NOW) == 1
    assert AuditEntry.objects.filter(action__in=["campaign.paused", "campaign.resumed"]).count() == 2


def test_a_stop_takes_back_what_waits_and_says_why(lia):
    for number in range(3):
        somebody(f"#{number}", email=f"p{number}@customer.example", agrees=("email",))
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW, limit=2)
    gone = Transmission.objects.first()
    Transmission.objects.filter(pk=gone.pk).update(state="accepted")
    steering.stop(campaign=campaign, actor=lia, now=NOW)
    steering.wind_up(campaign_id=campaign.pk, now=NOW)
    assert not steering.wind_up(campaign_id=campaign.pk, now=NOW)
    assert sorted(campaign.recipients.values_list("state", "code")) == [
        ("queued", ""),
        ("skipped", "campaign_stopped"),
        ("skipped", "campaign_stopped"),
    ]
    assert sorted(Transmission.objects.values_list("state", flat=True)) == ["accepted", "cancelled"]
    campaign.refresh_from_db()
    assert (campaign.status, campaign.over_at) == ("stopped", NOW)


def test_a_stop_that_was_cut_off_is_wound_up_by_the_worker(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    steering.stop(campaign=campaign, actor=lia, now=NOW)
    assert campaign.recipients.get().state == "waiting"
    advance_all()
    assert campaign.recipients.get().code == "campaign_stopped"


def test_the_end_stops_it(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia, begins_at=NOW + timedelta(days=9))
    assert steering.end_if_over(campaign_id=campaign.pk, now=NOW + timedelta(days=11))
    steering.wind_up(campaign_id=campaign.pk, now=NOW + timedelta(days=11))
    assert codes(campaign) == {"Ana": "campaign_ended"}


def test_it_is_finished_when_nothing_is_left(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    assert not steering.end_if_over(campaign_id=campaign.pk, now=NOW)
    Transmission.objects.update(state="accepted")
    assert steering.end_if_over(campaign_id=campaign.pk, now=NOW)
    campaign.refresh_from_db()
    assert campaign.status == "finished"


def test_a_draft_cannot_be_paused_or_stopped(lia):
    campaign = ready(lia)
    for act in (steering.pause, steering.resume, steering.stop):
        with pytest.raises(steering.NotLaunched):
            act(campaign=campaign, actor=lia, now=NOW)
    assert Campaign.objects.get().status == "draft"


# What comes of it


def test_the_e_mail_follows_an_sms_that_did_not_arrive_once(lia):
    somebody("Ana", email="ana@customer.example", phone="+5531955500101", agrees=("email", "sms"))
    campaign = launched(lia, plan="sms_else_email")
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    sms = Transmission.objects.get()
    assert sms.channel.kind == "sms"
    note_loss(transmission_id=sms.pk, now=NOW)
    assert Transmission.objects.count() == 1  # it was not lost
    Transmission.objects.update(state="bounced")
    note_loss(transmission_id=sms.pk, now=NOW)
    note_loss(transmission_id=sms.pk, now=NOW)
    follows = Transmission.objects.exclude(pk=sms.pk).get()
    assert (follows.channel.kind, follows.recipients[0]["address"]) == ("email", "ana@customer.example")
    assert progress(campaign=campaign, now=NOW).other_channel == 1
    assert progress(campaign=campaign, now=NOW).failed == 0


def test_no_e_mail_follows_after_the_campaign_was_stopped(lia):
    somebody("Ana", email="ana@customer.example", phone="+5531955500101", agrees=("email", "sms"))
    campaign = launched(lia, plan="sms_else_email")
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    Transmission.objects.update(state="failed")
    steering.stop(campaign=campaign, actor=lia, now=NOW)
    note_loss(transmission_id=Transmission.objects.get().pk, now=NOW)
    assert Transmission.objects.count() == 1


def test_what_the_gate_refuses_later_is_not_written_to_and_says_why(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    Transmission.objects.update(state="refused", error_code="consent_withdrawn")
    note_loss(transmission_id=Transmission.objects.get().pk, now=NOW)
    assert codes(campaign) == {"Ana": "consent_withdrawn"}
    assert [one.name for one in people(campaign=campaign, which="skipped", code="consent_withdrawn").people] == ["Ana"]


def test_an_answer_and_an_unsubscription_count_once(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    row = Transmission.objects.get()
    conversation = row.pk  # any key: the conversation stands elsewhere
    note_answer(transmission_id=row.pk, conversation_id=conversation, now=NOW)
    note_answer(transmission_id=row.pk, conversation_id=campaign.pk, now=NOW + timedelta(days=1))
    note_unsubscription(transmission_id=row.pk, now=NOW)
    recipient = campaign.recipients.get()
    assert (recipient.answered_at, recipient.conversation_id, recipient.unsubscribed_at) == (NOW, conversation, NOW)
    assert OutboxEvent.objects.filter(name="campaigns.answered").count() == 1


def test_the_unsubscribe_link_of_a_message_is_counted_for_its_campaign(lia):
    from engagement.channels.unsubscribe import unsubscribe
    from engagement.events.relay import run_pending

    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    unsubscribe(transmission=Transmission.objects.get(), source="page", evidence={}, now=NOW)
    run_pending(now=NOW)
    assert campaign.recipients.get().unsubscribed_at == NOW
    assert Transmission.objects.get().state != "queued"


def test_counting_needs_as_many_queries_for_3_people_as_for_30(lia, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    asked = []
    for number in (3, 30):
        for one in range(number):
            somebody(f"#{number}.{one}", email=f"p{number}.{one}@customer.example", agrees=("email",))
        campaign = launched(lia)
        waves.queue_wave(campaign_id=campaign.pk, now=NOW)
        with CaptureQueriesContext(connection) as captured:
            progress(campaign=campaign, now=NOW)
            people(campaign=campaign, which="all")
        asked.append(len(captured))
    assert asked[0] == asked[1]
