"""What a launch has bound stays bound: edits stop nothing, withdrawing an approval pauses and says so."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connections

from campaigns.actions import freezing, steering, waves
from campaigns.actions.launch import NotReady, launch
from campaigns.models import Campaign
from campaigns.renderer import render
from campaigns.selectors.preflight import missing, preflight
from collaboration.approvals import MissingReason, NothingToRevoke, revoke_approval
from collaboration.models import ApprovalRequest, Notification
from content.actions.making import put_away
from content.actions.saving import save
from content.selectors.approved import approval_of
from engagement.channels import gate
from engagement.channels.models import Channel, Group, Transmission
from tests.campaigns.people import approve, launched, ready, somebody
from tests.factories import NOW
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def edit(campaign, lia) -> None:
    draft = campaign.email_template.drafts.get()
    draft.subject = "For next year"
    draft.save()
    save(template=campaign.email_template, author=lia, now=LATER)


def revoke(campaign, actor, now=LATER):
    asked = approval_of(campaign.email_revision)
    return revoke_approval(request_id=asked.pk, actor=actor, reason="The price is wrong", now=now)


def test_an_edit_of_the_template_stops_nothing_that_is_under_way(lia):
    for name in ("ana", "ben"):
        somebody(name, email=f"{name}@customer.example", agrees=("email",))
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW, limit=1)
    edit(campaign, lia)
    assert approval_of(campaign.email_revision).state == "void"
    waves.queue_wave(campaign_id=campaign.pk, now=LATER)
    rows = list(Transmission.objects.all())
    assert gate.decide(rows=rows, now=LATER) == {row.pk: gate.Pass() for row in rows}
    assert {row.content_hash for row in rows} == {campaign.email_revision.content_hash}


def test_an_edit_between_launch_and_freeze_skips_nobody(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launch(campaign=ready(lia), actor=lia, now=NOW)
    edit(campaign, lia)
    assert freezing.freeze(campaign_id=campaign.pk, now=LATER)
    assert campaign.recipients.get().state == "waiting"


def test_an_edited_text_cannot_be_launched_by_another_campaign(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    edit(campaign, lia)
    other = ready(lia, email_template=campaign.email_template, email_channel=campaign.email_channel)
    with pytest.raises(NotReady):
        launch(campaign=other, actor=lia, now=LATER)


def test_an_archived_template_is_launched_by_no_other_campaign(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    under_way = launched(lia)
    draft = ready(lia, email_template=under_way.email_template)
    put_away(template=under_way.email_template, actor=lia, now=LATER)
    draft.refresh_from_db()
    assert {"template_archived"} == {check.code for check in missing(preflight(campaign=draft, now=LATER))}
    with pytest.raises(NotReady):
        launch(campaign=draft, actor=lia, now=LATER)
    assert Campaign.objects.get(pk=under_way.pk).status == under_way.status


def test_withdrawing_an_approval_pauses_what_is_under_way_and_tells_its_owner(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    olga = person("counselor", email="olga@pedralva.example", name="Olga Reis")
    assert revoke(campaign, olga).state == "revoked"
    campaign.refresh_from_db()
    assert (campaign.status, campaign.pause_reason) == ("paused", "approval_withdrawn")
    assert Group.objects.get(pk=campaign.pk).held_at == LATER
    assert Transmission.objects.get().state == "queued"
    told = Notification.objects.get(kind="campaign.paused")
    assert (told.person, told.title) == (
        lia,
        "Paused: Spring service. Olga Reis withdrew the approval of its content",
    )
    page = client_of(lia).get(f"/campaigns/{campaign.pk}/").content.decode()
    assert "Paused: the approval of its content was withdrawn." in page


def test_it_is_resumed_after_it_was_approved_again_and_not_before(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    revoke(campaign, person("counselor", email="olga@pedralva.example"))
    with pytest.raises(steering.ApprovalWithdrawn):
        steering.resume(campaign=campaign, actor=lia, now=LATER)
    approve(campaign.email_template, lia)
    assert steering.resume(campaign=campaign, actor=lia, now=LATER).status == "sending"
    row = Transmission.objects.get()
    assert gate.decide(rows=[row], now=LATER) == {row.pk: gate.Pass()}
    edit(campaign, lia)
    assert gate.decide(rows=[row], now=LATER) == {row.pk: gate.Pass()}


def test_a_campaign_that_somebody_had_paused_is_held_by_the_withdrawal_too(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    steering.pause(campaign=campaign, actor=lia, now=NOW)
    edit(campaign, lia)
    revoke(campaign, person("counselor", email="olga@pedralva.example"))
    with pytest.raises(steering.ApprovalWithdrawn):
        steering.resume(campaign=campaign, actor=lia, now=LATER)
    assert steering.stop(campaign=campaign, actor=lia, now=LATER).status == "stopped"


def test_nothing_is_withdrawn_twice_or_without_a_reason(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign, olga = launched(lia), person("counselor", email="olga@pedralva.example")
    asked = approval_of(campaign.email_revision)
    with pytest.raises(MissingReason):
        revoke_approval(request_id=asked.pk, actor=olga, reason=" ", now=LATER)
    revoke(campaign, olga)
    with pytest.raises(NothingToRevoke):
        revoke(campaign, olga)
    assert ApprovalRequest.objects.get().closed_by == olga


def test_a_freeze_that_meets_a_withdrawal_skips_nobody(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launch(campaign=ready(lia), actor=lia, now=NOW)
    revoke(campaign, person("counselor", email="olga@pedralva.example"))
    assert not freezing.freeze(campaign_id=campaign.pk, now=LATER)
    assert campaign.recipients.count() == 0


def test_reviewers_and_launchers_have_a_button_and_others_do_not(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    url = f"/campaigns/{campaign.pk}/"
    benefactor = client_of(person("benefactor"))
    assert "Withdraw the approval" not in benefactor.get(url).content.decode()
    assert benefactor.post(f"{url}approval/email/").status_code == 403
    olga = client_of(person("counselor", email="olga@pedralva.example"))
    asked = approval_of(campaign.email_revision)
    assert "Withdraw the approval" in olga.get(f"/work/review/{asked.pk}/").content.decode()
    assert olga.post(f"/work/review/{asked.pk}/revocation/", {"reason": ""}).status_code == 422
    assert "Withdraw the approval" in client_of(lia).get(url).content.decode()
    assert client_of(lia).post(f"{url}approval/email/").status_code == 302
    assert Campaign.objects.get().pause_reason == "approval_withdrawn"
    assert "Withdraw the approval" not in client_of(lia).get(url).content.decode()
    assert client_of(lia).post(f"{url}approval/nonsense/").status_code == 302


def test_what_is_sent_has_the_sender_that_was_approved(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    row = Transmission.objects.get()
    before = render([row])[row.pk]
    Channel.objects.filter(pk=campaign.email_channel_id).update(sender_name="Receita Federal")
    after = render([row])[row.pk]
    assert after == before
    assert b"Receita" not in after.content


@pytest.mark.django_db(transaction=True)
def test_a_launch_and_a_withdrawal_at_once_never_leave_a_running_campaign():
    lia = person("troubadour", email="lia@pedralva.example")
    olga = person("counselor", email="olga@pedralva.example")
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    for pause in (0.0, 0.02, 0.05, 0.1):
        campaign, start = ready(lia), threading.Barrier(2)
        asked = ApprovalRequest.objects.get(subject_id=campaign.email_template_id)

        def press(campaign=campaign, start=start) -> None:
            start.wait()
            with suppress(NotReady):
                launch(campaign=campaign, actor=lia, now=NOW)
            connections.close_all()

        def take_back(asked=asked, start=start, pause=pause) -> None:
            start.wait()
            threading.Event().wait(pause)
            revoke_approval(request_id=asked.pk, actor=olga, reason="No", now=NOW)
            connections.close_all()

        threads = [threading.Thread(target=press), threading.Thread(target=take_back)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        campaign.refresh_from_db()
        assert campaign.status in ("draft", "paused")
