"""Texts and their approval, the community and the roles: walked in a browser through a house that ``make run`` started.

The chapters stand on one another, in their order.
"""

import re

from playwright.sync_api import Page, expect

from tests.story.conftest import Village
from tests.test_portuguese_pages import ENGLISH, Said

EMAIL, SMS = "A bell for the hills", "Bell by text"
ASKER, HELPER = "aoife@byrne.example", "grace@mwangi.example"
REFUSED_BECAUSE = "Say which bell: we sell three."
QUESTION, IDEA = "The bell of my Mirante is silent in the rain", "A bell that rings by itself on the way down"


# Content


def begin(tab: Page, *, name: str, kind: str, layout: str, sender: str) -> None:
    tab.get_by_role("link", name="New text").click()
    tab.fill("#id_name", name)
    tab.check(f"[name=kind][value={kind}]")
    tab.check("[name=purpose][value=marketing]")
    tab.select_option("#id_source_locale", "en")
    tab.check(f"[name=layout][value={layout}]")
    tab.get_by_role("button", name="Begin to write").click()
    tab.get_by_role("link", name="Settings", exact=True).click()
    options = tab.locator("#id_channel option").all_inner_texts()
    tab.select_option("#id_channel", label=next(one for one in options if sender in one))
    tab.locator("main form button[type=submit]").first.click()
    expect(tab.locator("#words")).to_be_visible()


def submit(tab: Page) -> None:
    tab.get_by_role("button", name="Ask for approval").click()
    expect(tab.get_by_role("heading", name="Ask for approval")).to_be_visible()
    tab.locator("main form").get_by_role("button", name="Ask for approval").click()


def test_a_troubadour_writes_a_mail_in_two_languages(village):
    tab = village.at("Otávio", "/studio/")
    begin(tab, name=EMAIL, kind="email", layout="letter", sender="oficina@")
    tab.get_by_label("Subject").fill("{{ nickname }}, a bell")
    expect(tab.locator("#checks .rule--stop")).to_contain_text("nickname")
    tab.get_by_label("Subject").fill('{{ first_name | default: "Hello" }}, a bell')
    expect(tab.locator(".mailview__subject")).to_contain_text(", a bell")
    expect(tab.frame_locator(".mailview__frame").get_by_text("Write here.")).to_be_visible()
    tab.get_by_role("button", name="Save revision").click()
    expect(tab.get_by_text("Saved as revision 1.")).to_be_visible()
    tab.locator("button[name=locale][value=pt-br]").click()
    tab.get_by_label("Subject").fill('{{ first_name | default: "Olá" }}, um sino')
    expect(tab.locator(".mailview__subject")).to_contain_text(", um sino")
    submit(tab)
    village.kept["email"] = tab.url
    expect(tab.get_by_text("asked for approval")).to_be_visible()


def test_and_a_text_message(village):
    tab = village.at("Otávio", "/studio/")
    begin(tab, name=SMS, kind="sms", layout="blank", sender="+")
    tab.locator("#words textarea[name=text]").fill(
        'Pedralva: {{ first_name | default: "hello" }}, the bell is here. STOP to leave'
    )
    expect(tab.locator("#segments")).to_contain_text("1 segment")
    submit(tab)
    village.kept["sms"] = tab.url
    expect(tab.get_by_text("asked for approval")).to_be_visible()


# Approval


def under_review(tab: Page, name: str) -> None:
    tab.locator("#queue .row", has_text=name).first.click()
    expect(tab.locator("#standing")).to_contain_text(name)


def test_a_counselor_refuses_one_with_a_reason_and_approves_the_other(village):
    tab = village.at("Helena", "/work/review/")
    names = [text.strip() for text in tab.locator("#queue .row .row__name").all_inner_texts()]
    assert names.index(EMAIL) < names.index(SMS), "oldest first"
    under_review(tab, SMS)
    tab.get_by_role("button", name="Refuse").click()
    expect(tab.locator("#error")).to_be_visible()
    tab.fill("#reason", REFUSED_BECAUSE)
    tab.get_by_role("button", name="Refuse").click()
    village.at("Helena", "/work/review/")
    under_review(tab, EMAIL)
    expect(tab.locator("#review")).to_contain_text("a bell")
    tab.get_by_role("button", name="Approve").click()
    expect(tab.locator("#queue .row", has_text=EMAIL)).to_have_count(0)


def test_the_author_reads_both_mends_and_asks_again(village):
    tab = village.tab("Otávio")
    tab.goto(village.kept["email"])
    expect(tab.get_by_role("main")).to_contain_text("Helena Vasquez-Prado")
    tab.goto(village.kept["sms"])
    expect(tab.get_by_role("main")).to_contain_text(REFUSED_BECAUSE)
    tab.goto(village.kept["sms"].removesuffix("revisions/"))
    tab.locator("#words textarea[name=text]").fill(
        'Pedralva: {{ first_name | default: "hello" }}, the brass bell is here. STOP to leave'
    )
    submit(tab)
    judge = village.at("Helena", "/work/review/")
    under_review(judge, SMS)
    expect(judge.locator("#review")).to_contain_text("the brass bell")
    judge.get_by_role("button", name="Approve").click()
    expect(judge.locator("#queue .row", has_text=SMS)).to_have_count(0)


# Community


def choose(tab: Page, selector: str, words: str) -> None:
    options = tab.locator(f"{selector} option").all_inner_texts()
    tab.select_option(selector, label=next(one for one in options if words in one))


def sign_in_link(village: Village, address: str) -> str:
    """The newest link in the customer's mailbox."""
    box = village.at("Caio", f"/channels/mailbox/?customer={address}")
    mail = box.locator("#mailbox-messages .said", has_text="/community/sign-in/").last
    expect(mail).to_be_visible()
    found = re.findall(r"/community/sign-in/[\w-]{43}/", mail.inner_text())
    return found[-1]


def come_in(village: Village, name: str, handle: str, address: str) -> Page:
    tab = village.visitor(name)
    tab.goto(village.where.url + "/community/sign-in/")
    tab.fill("#id_email", address)
    tab.get_by_role("button", name="Send me a link").click()
    expect(tab.locator("h1")).to_have_text("Look into your mail")
    tab.goto(village.where.url + sign_in_link(village, address))
    tab.get_by_role("button", name="Yes, sign me in").click()
    tab.fill("#id_name", name)
    tab.fill("#id_handle", handle)
    tab.get_by_role("button", name="Keep").click()
    expect(tab.locator(".public__me")).to_contain_text(name)
    return tab


def ask(tab: Page, url: str, *, kind: str, space: str, title: str, text: str) -> str:
    tab.goto(f"{url}/community/ask/?kind={kind}")
    tab.select_option("#id_kind", kind)
    choose(tab, "#id_space", space)
    tab.fill("#id_title", title)
    tab.fill("#id_text", text)
    tab.get_by_role("button", name="Publish").click()
    expect(tab.locator("h1")).to_have_text(title)
    return tab.url


def test_a_customer_comes_in_by_a_link_asks_and_has_an_idea(village):
    url = village.where.url
    tab = come_in(village, "Aoife B", "aoife.b", ASKER)
    text = "It rings when dry and is **silent** in the rain."
    village.kept["question"] = ask(tab, url, kind="question", space="Workshop", title=QUESTION, text=text)
    expect(tab.locator(".prose strong")).to_have_text("silent")
    text = "Children would hear us come."
    village.kept["idea"] = ask(tab, url, kind="idea", space="Ideas", title=IDEA, text=text)


def test_another_votes_and_answers_and_the_answer_is_accepted(village):
    tab = come_in(village, "Grace M", "grace.m", HELPER)
    tab.goto(village.kept["idea"])
    tab.get_by_role("button", name="I want this").click()
    expect(tab.locator("[aria-pressed=true]")).to_contain_text("1")
    tab.goto(village.kept["question"])
    tab.locator("#reply [name=text]").fill("Dry the spring, then oil it.")
    tab.locator("#reply button[type=submit]").click()
    expect(tab.locator(".post", has_text="Dry the spring")).to_be_visible()
    asker = village.visitor("Aoife B")
    asker.goto(village.kept["question"])
    answer = asker.locator(".post", has_text="Dry the spring")
    answer.get_by_role("button", name="This solved it").click()
    expect(asker.locator(".post--accepted")).to_contain_text("Dry the spring")


# Village


HOMES = {
    "Caio": "/campaigns/",
    "Dagmar": "/studio/",
    "Helena": "/inbox/",
    "Otávio": "/people/",
    "Bruna": "/inbox/",
    "Rui": "/studio/",
    "Ambrósio": "/people/",
    "Lúcia": "/work/review/",
    "Celina": "/people/",
    "Nuno": "/campaigns/",
    "Pilar": "/inbox/",
    "Ivo": "/inbox/",
}


def test_each_role_has_its_home_and_is_refused_what_it_may_not_do(village):
    for name, closed in HOMES.items():
        tab = village.at(name, "/")
        expect(tab.locator("h1").first).to_be_attached()
        answer = tab.goto(village.where.url + closed)
        assert answer is not None
        assert answer.status == 403, f"{name} at {closed}"


def test_the_pages_speak_portuguese(village):
    topic = village.kept["question"].partition(village.where.url)[2]
    village.speak("Tereza", "pt-br")
    for path in ("/", "/inbox/all/", "/people/", "/work/", "/community/desk/", "/community/", topic):
        tab = village.at("Tereza", path)
        expect(tab.locator("html")).to_have_attribute("lang", "pt-br")
        assert [text for text in Said(tab.content()).texts if text in ENGLISH] == [], path
