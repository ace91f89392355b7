"""Names that others see: nothing invisible, and nobody who passes for the team, the organization or another member."""

import pytest
from django.test import Client

from community import names
from community.actions import membership
from community.actions.refusals import NameRefused
from community.actions.sign_in import free_handle
from community.models import Member
from community.tasks import recalculate_trust
from tests.community.makers import NOW, browser_of, make_answer, make_member, make_topic
from tests.village.people import person

RESERVED = names.reserve(
    brands=["Pedralva", "Vilarejo"],
    people=["Caio Brandt", "Íris Conceição", "Rui"],
    roles=["Counselor", "Conselheiro", "Troubadour"],
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ana\u200b \u202eLima\u2066", "Ana Lima"),
        ("\u3164\u3164", ""),
        ("\u2800\u2800\u2800", ""),
        ("\uffa0\u115f\u1160", ""),
        ("A\u00adn\ufe0fa\u034f", "Ana"),
        ("  Ana\u00a0\n Lima ", "Ana Lima"),
        ("Joa\u0303o", "João"),
        ("a" + "\u0301" * 30, "á\u0301\u0301"),
        ("\U000e0041Ana\U000e0100", "Ana"),
        ("Łukasz Żak", "Łukasz Żak"),
        ("李小龍", "李小龍"),
    ],
)
def test_what_cannot_be_seen_is_left_out(text, shown):
    assert names.visible_text(text) == shown


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("\u3164\u3164", "empty"),
        ("--", "empty"),
        ("Pedralva", "brand"),
        ("Pedralva ✓", "badge"),
        ("Suporte Pedralva", "brand"),
        ("PEDRALVA_oficial", "brand"),
        ("P e d r a l v a", "brand"),
        ("Реdrаlvа", "brand"),  # Cyrillic
        ("Ｐｅｄｒａｌｖａ", "brand"),
        ("𝐏𝐞𝐝𝐫𝐚𝐥𝐯𝐚", "brand"),
        ("ᴘᴇᴅʀᴀʟᴠᴀ", "brand"),
        ("🅿edralva", "brand"),
        ("Pédrâlvà", "brand"),
        ("P3dr4lv4", "brand"),
        ("Pedra1va", "brand"),
        ("PedraIva", "brand"),
        ("Pedral\u200bva", "brand"),
        ("Ⓟedralva Bikes", "brand"),
        ("Vi1arejo", "brand"),
        ("Caio Brandt", "staff"),
        ("caio  brandt", "staff"),
        ("Саіо Вrandt", "staff"),
        ("Caio Brandt oficina", "staff"),
        ("Iris Conceicao", "staff"),
        ("caio.brandt", "staff"),
        ("caiobrandt", "staff"),
        ("Helena (Moderator)", "role"),
        ("Helena, moderadora", "role"),
        ("M0derator", "role"),
        ("Αdmin", "role"),  # Greek
        ("admin7", "role"),
        ("support-team", "role"),
        ("Equipe da oficina", "role"),
        ("Helena (Counselor)", "role"),
        ("Conselheiro", "role"),
        ("Ana ★", "badge"),
    ],
)
def test_who_passes_for_the_team_is_refused(name, code):
    assert names.why_refused(name, RESERVED) == code


@pytest.mark.parametrize(
    "name",
    ["Ana Lima", "Caio", "Caio Lima", "Brandt Oliveira", "Pedro Alva", "Marla", "João 🚲", "Łukasz", "Анна", "李小龍",
     "O'Neil", "Ana-Maria", "rui.k", "Supportiva", "Modesto", "Adminha", "Pilar 77"],
)  # fmt: skip
def test_ordinary_names_are_left_alone(name):
    assert names.why_refused(name, RESERVED) == ""


def test_the_work_is_bounded_for_hostile_input():
    assert len(names.skeleton("а" * 100_000)) <= names.MAX_SKELETON


@pytest.mark.django_db
class TestMembers:
    def introduce(self, member: Member, name: str, handle: str = "") -> int:
        facts = {"name": name, "handle": handle or member.handle}
        return browser_of(member).post("/community/me/", facts).status_code

    def test_the_page_says_what_to_do_and_keeps_what_was_typed(self, settings):
        settings.ORGANISATION_NAME = "Pedralva"
        person("agent", name="Caio Brandt")
        member = make_member("ana")
        for name in ("Pedralva ✓", "Suporte Pedralva", "Caio Brandt", "Cаio Brаndt", "Helena (Moderator)"):
            answer = browser_of(member).post("/community/me/", {"name": name, "handle": "ana"})
            assert answer.status_code == 422, name
            assert f'value="{name}"' in answer.content.decode()
        for handle in ("pedralva", "caio.brandt", "moderator", "p3dralva"):
            assert self.introduce(member, "Ana", handle) == 422, handle
        member.refresh_from_db()
        assert (member.handle, member.display_name) == ("ana", "ana")
        assert self.introduce(member, "Ana Lima", "ana.lima") == 302

    def test_namesakes_are_told_apart_by_their_handle(self):
        first, second = make_member("ana1"), make_member("ana2")
        for member in (first, second):
            assert self.introduce(member, "João Lima") == 302
        assert self.introduce(make_member("joao3"), "Joao Lima") == 302
        post = make_answer(make_topic(), second)
        page = Client().get(post.topic.get_absolute_url()).content.decode()
        assert "@ana2" in page

    @pytest.mark.parametrize("name", ["Mаria Lima", "Mar1a Lima", "Ｍaria Lima"])
    def test_another_members_name_in_disguise_is_refused(self, name):
        assert self.introduce(make_member("maria1"), "Maria Lima") == 302
        assert self.introduce(make_member("other"), name) == 422
        assert self.introduce(make_member("marla"), "Marla Lima") == 302

    def test_names_from_before_the_rules_are_marked_and_shown_neutral(self, settings):
        settings.ORGANISATION_NAME = "Pedralva"
        member, ana = make_member("someone"), make_member("ana")
        Member.objects.filter(pk=member.pk).update(display_name="Suporte Pedralva")
        post = make_answer(make_topic(), member)
        recalculate_trust()
        member.refresh_from_db()
        ana.refresh_from_db()
        assert (member.name_refused, ana.name_refused) == ("brand", "")
        page = Client().get(post.topic.get_absolute_url()).content.decode()
        assert "Suporte Pedralva" not in page
        assert f"Member {member.key.hex[-6:]}" in page
        assert "Until then others see a neutral name." in browser_of(member).get("/community/me/").content.decode()
        membership.introduce(member=member, handle="someone", name="Some One", now=NOW)
        member.refresh_from_db()
        assert (member.name_refused, str(member)) == ("", "Some One")

    def test_a_colleague_who_comes_later_is_not_impersonated(self):
        member = make_member("caio")
        assert self.introduce(member, "Caio Brandt") == 302
        person("agent", name="Caio Brandt")
        assert membership.flag_names(limit=1) == 1
        assert Member.objects.get(pk=member.pk).name_refused == "staff"
        with pytest.raises(NameRefused):
            membership.introduce(member=member, handle="caio", name="Caio Brandt", now=NOW)

    def test_a_handle_made_of_a_profiles_name_is_nobody_elses(self, settings):
        settings.ORGANISATION_NAME = "Pedralva"
        assert free_handle("Pedralva Bikes").startswith("visitor.")
        assert free_handle("Ana Lima").startswith("ana.")
