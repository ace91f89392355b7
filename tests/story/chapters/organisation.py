"""What stays: the customer's whole story, the operating model, everybody's own home, and all of it in Portuguese."""

from playwright.sync_api import Page, expect

from tests.story.chapters.campaign import open_profile
from tests.story.chapters.words import ANSWERED, ASKED, BY_EMAIL, CAMPAIGN, IDEA, NOTE, QUESTION, SUMMARY, TASK
from tests.story.conftest import Village
from tests.test_portuguese_pages import ENGLISH, Said

TOLD = (CAMPAIGN, ASKED, ANSWERED, NOTE, TASK, SUMMARY, "Finance", QUESTION, IDEA)
# What the story does once more, and rightly: one thing in each C.
COUNTED = {
    "content": "Every text in use has an owner and an approved revision",
    "campaign": "Answers open conversations that know their campaign",
    "conversation": "The first answer comes in time (median of 30 days)",
    "collaboration": "A handoff carries a summary, facts and the customer's whole story",
    "community": "Every removal has a reason, a person and a way to appeal",
}
# What waits on each role's home page, and where it may not go.
HOMES = {
    "Caio": ("Due first", "/campaigns/"),
    "Dagmar": ("Your deals", "/studio/"),
    "Helena": ("Review queue", "/inbox/"),
    "Otávio": ("You are writing", "/people/"),
    "Bruna": ("Campaigns under way", "/inbox/"),
    "Rui": ("How the house stands", "/studio/"),
    "Ambrósio": ("Needs attention", "/people/"),
    "Lúcia": ("Channels", "/work/review/"),
    "Celina": ("Waits for your signature", "/people/"),
    "Nuno": ("Objections to answer", "/campaigns/"),
    "Pilar": ("Without an answer for two days", "/inbox/"),
    "Ivo": ("Health", "/inbox/"),
}
SPOKEN = {
    "Tereza": {
        "/": "Fila de revisão",
        "/inbox/all/": "Todas abertas",
        "/work/": "Passado aos meus departamentos",
        "/community/desk/": "Fila de revisão",
        "/community/": "O que se conversa na praça",
        "{question}": "Quem cuida deste espaço",
    },
    "Otávio": {"/": "Espera decisão", "/studio/": "Estúdio", "{email}": "Como chega"},
    "Bruna": {
        "/": "Campanhas em andamento",
        "/campaigns/": "Campanhas",
        "{campaign}": "Por que 1 pessoa não recebeu",
        "/admin/campaigns/segment/add/": "Quem entra",
    },
    "Helena": {"/work/review/": "Regras que o texto toca", "{profile}": "O que aceitaram"},
    "Graça": {"/work/": "Passado aos meus departamentos", "{conversation}": "Conversa"},
    "Celina": {"/operations/": "Cinco Cs"},
}
THE_STORYS_OWN = {"Hello"}  # what the mail itself says, in its difference


def what_is_counted_before_it_begins(village: Village) -> None:
    village.kept |= {f"before: {area}": str(rows) for area, (_answer, rows) in _counted(village).items()}


def the_profile_tells_the_whole_story(village: Village) -> None:
    tab = open_profile(village, "Caio", BY_EMAIL)
    village.kept["profile"] = village.path_of(tab)
    told = tab.locator("#timeline")
    for words in TOLD:
        expect(told).to_contain_text(words)
    expect(told.locator(".moment--inside", has_text=NOTE)).to_contain_text("Only the team reads this")
    tab.get_by_label("Who speaks").get_by_role("link", name="We said").click()
    expect(told).to_contain_text(ANSWERED)
    expect(told).not_to_contain_text(NOTE)


def the_operating_model_counts_it(village: Village) -> None:
    for area, (answer, rows) in _counted(village).items():
        assert answer == "passes", COUNTED[area]
        assert rows > int(village.kept[f"before: {area}"]), COUNTED[area]
    tab = village.at("Celina", "/operations/")
    expect(tab.locator(".matrix .cell")).to_have_count(15)
    for text in tab.locator(".matrix .cell .end").all_inner_texts():
        assert int(text.split()[-1]) >= 2, text


def each_role_has_its_home_and_is_refused_what_it_may_not_do(village: Village) -> None:
    for name, (waits, closed) in HOMES.items():
        tab = village.at(name, "/")
        expect(tab.get_by_role("heading", name=waits, exact=True)).to_be_visible()
        answer = tab.goto(village.where.url + closed)
        assert answer is not None
        assert answer.status == 403, f"{name} at {closed}"


def the_pages_speak_portuguese(village: Village) -> None:
    for name, pages in SPOKEN.items():
        village.speak(name, "pt-br")
        for path, words in pages.items():
            tab = village.at(name, path.format(**village.kept))
            expect(tab.locator("html")).to_have_attribute("lang", "pt-br")
            expect(tab.locator("body")).to_contain_text(words)
            assert _left_in_english(tab) == [], f"{name} at {path}"


def _counted(village: Village) -> dict[str, tuple[str, int]]:
    """Ask all questions again; return the answers to ours, and how many rows stand behind each."""
    tab = village.at("Celina", "/operations/")
    tab.get_by_role("button", name="Count again").click()
    expect(tab.get_by_text("questions were asked again")).to_be_visible()
    found = {}
    for area, statement in COUNTED.items():
        line = village.at("Celina", f"/operations/{area}/").locator("tr", has_text=statement)
        found[area] = (line.locator(".badge").inner_text().strip(), int(line.locator(".number").last.inner_text()))
    return found


def _left_in_english(tab: Page) -> list[str]:
    """Whole strings of ours that stayed English; names of icons in the administration are no words."""
    tab.locator(".material-symbols-outlined").evaluate_all("all => all.forEach(one => one.remove())")
    return [text for text in Said(tab.content()).texts if text in ENGLISH - THE_STORYS_OWN]
