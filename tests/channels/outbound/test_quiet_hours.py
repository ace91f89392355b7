"""From 8:00 to 21:00 where they are, whatever the clocks do."""

from datetime import UTC, datetime

import pytest

from engagement.channels.policy.quiet_hours import OPEN, opens_at, quiet


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "opens"),
    [
        ("America/Sao_Paulo", at(2026, 1, 15, 11, 0), at(2026, 1, 15, 11, 0)),  # 8:00 in January: no DST since 2019
        ("America/Sao_Paulo", at(2026, 1, 15, 10, 59), at(2026, 1, 15, 11, 0)),
        ("America/Sao_Paulo", at(2026, 1, 15, 23, 59), at(2026, 1, 15, 23, 59)),
        ("America/Sao_Paulo", at(2026, 1, 16, 0, 0), at(2026, 1, 16, 11, 0)),
        ("America/Sao_Paulo", at(2018, 1, 15, 9, 0), at(2018, 1, 15, 10, 0)),  # 8:00 in January while there was
        ("America/New_York", at(2026, 3, 8, 2, 0), at(2026, 3, 8, 12, 0)),  # the night in which an hour is missing
        ("America/New_York", at(2026, 3, 7, 2, 0), at(2026, 3, 7, 13, 0)),
        ("America/New_York", at(2026, 11, 1, 2, 0), at(2026, 11, 1, 13, 0)),  # the night that has an hour twice
        ("Asia/Kathmandu", at(2026, 6, 1, 2, 14), at(2026, 6, 1, 2, 15)),  # 5:45 ahead
    ],
)
def test_the_next_fit_moment_of_a_zone(zone, now, opens):
    assert opens_at([zone], now) == opens


def test_several_zones_leave_the_hours_that_are_fit_in_all():
    both = ["America/New_York", "Pacific/Honolulu"]  # in winter 13:00 to 2:00 and 18:00 to 7:00 UTC
    assert opens_at(both, at(2026, 1, 15, 13, 0)) == at(2026, 1, 15, 18, 0)
    assert opens_at(both, at(2026, 1, 16, 1, 59)) == at(2026, 1, 16, 1, 59)
    assert opens_at(both, at(2026, 1, 16, 2, 0)) == at(2026, 1, 16, 18, 0)
    assert opens_at(["UTC", "Asia/Shanghai", "America/Los_Angeles"], at(2026, 1, 15, 0, 0)) is None


def test_an_unknown_zone_is_looked_for_in_country_and_number():
    world = quiet(at(2026, 1, 15, 12, 30, 45))  # 9:30 in São Paulo, 7:30 in Rio Branco, 7:30 in New York
    assert world.zones["America/Sao_Paulo"] == OPEN
    assert world.zones["America/New_York"] == at(2026, 1, 15, 13, 0).isoformat()
    assert world.countries["BR"] == at(2026, 1, 15, 13, 0).isoformat(), "until it is 8:00 in Acre too"
    assert world.prefixes["551"] == OPEN
    assert world.prefixes["5568"] == at(2026, 1, 15, 13, 0).isoformat(), "Acre"
    assert world.prefixes["1212"] == at(2026, 1, 15, 13, 0).isoformat(), "Manhattan"
    assert world.prefixes["351"] == OPEN
    assert "Mars/Olympus" not in world.zones


def test_towns_of_another_zone_are_candidates_of_their_area():
    world = quiet(at(2026, 1, 15, 11, 30))  # 8:30 in São Paulo, 7:30 in Manaus
    assert world.prefixes["5555"] == at(2026, 1, 15, 12, 0).isoformat(), "one exchange of area 55 lies in Manaus' zone"
    assert world.prefixes["5551"] == OPEN
    assert world.prefixes["55"] == at(2026, 1, 15, 13, 0).isoformat(), "the whole of Brazil"
