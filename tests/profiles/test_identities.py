"""Kinds of addresses, and what becomes of them: confirmed, preferred, closed, replaced."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from engagement.events.models import OutboxEvent
from engagement.profiles.actions.identify import AddressTaken, add_address
from engagement.profiles.actions.identities import By, IdentityRefused, close, prefer, replace, unverify, verify
from engagement.profiles.actions.merge import merge
from engagement.profiles.actions.resolve import resolve
from engagement.profiles.addresses import InvalidAddress, checked_scope, normalised
from engagement.profiles.models import Identity, Profile
from engagement.village.models import AuditEntry
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "given", "norm"),
    [
        ("whatsapp", "+55 31 8123-4567", "553181234567"),
        ("whatsapp", "16505551234@s.whatsapp.net", "16505551234"),
        ("bsuid", "us.13491208655302741918", "US.13491208655302741918"),
        ("bsuid", "BR.ENT.11815799212886844830", "BR.ENT.11815799212886844830"),
        ("telegram", " 5000000123 ", "5000000123"),
        ("messenger", "24021234567890123", "24021234567890123"),
        ("instagram", "17841400000000000", "17841400000000000"),
        ("visitor", "v1.aB-9", "v1.aB-9"),
        ("crm", " 00Q5e00000ABCde ", "00Q5e00000ABCde"),
        ("handle", "@Ana.Prado", "ana.prado"),
    ],
)
def test_each_kind_has_its_spelling(kind, given, norm):
    assert normalised(kind, given) == norm


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("whatsapp", "0031981234567"),
        ("whatsapp", "31 9812"),
        ("bsuid", "13491208655302741918"),
        ("bsuid", "USA.1"),
        ("bsuid", f"US.{'1' * 129}"),
        ("telegram", "-100123"),
        ("telegram", "@ana"),
        ("telegram", str(2**52)),
        ("messenger", "12a45"),
        ("instagram", "1"),
        ("visitor", "a b"),
        ("visitor", "é"),
        ("crm", "a\nb"),
        ("handle", "ana prado"),
        ("handle", "@"),
    ],
)
def test_what_is_none_of_its_kind_is_refused_in_words(kind, given):
    with pytest.raises(InvalidAddress, match=r"[A-Z].*\."):
        normalised(kind, given)


def test_an_id_is_unique_within_its_page_and_a_number_everywhere():
    assert checked_scope("messenger", " Page7 ") == "page7"
    with pytest.raises(InvalidAddress, match="within what"):
        resolve(kind="messenger", address="24021234567890123", now=NOW)
    with pytest.raises(InvalidAddress, match="everywhere"):
        checked_scope("email", "site")
    with pytest.raises(InvalidAddress, match="100"):
        checked_scope("crm", "x" * 101)


@pytest.fixture
def marina() -> Identity:
    return resolve(kind="phone", address="+55 31 98123-4567", name="Marina", now=NOW - timedelta(days=30))


@pytest.fixture
def by() -> By:
    return By(actor=make_user())


class TestConfirming:
    def test_it_needs_evidence_and_the_first_stays(self, marina, by):
        with pytest.raises(IdentityRefused):
            verify(identity_id=marina.pk, evidence={}, now=NOW, by=by)
        verify(identity_id=marina.pk, evidence={"how": "code"}, now=NOW, by=by)
        verify(identity_id=marina.pk, evidence={"how": "other"}, now=NOW + timedelta(days=1), by=by)
        kept = Identity.objects.get(pk=marina.pk)
        assert (kept.verified_at, kept.evidence) == (NOW, {"how": "code"})
        assert AuditEntry.objects.filter(action="identity.confirmed").count() == 1
        assert OutboxEvent.objects.filter(name="profiles.identity_changed").count() == 1

    def test_it_can_be_taken_back(self, marina, by):
        verify(identity_id=marina.pk, evidence={"how": "code"}, now=NOW, by=by)
        unverify(identity_id=marina.pk, now=NOW, by=by)
        unverify(identity_id=marina.pk, now=NOW, by=by)
        kept = Identity.objects.get(pk=marina.pk)
        assert (kept.verified_at, kept.evidence) == (None, {})
        assert AuditEntry.objects.filter(action="identity.unconfirmed").count() == 1


class TestPreferring:
    def test_one_of_a_kind_is_preferred_over_all_profiles_of_a_person(self, marina, by):
        other = resolve(kind="phone", address="+55 31 3234-5678", now=NOW)
        mail = add_address(profile_id=marina.profile_id, kind="email", address="marina@x.example", now=NOW)
        for one in (marina, mail):
            prefer(identity_id=one.pk, now=NOW, by=by)
        merge(kept_id=marina.profile_id, merged_id=other.profile_id, actor=None, now=NOW)
        prefer(identity_id=other.pk, now=NOW, by=by)
        prefer(identity_id=other.pk, now=NOW, by=by)
        assert set(Identity.objects.filter(preferred=True)) == {other, mail}
        assert AuditEntry.objects.filter(action="identity.preferred").count() == 3

    def test_the_database_keeps_one(self, marina):
        prefer(identity_id=marina.pk, now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            Identity.objects.create(profile=marina.profile, kind="phone", address="1", address_norm="1", preferred=True)


class TestClosing:
    def test_who_has_the_number_later_is_somebody_new(self, marina, by):
        day = NOW - timedelta(days=3)
        (closed,) = close(identity_id=marina.pk, reason="reassigned", now=NOW, at=day, by=by)
        assert (closed.valid_to, closed.closed_reason, closed.leads) == (day, "reassigned", False)
        assert close(identity_id=marina.pk, reason="gone", now=NOW, by=by) == []
        for kind, address in (("phone", "+55 31 98123-4567"), ("whatsapp", "553181234567")):
            assert resolve(kind=kind, address=address, now=NOW).profile_id != marina.profile_id
        assert Profile.objects.count() == 2
        entry = AuditEntry.objects.get(action="identity.closed")
        assert (entry.detail["reason"], entry.actor) == ("reassigned", by.actor)
        assert "98123" not in str(entry.detail)

    def test_it_takes_the_other_spellings_of_the_number_along(self, marina, by):
        resolve(kind="whatsapp", address="553181234567", now=NOW)
        mail = add_address(profile_id=marina.profile_id, kind="email", address="marina@x.example", now=NOW)
        closed = close(identity_id=marina.pk, reason="reassigned", now=NOW, by=by)
        assert [one.kind for one in closed] == ["phone", "whatsapp"]
        assert list(Identity.objects.filter(valid_to=None)) == [mail]

    def test_it_cannot_be_confirmed_or_preferred_any_more(self, marina):
        close(identity_id=marina.pk, reason="gone", now=NOW)
        for act in (
            lambda: verify(identity_id=marina.pk, evidence={"how": "x"}, now=NOW),
            lambda: unverify(identity_id=marina.pk, now=NOW),
            lambda: prefer(identity_id=marina.pk, now=NOW),
        ):
            with pytest.raises(IdentityRefused):
                act()

    @pytest.mark.parametrize(("reason", "days"), [("replaced", 0), ("because", 0), ("gone", 1), ("gone", -31)])
    def test_what_is_no_closing_is_refused(self, marina, reason, days):
        with pytest.raises(IdentityRefused):
            close(identity_id=marina.pk, reason=reason, now=NOW, at=NOW + timedelta(days=days))
        assert Identity.objects.get(pk=marina.pk).valid_to is None

    def test_a_person_may_get_it_back_by_hand(self, marina, by):
        close(identity_id=marina.pk, reason="unused", now=NOW, by=by)
        again = add_address(profile_id=marina.profile_id, kind="phone", address="+5531981234567", now=NOW)
        assert again.pk != marina.pk
        assert resolve(kind="whatsapp", address="553181234567", now=NOW).profile_id == marina.profile_id


class TestReplacing:
    @pytest.fixture
    def known(self) -> Identity:
        return resolve(kind="bsuid", scope="77", address="BR.111", now=NOW)

    def test_a_changed_id_closes_the_old_row_and_opens_a_new_one(self, known, by):
        prefer(identity_id=known.pk, now=NOW)
        new = replace(identity_id=known.pk, address="BR.222", now=NOW + timedelta(days=1), by=by)
        old = Identity.objects.get(pk=known.pk)
        assert (old.closed_reason, old.valid_to) == ("replaced", NOW + timedelta(days=1))
        assert (new.profile_id, new.scope, new.preferred, new.replaces_id) == (known.profile_id, "77", True, known.pk)
        assert replace(identity_id=known.pk, address="BR.222", now=NOW, by=by).pk == new.pk
        assert resolve(kind="bsuid", scope="77", address="BR.222", now=NOW).pk == new.pk
        assert resolve(kind="bsuid", scope="77", address="BR.111", now=NOW).profile_id != known.profile_id

    def test_the_new_id_of_somebody_else_changes_nothing(self, known, by):
        resolve(kind="bsuid", scope="77", address="BR.222", now=NOW)
        with pytest.raises(AddressTaken):
            replace(identity_id=known.pk, address="BR.222", now=NOW, by=by)
        assert Identity.objects.get(pk=known.pk).valid_to is None

    def test_a_number_is_not_replaced_by_a_provider(self, marina):
        with pytest.raises(IdentityRefused):
            replace(identity_id=marina.pk, address="+55 31 98123-0000", now=NOW)
