"""When each person's turn comes, and what is said of it before a launch."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.models import Campaign
from campaigns.schedule import schedule_of, turn_sql
from campaigns.segments.asking import ask
from campaigns.selectors.forecast import forecast
from campaigns.selectors.preflight import preflight
from engagement.channels.policy import quiet_hours
from tests.campaigns.people import launched, ready, somebody
from tests.factories import NOW
from tests.html_forms import sent_by
from tests.village.people import client_of

pytestmark = pytest.mark.django_db
HOUSE = ZoneInfo("America/Sao_Paulo")


def at(text: str, zone: str = "America/Sao_Paulo") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def turns(campaign: Campaign) -> dict[str, datetime]:
    return {row.address.partition("@")[0]: row.send_at for row in campaign.recipients.all()}


def titles(campaign: Campaign, now: datetime = NOW) -> list[str]:
    found = preflight(campaign=Campaign.objects.get(pk=campaign.pk), now=now)
    return [str(check.title) for check in found if check.state != "ok"]


def known(name: str, **facts: str) -> None:
    somebody(name, email=f"{name}@customer.example", agrees=("email",), **facts)


def test_an_hour_that_is_over_where_somebody_lives_is_the_next_day_s(lia):
    known("ana", time_zone="America/Sao_Paulo")
    known("rui", time_zone="Europe/Lisbon")
    known("asha", time_zone="Asia/Kolkata")
    known("ada", time_zone="America/Los_Angeles")
    now, begins = at("2026-06-10T08:55"), at("2026-06-10T09:00")
    campaign = launched(lia, now=now, begins_at=begins, in_local_time=True, ends_at=now + timedelta(days=10))
    assert turns(campaign) == {
        "ana": begins,
        "rui": at("2026-06-11T09:00", "Europe/Lisbon"),
        "asha": at("2026-06-11T09:00", "Asia/Kolkata"),
        "ada": at("2026-06-10T09:00", "America/Los_Angeles"),
    }
    assert "For 2 people that hour is already over" in titles(campaign, now)


def test_an_hour_that_has_just_begun_is_kept(lia):
    known("ana", time_zone="America/Sao_Paulo")
    now, begins = at("2026-06-10T09:20"), at("2026-06-10T09:00")
    campaign = launched(lia, now=now, begins_at=begins, in_local_time=True, ends_at=now + timedelta(days=10))
    assert turns(campaign) == {"ana": now}


def test_a_start_of_days_ago_keeps_its_hour(lia):
    known("ana", time_zone="Asia/Tokyo")
    now = at("2026-06-10T15:00")
    campaign = launched(
        lia, now=now, begins_at=at("2026-06-02T09:00"), in_local_time=True, ends_at=now + timedelta(days=10)
    )
    assert turns(campaign) == {"ana": at("2026-06-11T09:00", "Asia/Tokyo")}


@pytest.mark.parametrize(
    ("facts", "zone"),
    [
        ({"country": "DE"}, "Europe/Berlin"),
        ({"country": "JP"}, "Asia/Tokyo"),
        ({"country": "PT"}, "Atlantic/Azores"),
        ({"time_zone": "Nowhere/Land", "country": "DE"}, "Europe/Berlin"),
        ({"time_zone": "Europe/Rome", "country": "US"}, "Europe/Rome"),
        ({"country": "XX"}, "America/Sao_Paulo"),
        ({}, "America/Sao_Paulo"),
    ],
)
def test_a_country_without_a_zone_is_scheduled_where_it_is(lia, facts, zone):
    known("one", **facts)
    now = at("2026-06-10T08:00")
    campaign = launched(
        lia, now=now, begins_at=at("2026-06-12T09:00"), in_local_time=True, ends_at=now + timedelta(days=10)
    )
    assert turns(campaign) == {"one": at("2026-06-12T09:00", zone)}


@pytest.mark.parametrize(
    ("country", "begins", "turn"),
    [
        ("BR", "09:00", at("2026-06-12T08:00", "America/Rio_Branco")),  # 10:00 in São Paulo
        ("BR", "14:00", at("2026-06-12T14:00")),
        ("BR", "20:30", at("2026-06-13T08:00", "America/Rio_Branco")),  # 21:30 on Fernando de Noronha
        ("US", "09:00", at("2026-06-12T09:00", "Pacific/Honolulu")),
        ("US", "18:00", at("2026-06-12T18:00", "America/Denver")),  # 19:00 in Phoenix: 22:00 in New York
        ("AU", "09:00", at("2026-06-12T09:00", "Australia/Perth")),
        ("CA", "20:30", at("2026-06-12T20:30", "America/St_Johns")),  # 16:00 in Vancouver
    ],
)
def test_a_turn_disturbs_nobody_in_any_zone_of_the_country(lia, country, begins, turn):
    known("one", country=country)
    now = at("2026-06-10T08:00")
    campaign = launched(
        lia, now=now, begins_at=at(f"2026-06-12T{begins}"), in_local_time=True, ends_at=now + timedelta(days=10)
    )
    assert turns(campaign) == {"one": turn}
    assert quiet_hours.opens_at(quiet_hours.zones_of_countries()[country], turn) == turn


@pytest.mark.parametrize(
    ("number", "country", "turn"),
    [
        ("+12125550123", "US", at("2026-06-12T09:00", "America/New_York")),
        ("+18085550123", "US", at("2026-06-12T09:00", "Pacific/Honolulu")),
        ("+13105550123", "US", at("2026-06-12T09:00", "America/Los_Angeles")),
        ("+5511987654321", "BR", at("2026-06-12T09:00")),
        ("+5568987654321", "BR", at("2026-06-12T09:00", "America/Rio_Branco")),
        ("+61412345678", "AU", at("2026-06-12T09:00", "Australia/Perth")),  # mobile numbers have no area there
        ("+442071234567", "US", at("2026-06-12T09:00", "Pacific/Honolulu")),  # a number of another country
    ],
)
def test_an_area_code_says_where_in_the_country_somebody_is(lia, number, country, turn):
    somebody("One", phone=number, agrees=("sms",), country=country)
    now = at("2026-06-10T08:00")
    campaign = launched(
        lia, plan="sms", now=now, begins_at=at("2026-06-12T09:00"), in_local_time=True, ends_at=now + timedelta(days=9)
    )
    assert campaign.recipients.get().send_at == turn


def test_people_without_a_zone_in_a_country_with_several_are_counted_before_a_launch(lia):
    for name in ("ann", "bob"):
        known(name, country="us")
    known("ada", country="US", time_zone="America/Los_Angeles")
    known("ana", country="DE")
    now = at("2026-06-10T12:00")
    campaign = ready(lia, begins_at=at("2026-06-12T09:00"), in_local_time=True)
    [check] = [one for one in preflight(campaign=campaign, now=now) if "no time zone" in str(one.title)]
    assert check.title == "United States: 2 people have no time zone"
    # 8:00 in Honolulu and 21:00 in New York
    assert "They get it between 15:00 and 22:00 (America/Sao_Paulo)" in check.text


def test_who_is_placed_by_an_area_code_is_not_counted_as_without_a_zone(lia):
    somebody("Ann", phone="+12125550123", agrees=("sms",), country="US")
    somebody("Bob", phone="+442071234567", agrees=("sms",), country="US")
    campaign = ready(lia, plan="sms", begins_at=at("2026-06-12T09:00"), in_local_time=True)
    assert "United States: 1 person has no time zone" in titles(campaign, at("2026-06-10T12:00"))


def test_a_phone_number_says_where_somebody_without_a_country_is(lia):
    somebody("Uwe", phone="+4915112345678", agrees=("sms",))
    now = at("2026-06-10T08:00")
    campaign = launched(
        lia, plan="sms", now=now, begins_at=at("2026-06-12T09:00"), in_local_time=True, ends_at=now + timedelta(days=9)
    )
    assert campaign.recipients.get().send_at == at("2026-06-12T09:00", "Europe/Berlin")


def test_the_statement_places_each_turn_as_the_checks_do(lia):
    now = at("2026-03-27T12:00")
    campaign = ready(lia, begins_at=at("2026-03-29T09:00"), in_local_time=True)
    schedule = schedule_of(campaign, now=now)
    statement, values = turn_sql(schedule)
    places = [
        *(("Europe/Berlin", "", ""), ("", "US", ""), ("", "DE", ""), ("Asia/Kathmandu", "BR", ""), ("", "", "")),
        *(
            ("x", "", ""),
            ("", "BR", ""),
            ("", "us", "1212"),
            ("", "CA", "1604"),
            ("", "BR", "5592"),
            ("", "US", "4420"),
        ),
    ]
    for zone, country, area in places:
        [[found]] = ask(
            f"SELECT {statement} FROM (SELECT %(z)s AS time_zone, %(c)s AS country, 'sms' AS channel, %(p)s AS phone) p",
            values | {"z": zone, "c": country, "p": area and f"+{area}", "now": now},
        )
        assert found == schedule.turn_of(zone, country, area), (zone, country, area)


def test_an_end_before_somebody_s_turn_is_said_with_the_number(lia):
    known("ana", time_zone="America/Sao_Paulo")
    known("ada", time_zone="America/Los_Angeles")
    known("bob", time_zone="America/Los_Angeles")
    now = at("2026-06-10T08:00")
    campaign = ready(
        lia,
        begins_at=at("2026-06-12T09:00"),
        in_local_time=True,
        ends_at=datetime(2026, 6, 12, 13, tzinfo=ZoneInfo("UTC")),
    )
    assert "The end comes before the turn of 2 people" in titles(campaign, now)
    found = forecast(campaign=Campaign.objects.get(pk=campaign.pk), now=now)
    assert (found.too_late, found.would_get_it, found.later) == (2, 1, 0)


def test_quiet_hours_are_judged_at_the_start_and_not_now(lia):
    known("ana", time_zone="America/Sao_Paulo")
    known("jun", time_zone="Asia/Tokyo")
    night, morning = at("2026-06-10T23:30"), at("2026-06-11T09:00")
    campaign = ready(lia, begins_at=morning)  # 21:00 in Tokyo
    found = forecast(campaign=Campaign.objects.get(pk=campaign.pk), now=night)
    assert (found.later, found.would_get_it) == (1, 2)
    assert "At the start it is night for 1 person" in titles(campaign, night)
    campaign = launched(lia, now=night, begins_at=morning)
    assert turns(campaign) == {"ana": morning, "jun": at("2026-06-12T08:00", "Asia/Tokyo")}


def test_a_start_at_night_is_said_and_leaves_in_the_morning(lia):
    known("ana", time_zone="America/Sao_Paulo")
    known("jun", time_zone="Asia/Tokyo")
    now = at("2026-06-10T12:00")
    campaign = ready(lia, begins_at=at("2026-06-12T02:30"), in_local_time=True)
    assert "At the start it is night for 2 people" in titles(campaign, now)
    campaign = launched(lia, now=now, begins_at=at("2026-06-12T02:30"), in_local_time=True)
    assert turns(campaign) == {"ana": at("2026-06-12T08:00"), "jun": at("2026-06-12T08:00", "Asia/Tokyo")}


def test_local_time_without_a_start_is_refused(lia):
    known("ana")
    campaign = ready(lia, in_local_time=True)
    assert "Sending in the recipient's time zone needs a start" in titles(campaign)
    client = client_of(lia)
    Campaign.objects.update(in_local_time=False)
    url = f"/admin/campaigns/campaign/{campaign.pk}/change/"
    form = sent_by(client.get(url).content.decode(), "campaign_form")
    answer = client.post(url, {**form, "in_local_time": "on"})
    assert (answer.status_code, "Enter a start" in answer.content.decode()) == (422, True)


def test_another_zone_of_the_organization_is_said_and_the_hour_stays(lia, settings):
    known("ana", time_zone="Asia/Tokyo")
    now = at("2026-06-10T12:00")
    campaign = ready(lia, begins_at=at("2026-06-12T09:00"), in_local_time=True)
    settings.TIME_ZONE = "Europe/Lisbon"
    assert "The organization's time zone has changed" in titles(campaign, now)
    schedule = schedule_of(Campaign.objects.get(pk=campaign.pk), now=now)
    assert schedule.turn_of("Asia/Tokyo", "") == at("2026-06-12T09:00", "Asia/Tokyo")
