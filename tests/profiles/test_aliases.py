"""Different ways to write one number or one mailbox lead to one person; the spelling that came is kept."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from engagement.events.models import OutboxEvent
from engagement.profiles.actions.identify import AddressTaken, add_address
from engagement.profiles.actions.identities import close
from engagement.profiles.actions.merge import merge
from engagement.profiles.actions.resolve import Met, resolve, resolve_all
from engagement.profiles.actions.undo_merge import undo
from engagement.profiles.aliases import alias_of
from engagement.profiles.identities.spelling import spell_missing
from engagement.profiles.models import Identity, Profile
from tests.factories import NOW


@pytest.mark.parametrize(
    ("kind", "norm", "alias"),
    [
        ("phone", "+553181234567", "+5531981234567"),  # mobile, before Resolução 553/2010
        ("phone", "+551161234567", "+5511961234567"),
        ("phone", "+5531981234567", "+5531981234567"),
        ("phone", "+553171234567", "+5531971234567"),
        ("phone", "+551178123456", "+551178123456"),  # trunked radio: 9 before it is somebody else
        ("phone", "+551170123456", "+551170123456"),
        ("phone", "+553132345678", "+553132345678"),  # a fixed line
        ("phone", "+552081234567", "+552081234567"),  # no such area
        ("phone", "+442079460958", "+442079460958"),
        ("whatsapp", "553181234567", "+5531981234567"),
        ("whatsapp", "16505551234", "+16505551234"),
        ("email", "ana+loja@gmail.com", "ana@gmail.com"),
        ("email", "a.n.a@googlemail.com", "ana@gmail.com"),
        ("email", "a.na+x@outlook.com", "a.na@outlook.com"),
        ("email", "ana+loja@pedralva.example", ""),
        ("email", "+@gmail.com", ""),
        ("email", '"a+b"@gmail.com', ""),
        ("telegram", "42", ""),
    ],
)
def test_what_the_spellings_of_an_address_share(kind, norm, alias):
    assert alias_of(kind, norm) == alias


@pytest.mark.django_db
class TestOnePerson:
    @pytest.mark.parametrize(
        "spellings",
        [
            [("phone", "+55 31 98123-4567"), ("whatsapp", "553181234567"), ("phone", "+55 31 8123-4567")],
            [("whatsapp", "553181234567"), ("phone", "(31) 98123-4567"), ("whatsapp", "5531981234567")],
            [("email", "ana+loja@gmail.com"), ("email", "ana@gmail.com"), ("email", "a.n.a@googlemail.com")],
        ],
    )
    def test_each_spelling_is_an_identity_of_the_same_profile(self, spellings):
        found = [resolve(kind=kind, address=address, now=NOW) for kind, address in spellings]
        assert len({one.profile_id for one in found}) == 1
        assert len({one.pk for one in found}) == 3
        assert Profile.objects.count() == 1
        assert [one.leads for one in found] == [True, False, False]
        assert OutboxEvent.objects.filter(name="profiles.identity_changed").count() == 2

    def test_the_address_stays_as_it_was_given(self):
        resolve(kind="phone", address="+55 31 98123-4567", now=NOW)
        given = resolve(kind="whatsapp", address="553181234567", now=NOW)
        assert (given.address, given.address_norm) == ("553181234567", "553181234567")

    def test_a_tag_at_another_domain_is_somebody_else(self):
        first = resolve(kind="email", address="ana@pedralva.example", now=NOW)
        assert resolve(kind="email", address="ana+loja@pedralva.example", now=NOW).profile_id != first.profile_id

    def test_which_domains_share_a_mailbox_is_a_setting(self, settings):
        settings.SUBADDRESS_DOMAINS = ["pedralva.example"]
        first = resolve(kind="email", address="ana@pedralva.example", now=NOW)
        assert resolve(kind="email", address="ana+loja@pedralva.example", now=NOW).profile_id == first.profile_id

    def test_spellings_that_come_together_are_one_profile(self):
        met = [Met("ana+b@gmail.com", "Ana"), Met("ana+a@gmail.com"), Met("caio@x.example"), Met("a.na@gmail.com")]
        found = resolve_all(kind="email", met=met, now=NOW)
        assert len({one.profile_id for one in found.values()}) == 2
        assert Identity.objects.filter(leads=True).count() == 1
        assert found["ana+a@gmail.com"].profile.pk == found["a.na@gmail.com"].profile.pk

    def test_a_group_takes_as_many_statements_as_one(self, django_assert_num_queries):
        def taken(number: int, run: str) -> int:
            met = [Met(f"p{run}{n}+tag@gmail.com") for n in range(number)] + [Met(f"p{run}0+more@gmail.com")]
            with django_assert_num_queries(5, connection=connection):
                resolve_all(kind="email", met=met, now=NOW)

        taken(1, "a")
        taken(20, "b")
        met = [Met(f"q{n}@customer.example") for n in range(20)]
        with django_assert_num_queries(3):  # nobody else spells these: look, make, look
            resolve_all(kind="email", met=met, now=NOW)
        with django_assert_num_queries(1):
            resolve_all(kind="email", met=met, now=NOW)

    def test_a_number_of_somebody_else_cannot_be_added_under_another_spelling(self):
        marina = resolve(kind="phone", address="+55 31 98123-4567", now=NOW)
        caio = resolve(kind="email", address="caio@x.example", now=NOW)
        with pytest.raises(AddressTaken) as taken:
            add_address(profile_id=caio.profile_id, kind="whatsapp", address="553181234567", now=NOW)
        assert taken.value.holder == marina.profile_id
        mine = add_address(profile_id=marina.profile_id, kind="whatsapp", address="553181234567", now=NOW)
        assert (mine.profile_id, mine.leads) == (marina.profile_id, False)

    def test_a_spelling_of_a_merged_persons_number_goes_back_with_it_when_the_merge_is_undone(self):
        marina = resolve(kind="phone", address="+55 31 98123-4567", now=NOW)
        whole = resolve(kind="email", address="marina@x.example", now=NOW).profile
        done = merge(kept_id=whole.pk, merged_id=marina.profile_id, actor=None, now=NOW)
        found = resolve(kind="whatsapp", address="553181234567", now=NOW)
        assert (found.profile_id, found.home_id) == (whole.pk, marina.profile_id)
        by_hand = add_address(profile_id=whole.pk, kind="phone", address="+553181234567", now=NOW)
        assert (by_hand.profile_id, by_hand.home_id) == (whole.pk, marina.profile_id)
        undo(merge_id=done.pk, actor=None, now=NOW)
        assert set(Identity.objects.filter(profile=marina.profile_id)) == {marina, found, by_hand}

    def test_two_people_of_before_stay_two_and_one_leads(self):
        """What the migration leaves: an exact address is answered by its own row."""
        first = resolve(kind="phone", address="+55 31 98123-4567", now=NOW)
        other = Profile.objects.create(name="Other")
        row = {"kind": "phone", "address": "+553181234567", "address_norm": "+553181234567", "alias": first.alias}
        second = Identity.objects.create(profile=other, **row)
        assert resolve(kind="phone", address="+553181234567", now=NOW).pk == second.pk
        assert resolve(kind="whatsapp", address="553181234567", now=NOW).profile_id == first.profile_id
        close(identity_id=first.pk, reason="reassigned", now=NOW)
        assert Identity.objects.get(pk=second.pk).leads is True

    def test_the_database_lets_one_lead(self):
        first = resolve(kind="phone", address="+55 31 98123-4567", now=NOW)
        other = Profile.objects.create(name="Other")
        with pytest.raises(IntegrityError), transaction.atomic():
            Identity.objects.create(
                profile=other, kind="whatsapp", address="1", address_norm="1", alias=first.alias, leads=True
            )


def at_once(calls: list) -> list:
    """Run all of them in threads of their own, begun together; return what they raised."""
    errors, barrier = [], threading.Barrier(len(calls))

    def run(call) -> None:
        try:
            barrier.wait(timeout=20)
            call()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return errors


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_many_spellings_at_once_make_one_profile(self):
        spellings = [
            *(("email", f"ana+{tag}@gmail.com") for tag in "abcdefgh"),
            *(("phone", "+55 31 98123-4567"), ("phone", "+553181234567")),
            *(("whatsapp", "553181234567"), ("whatsapp", "5531981234567")),
        ]
        calls = [
            lambda kind=kind, address=address: resolve(kind=kind, address=address, now=NOW)
            for kind, address in spellings * 2
        ]
        assert at_once(calls) == []
        assert Identity.objects.count() == len(spellings)
        for alias in ("ana@gmail.com", "+5531981234567"):
            rows = Identity.objects.filter(alias=alias)
            assert rows.values("profile_id").distinct().count() == 1
            assert rows.filter(leads=True).count() == 1
        assert Profile.objects.count() == 2
        assert OutboxEvent.objects.filter(name="profiles.profile_created").count() == 2

    def test_groups_in_any_order_neither_wait_for_ever_nor_make_two(self):
        names = [f"p{number}" for number in range(12)]
        groups = [names, names[::-1], names[6:] + names[:6], names[::2] + names[1::2]]

        def together(group, tag):
            with transaction.atomic():
                resolve_all(kind="email", met=[Met(f"{name}+{tag}@gmail.com") for name in group], now=NOW)

        calls = [lambda group=group, tag=tag: together(group, tag) for tag, group in enumerate(groups)]
        assert at_once(calls) == []
        assert Profile.objects.count() == 12
        assert Identity.objects.count() == 48

    def test_a_number_that_is_closed_while_its_other_spelling_comes_joins_nobody_who_lost_it(self):
        first = resolve(kind="phone", address="+55 31 98123-4567", now=NOW)
        calls = [lambda: close(identity_id=first.pk, reason="reassigned", now=NOW)]
        calls += [lambda: resolve(kind="whatsapp", address="553181234567", now=NOW)] * 4
        assert at_once(calls) == []
        still_open = Identity.objects.filter(profile_id=first.profile_id, valid_to=None)
        assert list(still_open) == []


@pytest.mark.django_db
def test_a_row_without_an_alias_gets_it_and_leads_where_nobody_does(settings):
    other, first = Profile.objects.create(name="Other"), resolve(kind="phone", address="+55 31 98123-4567", now=NOW)
    bare = [
        Identity.objects.create(profile=other, kind=kind, address=norm, address_norm=norm)
        for kind, norm in (("whatsapp", "553181234567"), ("phone", "+5511987654321"), ("email", "a+b@mail.example"))
    ]
    assert spell_missing() == 2
    settings.SUBADDRESS_DOMAINS = ["mail.example"]
    assert (spell_missing(), spell_missing()) == (1, 0)
    found = [Identity.objects.get(pk=one.pk) for one in bare]
    assert [one.alias for one in found] == ["+5531981234567", "+5511987654321", "a@mail.example"]
    assert [one.leads for one in found] == [False, True, True]
    assert Identity.objects.get(pk=first.pk).leads is True
