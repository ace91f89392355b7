"""A Troubadour writes, a Counselor decides."""

from playwright.sync_api import Page, expect

from tests.story.chapters.words import EMAIL, REFUSED_BECAUSE, SMS
from tests.story.conftest import Village


def a_troubadour_writes_a_mail_in_two_languages(village: Village) -> None:
    tab = village.at("Otávio", "/studio/")
    _begin(tab, name=EMAIL, kind="email", layout="letter", sender="oficina@")
    _subject(tab, "{{ nickname }}, a bell")
    expect(tab.locator("#checks .rule--stop")).to_contain_text("nickname")
    _subject(tab, '{{ first_name | default: "Hello" }}, a bell')
    expect(tab.locator(".mailview__subject")).to_contain_text(", a bell")
    expect(tab.frame_locator(".mailview__frame").get_by_text("Write here.")).to_be_visible()
    tab.get_by_role("button", name="Save revision").click()
    expect(tab.get_by_text("Saved as revision 1.")).to_be_visible()
    tab.locator("button[name=locale][value=pt-br]").click()
    _subject(tab, '{{ first_name | default: "Olá" }}, um sino')
    expect(tab.locator(".mailview__subject")).to_contain_text(", um sino")
    _submit(tab)
    expect(tab.get_by_text("asked for approval")).to_be_visible()
    village.kept["email"] = village.path_of(tab)


def and_a_text_message(village: Village) -> None:
    tab = village.at("Otávio", "/studio/")
    _begin(tab, name=SMS, kind="sms", layout="blank", sender="+")
    _text(tab, "the bell is here")
    expect(tab.locator("#segments")).to_contain_text("1 segment")
    _submit(tab)
    expect(tab.get_by_text("asked for approval")).to_be_visible()
    village.kept["sms"] = village.path_of(tab)
    tab.goto(village.where.url + "/work/review/")
    expect(tab.locator("#queue .row", has_text=SMS)).to_be_visible()
    expect(tab.get_by_role("button", name="Approve")).to_have_count(0)


def a_counselor_refuses_one_with_a_reason_and_approves_the_other(village: Village) -> None:
    tab = village.at("Helena", "/work/review/")
    names = [text.strip() for text in tab.locator("#queue .row .row__name").all_inner_texts()]
    assert names.index(EMAIL) < names.index(SMS), "oldest first"
    _review(tab, SMS)
    tab.get_by_role("button", name="Refuse").click()
    expect(tab.locator("#error")).to_be_visible()
    tab.fill("#reason", REFUSED_BECAUSE)
    tab.get_by_role("button", name="Refuse").click()
    expect(tab.locator("#standing")).not_to_contain_text(SMS)
    _review(village.at("Helena", "/work/review/"), EMAIL)
    expect(tab.locator("#review")).to_contain_text("nothing of it was ever approved")
    _approve(tab, EMAIL)


def the_author_mends_both_and_asks_again(village: Village) -> None:
    tab = village.at("Otávio", village.kept["sms"])
    expect(tab.get_by_role("main")).to_contain_text(REFUSED_BECAUSE)
    village.at("Otávio", village.kept["sms"].removesuffix("revisions/"))
    _text(tab, "the brass bell is here")
    _submit(tab)
    village.at("Otávio", village.kept["email"])
    expect(tab.get_by_role("main")).to_contain_text("Helena Vasquez-Prado")
    village.at("Otávio", village.kept["email"].removesuffix("revisions/"))
    _subject(tab, '{{ first_name | default: "Hello" }}, a brass bell')
    _submit(tab)
    expect(tab.get_by_role("main")).to_contain_text("a brass bell")


def the_counselor_sees_what_changed(village: Village) -> None:
    tab = village.at("Helena", "/work/review/")
    _review(tab, SMS)
    expect(tab.locator("#review")).to_contain_text("the brass bell")
    _approve(tab, SMS)
    _review(village.at("Helena", "/work/review/"), EMAIL)
    expect(tab.locator("#review")).to_contain_text("approved")
    expect(tab.locator("#review ins").first).to_contain_text("brass")
    _approve(tab, EMAIL)


def _begin(tab: Page, *, name: str, kind: str, layout: str, sender: str) -> None:
    tab.get_by_role("link", name="New text").click()
    tab.fill("#id_name", name)
    tab.check(f"[name=kind][value={kind}]")
    tab.check("[name=purpose][value=marketing]")
    tab.fill("#id_source_locale", "English")
    tab.check(f"[name=layout][value={layout}]")
    tab.get_by_role("button", name="Begin to write").click()
    tab.get_by_role("link", name="Settings", exact=True).click()
    options = tab.locator("#id_channel option").all_inner_texts()
    tab.select_option("#id_channel", label=next(one for one in options if sender in one))
    tab.locator("main form button[type=submit]").first.click()
    expect(tab.locator("#words")).to_be_visible()


def _subject(tab: Page, words: str) -> None:
    tab.get_by_label("Subject").fill(words)


def _text(tab: Page, words: str) -> None:
    greeting = '{{ first_name | default: "hello" }}'
    tab.locator("#words textarea[name=text]").fill(f"Pedralva: {greeting}, {words}. STOP to leave")


def _submit(tab: Page) -> None:
    tab.get_by_role("button", name="Ask for approval").click()
    expect(tab.get_by_role("heading", name="Ask for approval")).to_be_visible()
    tab.locator("main form").get_by_role("button", name="Ask for approval").click()
    tab.wait_for_url("**/revisions/")


def _review(tab: Page, name: str) -> None:
    tab.locator("#queue .row", has_text=name).first.click()
    expect(tab.locator("#standing")).to_contain_text(name)


def _approve(tab: Page, name: str) -> None:
    tab.get_by_role("button", name="Approve").click()
    expect(tab.locator("#standing")).not_to_contain_text(name)
