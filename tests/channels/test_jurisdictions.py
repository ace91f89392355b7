"""Rules of each place: shipped sheets, what the policy takes from them, and how they change."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import translation

from collaboration.approvals import asking, deciding
from collaboration.approvals.errors import SelfApproval
from collaboration.models import ApprovalRequest
from engagement.channels.jurisdictions import changing
from engagement.channels.jurisdictions.explaining import explain_refusal
from engagement.channels.jurisdictions.in_force import forget_rule_sheets, sheets_in_force
from engagement.channels.jurisdictions.rules import InvalidRules, read_rules
from engagement.channels.jurisdictions.shipped import SHIPPED
from engagement.channels.jurisdictions.wording import describe_hours, read_hours
from engagement.channels.models import Jurisdiction, RuleSheet
from engagement.channels.policy import verdict_sql
from engagement.channels.policy.hours import easter_sunday
from engagement.channels.sms.keywords import Keyword, Meaning
from engagement.channels.sms.sheet_keywords import find_keyword
from engagement.profiles.actions.consent import give
from engagement.profiles.models import Profile
from engagement.village.models import AuditEntry
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 15, tzinfo=UTC)  # a Wednesday
_ROW = """SELECT %(key)s::uuid AS key, %(profile)s::uuid AS profile_id, %(channel)s::text AS channel,
    %(kind)s::text AS kind, %(address)s::text AS address_norm, 'marketing'::text AS purpose, ''::text AS content_hash,
    false AS held_out, 0 AS cap, 0 AS cap_days, %(zone)s::text AS time_zone, %(country)s::text AS country"""


@pytest.fixture(autouse=True)
def fresh_sheets():
    """No test leaves its versions to the next one."""
    forget_rule_sheets()
    yield
    forget_rule_sheets()


def agreed(channel: str = "sms", basis: str = "express") -> Profile:
    profile = Profile.objects.create(name="Ana")
    expires = NOW + timedelta(days=365) if basis == "implied" else None
    give(
        profile_id=profile.pk, channel=channel, purpose="marketing", basis=basis, source="form",
        evidence={"text": "Yes"}, actor=None, now=NOW - timedelta(days=30), expires_at=expires,
    )  # fmt: skip
    return profile


def judge(profile: Profile, phone: str, *, now: datetime, country: str = "", zone: str = "", channel: str = "sms"):
    """What the policy says of one marketing message: (code, until)."""
    kind = "phone" if channel == "sms" else "email"
    values = {
        "key": profile.pk, "profile": profile.pk, "channel": channel, "kind": kind, "address": phone, "zone": zone,
        "country": country,
    }  # fmt: skip
    sql, params = verdict_sql(_ROW, values, now=now, hashes=[])
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        ((_key, code, until),) = cursor.fetchall()
    return code, until


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


class TestShipped:
    def test_every_place_is_there_and_can_be_read(self):
        wanted = {"BR", "US", "US-FL", "US-TX", "CA", "DE", "PT", "FR", "ES", "GB"}
        current = sheets_in_force(NOW)
        assert wanted <= set(current.sheets) == set(SHIPPED)
        for place, sheet in current.sheets.items():
            assert sheet.sources, place
            assert all(one["name"] and one["url"].startswith("http") for one in sheet.sources), place
            assert sheet.rules.consent["sms"], place
            assert sheet.rules.keywords, place

    def test_a_state_says_what_its_country_does_not(self):
        florida = sheets_in_force(NOW).sheets["US-FL"]
        assert florida.rules.needs_express("sms")
        assert [describe_hours(florida.windows_of("sms"))] == [["Mon–Sun 08:00–20:00"]]
        assert len(florida.sources) > len(sheets_in_force(NOW).sheets["US"].sources)

    @pytest.mark.parametrize(
        ("country", "phone", "place"),
        [
            ("US", "+13055550100", "US-FL"),
            ("", "+13055550100", "US-FL"),
            ("US", "+12125550100", "US"),
            ("CA", "+14165550100", "CA"),
            ("", "+14165550100", "CA"),
            ("FR", "+13055550100", "FR"),  # a traveller's number says nothing against the country
            ("", "+5511987654321", "BR"),
            ("br", "", "BR"),
            ("", "+351912345678", "PT"),
            ("", "+81312345678", None),
            ("JP", "+13055550100", None),
            ("", "", None),
        ],
    )
    def test_where_somebody_is(self, country, phone, place):
        found = sheets_in_force(NOW).sheet_of(country=country, phone=phone)
        assert (found.place if found else None) == place

    def test_a_future_version_does_not_hold_yet(self):
        place = Jurisdiction.objects.get(country="GB")
        RuleSheet.objects.create(
            jurisdiction=place, number=2, status="approved", decided_at=NOW, valid_from=NOW + timedelta(days=3)
        )
        forget_rule_sheets()
        assert sheets_in_force(NOW).sheets["GB"].version.number == 1
        assert sheets_in_force(NOW + timedelta(days=4)).sheets["GB"].version.number == 2


class TestPolicy:
    @pytest.mark.parametrize(
        ("phone", "facts", "now", "until"),
        [
            # Florida: until 20:00, elsewhere in New York's time until 21:00.
            ("+13055550100", {"country": "US"}, at(2026, 11, 26, 0, 59), None),
            ("+13055550100", {"country": "US"}, at(2026, 11, 26, 1, 0), at(2026, 11, 26, 13, 0)),
            ("+13055550100", {}, at(2026, 11, 26, 1, 0), at(2026, 11, 26, 13, 0)),
            ("+13055550100", {"country": "US", "zone": "America/New_York"}, at(2026, 11, 26, 1), at(2026, 11, 26, 13)),
            ("+12125550100", {"country": "US"}, at(2026, 11, 26, 1, 0), None),
            # Texas: on Sunday from noon.
            ("+15125550100", {"country": "US"}, at(2026, 11, 29, 16, 0), at(2026, 11, 29, 18, 0)),
            ("+15125550100", {"country": "US"}, at(2026, 11, 30, 16, 0), None),
            # France: never on Sunday and on holidays; Christmas is a Friday.
            ("+33612345678", {"country": "FR"}, at(2026, 11, 28, 18, 59), None),
            ("+33612345678", {"country": "FR"}, at(2026, 11, 28, 19, 0), at(2026, 11, 30, 7, 0)),
            ("+33612345678", {}, at(2026, 12, 25, 10, 0), at(2026, 12, 26, 7, 0)),
            ("+33612345678", {"zone": "Europe/Lisbon"}, at(2026, 11, 28, 19, 30), None),  # 19:30 where they are
            # Spain: Saturday evening until Monday morning, also in the Canary Islands; the 8th of December is a holiday.
            ("+34612345678", {"country": "ES"}, at(2026, 12, 5, 21, 0), at(2026, 12, 7, 9, 0)),
            ("+34612345678", {"country": "ES"}, at(2026, 12, 8, 12, 0), at(2026, 12, 9, 9, 0)),
            # Canada: on weekends until 18:00 in every zone of the province.
            ("+14165550100", {"country": "CA"}, at(2026, 11, 28, 23, 0), at(2026, 11, 29, 15, 0)),
            # Brazil and places without a sheet: 8:00 to 21:00.
            ("+5511987654321", {"country": "BR"}, at(2026, 11, 25, 23, 30), None),
            ("+81312345678", {"country": "JP"}, at(2026, 11, 25, 23, 30), None),
            ("+81312345678", {"country": "JP"}, at(2026, 11, 25, 22, 30), at(2026, 11, 25, 23, 0)),
        ],
    )
    def test_quiet_hours_are_those_of_the_place(self, phone, facts, now, until):
        assert judge(agreed(), phone, now=now, **facts) == (("quiet_hours", until) if until else (None, None))

    @pytest.mark.parametrize(
        ("phone", "country", "channel", "code"),
        [
            ("+12125550100", "US", "sms", "consent_not_express"),
            ("+13055550100", "", "sms", "consent_not_express"),
            ("+14165550100", "CA", "sms", None),
            ("+5511987654321", "BR", "sms", None),
            ("ana@customer.example", "US", "email", None),
            ("+13055550100", "FR", "sms", None),
        ],
    )
    def test_an_implied_consent_is_not_enough_everywhere(self, phone, country, channel, code):
        noon = at(2026, 11, 25, 16, 30)
        assert judge(agreed(channel, "implied"), phone, now=noon, country=country, channel=channel)[0] == code
        assert judge(agreed(channel), phone, now=noon, country=country, channel=channel)[0] is None

    def test_a_new_version_counts_at_once_and_the_general_hours_hold_without_any(self):
        noon = at(2026, 11, 25, 12, 0)
        profile = agreed()
        assert judge(profile, "+447911123456", now=noon, country="GB") == (None, None)
        place = Jurisdiction.objects.get(country="GB")
        afternoon = {"hours": {"sms": [{"days": [0, 1, 2, 3, 4], "from": "14:00", "to": "16:00"}]}}
        RuleSheet.objects.create(
            jurisdiction=place,
            number=2,
            rules=afternoon,
            status="approved",
            decided_at=NOW,
            valid_from=NOW - timedelta(days=1),
        )
        forget_rule_sheets()
        assert judge(profile, "+447911123456", now=noon, country="GB") == ("quiet_hours", at(2026, 11, 25, 14, 0))

    def test_the_reason_names_place_hours_and_law(self):
        found = explain_refusal(code="quiet_hours", channel="sms", country="US", phone="+13055550100", now=NOW)
        assert found.sentence == "Quiet hours in Florida: SMS only Mon–Sun 08:00–20:00."
        assert "501.059" in found.source
        assert found.url == "/channels/jurisdictions/US-FL/"
        express = explain_refusal(code="consent_not_express", channel="sms", country="US", phone="", now=NOW)
        assert express.sentence == "United States asks for express consent to marketing by SMS."
        assert explain_refusal(code="suppressed", channel="sms", country="US", phone="", now=NOW) is None
        assert explain_refusal(code="quiet_hours", channel="sms", country="JP", phone="", now=NOW) is None


class TestChanging:
    def change(self, author, **facts):
        place = Jurisdiction.objects.get(country="GB", state="")
        rules = {"hours": {"sms": [{"days": [0, 1, 2, 3, 4], "from": "09:00", "to": "20:00"}]}}
        given = {"rules": rules, "sources": [], "valid_from": NOW, "reason": "New guidance", "now": NOW} | facts
        return changing.propose_rule_sheet(place=place, author=author, **given)

    def test_another_person_approves_and_then_it_holds(self):
        author, other = (
            person("counselor", email="one@pedralva.example"),
            person("counselor", email="two@pedralva.example"),
        )
        made = self.change(author)
        assert sheets_in_force(NOW).sheets["GB"].version.number == 1
        request = ApprovalRequest.objects.get(subject_id=made.pk)
        with pytest.raises(SelfApproval):
            deciding.decide(
                request_id=request.pk,
                verdict="approved",
                reason="",
                reviewer=author,
                seen_hash=request.content_hash,
                now=NOW,
            )
        deciding.decide(
            request_id=request.pk,
            verdict="approved",
            reason="",
            reviewer=other,
            seen_hash=request.content_hash,
            now=NOW,
        )
        assert sheets_in_force(NOW).sheets["GB"].version.number == 2
        made.refresh_from_db()
        assert (made.status, made.decided_by) == ("approved", other)
        actions = AuditEntry.objects.filter(subject_type="engagement_channels.jurisdiction").order_by("key")
        assert list(actions.values_list("action", flat=True)) == ["rule_sheet.proposed", "rule_sheet.approved"]

    def test_a_refused_or_withdrawn_version_never_holds(self):
        author, other = (
            person("counselor", email="one@pedralva.example"),
            person("counselor", email="two@pedralva.example"),
        )
        made = self.change(author)
        request = ApprovalRequest.objects.get(subject_id=made.pk)
        with pytest.raises(changing.ChangeOfRulesRefused):
            self.change(other)
        deciding.decide(
            request_id=request.pk,
            verdict="refused",
            reason="Not the law",
            reviewer=other,
            seen_hash=request.content_hash,
            now=NOW,
        )
        made.refresh_from_db()
        assert made.status == "rejected"
        second = self.change(author)
        assert second.number == 3
        asking.withdraw(request_id=ApprovalRequest.objects.get(subject_id=second.pk).pk, actor=author, now=NOW)
        second.refresh_from_db()
        assert second.status == "withdrawn"
        assert sheets_in_force(NOW).sheets["GB"].version.number == 1

    def test_the_database_keeps_versions_as_they_are(self):
        sheet = RuleSheet.objects.get(jurisdiction__country="GB")
        for change in (lambda: RuleSheet.objects.filter(pk=sheet.pk).update(rules={}), sheet.delete):
            with pytest.raises(ProgrammingError), transaction.atomic():
                change()
        author = person("counselor")
        made = self.change(author)
        with pytest.raises(IntegrityError), transaction.atomic():
            RuleSheet.objects.filter(pk=made.pk).update(status="approved", decided_by=author, decided_at=NOW)


class TestReading:
    @pytest.mark.parametrize(
        ("text", "days"),
        [
            ("Mon–Fri 09:00–21:00", [0, 1, 2, 3, 4]),
            ("monday - saturday 9:00-21:00", [0, 1, 2, 3, 4, 5]),
            ("Seg–Sex 09:00–21:00", [0, 1, 2, 3, 4]),
            ("sábado e domingo 10:00-18:00", [5, 6]),
            ("terça, quinta 10:00-18:00", [1, 3]),
            ("Sat, Sun 10:00–18:00", [5, 6]),
            ("Fri–Mon 10:00–18:00", [0, 4, 5, 6]),
            ("Mo-Fr 10:00-18:00", [0, 1, 2, 3, 4]),
        ],
    )
    def test_hours_as_people_write_them(self, text, days):
        assert read_hours(text)[0]["days"] == days

    @pytest.mark.parametrize(
        "text", ["always", "Mon 25:00-26:00", "Mon 21:00-09:00", "Foo 09:00-10:00", "Mon–Fri 9-21"]
    )
    def test_what_is_no_hours_is_refused_with_a_sentence(self, text):
        with pytest.raises(InvalidRules) as refused:
            read_hours(text)
        assert str(refused.value).endswith((".", "…"))

    @pytest.mark.parametrize("language", ["en", "pt-br"])
    def test_what_is_shown_can_be_read_again(self, language):
        with translation.override(language):
            for given in SHIPPED.values():
                for windows in given["rules"]["hours"].values():
                    assert read_hours("\n".join(describe_hours(windows))) == windows

    @pytest.mark.parametrize(
        "rules",
        [
            {"hours": {"fax": []}},
            {"closed_on": ["31-12"]},
            {"consent": {"sms": ["silence"]}},
            {"required": {"email": ["logo"]}},
            {"hours": ["sms"]},
        ],
    )
    def test_rules_of_another_kind_are_refused(self, rules):
        with pytest.raises(InvalidRules):
            read_rules(rules)

    @pytest.mark.parametrize(("year", "day"), [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28))])
    def test_easter(self, year, day):
        assert (easter_sunday(year).month, easter_sunday(year).day) == day


class TestKeywords:
    def test_each_shipped_keyword_opts_out(self):
        words = [
            word
            for given in SHIPPED.values()
            for listed in given["rules"].get("keywords", {}).values()
            for word in listed
        ]
        missed = [word for word in words if (find_keyword(word, NOW) or word) == word]
        assert missed == []
        assert {find_keyword(word, NOW).meaning for word in words} == {Meaning.STOP}

    def test_a_keyword_of_a_new_version_opts_out_and_other_words_do_not(self):
        assert find_keyword("Schluss!", NOW) is None
        RuleSheet.objects.create(
            jurisdiction=Jurisdiction.objects.get(country="DE"), number=2, rules={"keywords": {"de": ["SCHLUSS"]}},
            status="approved", decided_at=NOW, valid_from=NOW - timedelta(days=1),
        )  # fmt: skip
        forget_rule_sheets()
        assert find_keyword("Schluss!", NOW) == Keyword(Meaning.STOP, "schluss", "de")
        assert find_keyword("Schluss mit Regen", NOW) is None
        assert find_keyword("help", NOW).meaning is Meaning.HELP


class TestPages:
    def test_the_counselor_reads_proposes_and_withdraws(self, django_assert_max_num_queries):
        helena = person("counselor", email="helena@pedralva.example", name="Helena")
        browser = client_of(helena)
        listed = browser.get(reverse("channels:jurisdictions")).content.decode()
        assert "Florida" in listed
        assert "Mon–Sat 08:00–20:00" in listed
        form = browser.get(reverse("channels:jurisdiction_proposal", args=["FR"]))
        values = {name: value for name, value in form.context["form"].initial.items() if value not in (None, [])}
        values |= {
            "seen_values": form.context["form"].present_values,
            "valid_from": "2099-01-01",
            "reason": "New decree",
        }
        answer = browser.post(
            reverse("channels:jurisdiction_proposal", args=["FR"]), values | {"hours_sms": "Mon–Fri 10:00–18:00"}
        )
        assert answer.status_code == 302, answer.context["form"].errors
        page = browser.get(reverse("channels:jurisdiction", args=["FR"])).content.decode()
        assert "<del>Mon–Sat 08:00–20:00; never on holidays</del>" in page
        assert "<ins>Mon–Fri 10:00–18:00; never on holidays</ins>" in page
        assert RuleSheet.objects.get(number=2).rules["consent"] == SHIPPED["FR"]["rules"]["consent"]
        browser.post(reverse("channels:jurisdiction_withdrawal", args=["FR"]))
        assert RuleSheet.objects.get(number=2).status == "withdrawn"
        assert not ApprovalRequest.objects.open().exists()

    def test_what_cannot_be_read_keeps_every_typed_word(self):
        browser = client_of(person("counselor"))
        answer = browser.post(
            reverse("channels:jurisdiction_proposal", args=["US-TX"]),
            {
                "hours_sms": "whenever",
                "sources": "no address",
                "valid_from": "2020-01-01",
                "reason": "x",
                "closed_on": "99-99",
            },
        )
        text = answer.content.decode()
        assert answer.status_code == 422
        for sentence in (
            "cannot be read. Write days and hours",
            "has no address",
            "cannot begin to hold in the past",
            "is no holiday",
        ):
            assert sentence in text
        assert "whenever" in text

    def test_the_review_shows_what_changes(self):
        author, other = (
            person("counselor", email="one@pedralva.example"),
            person("counselor", email="two@pedralva.example"),
        )
        made = TestChanging().change(author)
        request = ApprovalRequest.objects.get(subject_id=made.pk)
        page = client_of(other).get(reverse("collaboration:review", args=[request.pk])).content.decode()
        assert "Rules of United Kingdom" in page
        assert "<ins>Mon–Fri 09:00–20:00</ins>" in page

    def test_the_counselor_finds_what_waits_at_home(self):
        author = person("counselor", name="Helena")
        assert "No change of rules is waiting" in client_of(author).get("/").content.decode()
        TestChanging().change(author)
        page = client_of(author).get("/").content.decode()
        assert "United Kingdom, waiting for approval" in page
