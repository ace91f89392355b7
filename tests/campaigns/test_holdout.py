"""Who is left alone: once per person, before channels; for every campaign of a period; and the first reason counts."""

from datetime import timedelta

import pytest
from django.db.models import QuerySet

from campaigns.actions.waves import queue_wave
from campaigns.models import Campaign, UniversalHoldout
from campaigns.selectors.forecast import forecast
from campaigns.selectors.preflight import preflight
from campaigns.selectors.results import comparisons
from engagement.channels.models import Transmission
from engagement.profiles.actions import consent
from engagement.profiles.actions.deals import Terms, open_deal
from engagement.profiles.models import Deal, Profile
from tests.campaigns.people import launched, ready, somebody
from tests.factories import NOW
from tests.html_forms import sent_by
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


def codes(campaign: Campaign) -> dict[str, str]:
    names = dict(Profile.objects.values_list("pk", "name"))
    return {names[row.profile_id]: row.code or row.channel for row in campaign.recipients.all()}


def refuse(profile: Profile, channel: str, source: str) -> None:
    consent.withdraw(
        profile_id=profile.pk, channel=channel, purpose="marketing", source=source, evidence={}, actor=None, now=NOW
    )


def test_the_share_holds_in_a_plan_of_two_channels_whoever_agrees_to_which(lia):
    for number in range(120):
        agrees = (("sms",), ("email",), ("sms", "email"))[number % 3]
        mail, phone = f"p{number}@customer.example", f"+55319{80000000 + number}"
        one = somebody(f"#{number}", email=mail, phone=phone, agrees=agrees)
        if number % 3 == 0:
            refuse(one, "email", "import")
    campaign = launched(lia, plan="sms_else_email", holdout_percent=20)
    found = list(codes(campaign).values())
    assert set(found) == {"holdout", "sms", "email"}
    alone = {row.profile_id for row in campaign.recipients.filter(code="holdout")}
    assert 10 <= len(alone) <= 40
    by_kind = {
        kind: sum(int(one.name[1:]) % 3 == kind for one in Profile.objects.filter(pk__in=alone)) for kind in range(3)
    }
    assert all(by_kind.values()), by_kind


def test_a_forecast_holds_out_whom_the_launch_does(lia):
    for number in range(40):
        somebody(f"#{number}", email=f"p{number}@customer.example", agrees=("email",))
    campaign = ready(lia, holdout_percent=50)
    said = forecast(campaign=Campaign.objects.get(pk=campaign.pk), now=NOW)
    assert {one.code for one in said.skipped} == {"holdout"}


@pytest.mark.parametrize(
    ("granted_before", "source", "code"),
    [
        (True, "import", "consent_withdrawn"),
        (True, "stop", "consent_withdrawn"),
        (False, "stop", "consent_withdrawn"),
        (False, "import", "no_consent"),
    ],
)
def test_opted_out_is_said_only_where_the_ledger_says_so(lia, granted_before, source, code):
    agrees = ("email",) if granted_before else ()
    ana = somebody("Ana", email="ana@customer.example", agrees=agrees)
    refuse(ana, "email", source)
    assert codes(launched(lia)) == {"Ana": code}


def test_the_first_channel_s_reason_is_said(lia):
    ana = somebody("Ana", email="ana@customer.example", phone="+5531987654321", agrees=("sms", "email"))
    refuse(ana, "sms", "stop")
    refuse(ana, "email", "link")
    ben = somebody("Ben", email="ben@customer.example", phone="+5531987654322", agrees=("email",))
    refuse(ben, "email", "link")
    assert codes(launched(lia, plan="sms_else_email")) == {"Ana": "consent_withdrawn", "Ben": "no_consent"}


@pytest.mark.parametrize("agrees", [("email",), ("sms",), ("sms", "email")])
@pytest.mark.parametrize("code", ["deal_held", "deal_closing", "frequency_cap"])
def test_a_reason_of_the_person_comes_before_the_consent_of_a_channel(lia, code, agrees):
    """Whoever agreed to one channel of the plan only: not that consent is why they get nothing."""
    ana = somebody("Ana", email="ana@customer.example", phone="+5531987654321", agrees=agrees)
    fields = {"plan": "sms_else_email"}
    if code == "frequency_cap":
        fields |= {"cap_count": 1, "cap_days": 7}
        earlier = launched(lia, plan=agrees[0], now=NOW - timedelta(hours=1))
        queue_wave(campaign_id=earlier.pk, now=NOW)
        Transmission.objects.update(state="accepted", handed_at=NOW)
    else:
        deal = open_deal(
            profile_id=ana.pk, owner=lia, terms=Terms(title="Twelve bicycles", company="Inn"), actor=lia, now=NOW
        )
        QuerySet(Deal).filter(pk=deal.pk).update(**({"held": True} if code == "deal_held" else {"stage": "closing"}))
    assert codes(launched(lia, **fields)) == {"Ana": code}


# The universal holdout


def test_the_universal_holdout_is_the_same_for_every_campaign_of_a_period(lia):
    for number in range(150):
        somebody(f"#{number}", email=f"p{number}@customer.example", agrees=("email",))
    UniversalHoldout.objects.create(percent=20, period="2027-H1")
    alone = []
    for _ in range(2):
        campaign = launched(lia, cap_count=0)
        alone.append({row.profile_id for row in campaign.recipients.filter(code="universal_holdout")})
    assert alone[0] == alone[1]
    assert 12 <= len(alone[0]) <= 50
    UniversalHoldout.objects.update(period="2027-H2")
    later = launched(lia, cap_count=0)
    assert alone[0] != {row.profile_id for row in later.recipients.filter(code="universal_holdout")}


def test_the_universal_holdout_stands_in_the_checks_and_the_results(lia):
    for number in range(60):
        somebody(f"#{number}", email=f"p{number}@customer.example", agrees=("email",))
    UniversalHoldout.objects.create(percent=20, period="2027-H1")
    campaign = ready(lia)
    titles = [str(check.title) for check in preflight(campaign=campaign, now=NOW)]
    assert "Universal holdout: 20% of all contacts get no campaign (2027-H1)" in titles
    sent = launched(lia, holdout_percent=20)
    page = client_of(lia).get(f"/campaigns/{sent.pk}/").content.decode()
    assert "Universal holdout" in page
    assert "against the universal holdout" not in page
    queue_wave(campaign_id=sent.pk, now=NOW)
    own, universal = comparisons(campaign=sent)
    assert (own.written, own.alone) == (
        sent.recipients.filter(state="queued").count(),
        sent.recipients.filter(code="holdout").count(),
    )
    alone = sent.recipients.filter(code="universal_holdout").count()
    assert (universal.written, universal.alone, universal.is_universal) == (own.written, alone, True)
    for headers in ({}, {"HX-Request": "true", "HX-Target": "progress"}):
        page = client_of(lia).get(f"/campaigns/{sent.pk}/", headers=headers).content.decode()
        for said in ("Within 10 days, against the universal holdout", "Within 10 days, against the 20% who were left"):
            assert said in page, headers


def test_a_head_of_marketing_sets_it_and_a_content_author_does_not(lia):
    head = client_of(person("visionary"))
    url = "/admin/campaigns/universalholdout/"
    assert head.post(f"{url}add/", {"percent": "5", "period": "2027-H1"}).status_code == 302
    assert str(UniversalHoldout.current()) == "5 % (2027-H1)"
    assert head.get(f"{url}add/").status_code == 403
    form = sent_by(head.get(f"{url}1/change/").content.decode(), "universalholdout_form")
    assert head.post(f"{url}1/change/", {**form, "percent": "21"}).status_code == 422
    assert head.post(f"{url}1/change/", {**form, "percent": "0"}).status_code == 302
    assert UniversalHoldout.current().percent == 0
    assert client_of(lia).get(url).status_code == 403


# Numbers that cannot exist


def test_only_valid_numbers_are_counted_and_written_to(lia):
    somebody("Ana", phone="+5531987654321", agrees=("sms",))
    somebody("Uwe", phone="+551714708231", agrees=("sms",))
    both = somebody("Eva", phone="+551714708232", email="eva@customer.example", agrees=("sms", "email"))
    campaign = ready(lia, plan="sms_else_email")
    titles = [str(check.title) for check in preflight(campaign=campaign, now=NOW)]
    assert "2 people have no valid phone number" in titles
    said = forecast(campaign=Campaign.objects.get(pk=campaign.pk), now=NOW)
    assert dict(said.by_channel) == {"sms": 1, "email": 1}
    campaign = launched(lia, plan="sms_else_email", now=NOW + timedelta(minutes=1))
    assert codes(campaign) == {"Ana": "sms", "Uwe": "invalid_number", "Eva": "email"}
    assert campaign.recipients.get(profile_id=both.pk).fallback_address == ""


def test_the_statement_and_the_library_agree_on_what_is_a_number():
    import random

    import phonenumbers
    from django.db import connection

    from engagement.profiles.phone_validity import valid_phone_params, valid_phone_sql

    numbers, lot = [], random.Random(11)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number(region)
        if example is None:
            continue
        text = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        numbers += [text, text[:-1], f"{text}1"]
        numbers += [f"{text[:-6]}{lot.randrange(10**6):06d}" for _ in range(3)]
    numbers += ["+551714708231", "+5531987654321", "+5517123456", "+999123", "", "+"]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT given, {valid_phone_sql('given')} FROM unnest(%(numbers)s::text[]) AS given",
            {"numbers": numbers, **valid_phone_params()},
        )
        found = dict(cursor.fetchall())

    def is_valid(text: str) -> bool:
        try:
            read = phonenumbers.parse(text)
        except phonenumbers.NumberParseException:
            return False
        return phonenumbers.is_valid_number(read) and (
            phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164) == text
        )

    assert {text: is_valid(text) for text in found} == found
