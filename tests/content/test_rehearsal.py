"""What nobody could get is not saved, not submitted, not approved; who wrote a text does not approve it."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import override

from collaboration.approvals import Contributed, RuleStandsAgainst, decide, request
from collaboration.approvals.deciding import waive
from content.actions.drafting import begin_locale, write_draft
from content.actions.errors import LocaleRefused
from content.actions.saving import save
from content.actions.submitting import submit
from content.approval import KIND
from content.hashing import content_hash
from content.models import Draft, Revision, Variant
from content.rendering import Broken
from content.rendering.links import links_in
from content.reviewing import contributors_to
from content.selectors.desk import languages_of, look
from content.words import FIELDS, Words
from engagement.village.models import User
from tests.factories import LAYOUT, NOW, make_template
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
UNWRITABLE = LAYOUT.format(words="Hello\n{{ 1 | divided_by: 0 }}")


def write(template, author, locale="en", **fields):
    draft = template.drafts.get(locale=locale)
    words = {field: getattr(draft, field) for field in FIELDS} | fields
    return write_draft(template=template, locale=locale, fields=words, version=draft.version, author=author, now=NOW)


@pytest.mark.parametrize(
    ("mjml", "sentence"),
    [
        (UNWRITABLE, "A number is divided by zero."),
        (LAYOUT.format(words="{{ 5 | money: 'EURO' }}"), "There is no currency “EURO”"),
        (LAYOUT.format(words="{% for i in (1..900000) %}x{% endfor %}"), "A loop runs more than 1000 times."),
        (LAYOUT.format(words="{{ organisation | slice: organisation }}"), "The filter “slice” cannot work"),
    ],
)
def test_what_cannot_be_written_for_a_sample_is_in_the_way_with_its_line(otavio, mjml, sentence):
    template = make_template(otavio, purpose="marketing")
    write(template, otavio, mjml=mjml)
    found = look(template, list(template.drafts.all()), "en", user=otavio, sample="whole")
    assert found.in_the_way >= 1
    assert sentence in str(found.broken)
    place = mjml[: mjml.index("{%" if "{%" in mjml else "{{")]
    assert (found.broken.field, found.broken.line) == ("mjml", place.count("\n") + 1)
    with pytest.raises(Broken, match=sentence):
        save(template=template, author=otavio, now=NOW)
    with pytest.raises(Broken, match=sentence):
        submit(template=template, author=otavio, comment="", now=NOW)


def test_it_is_said_in_portuguese(otavio):
    template = make_template(otavio)
    write(template, otavio, mjml=UNWRITABLE)
    with override("pt-br"):
        found = look(template, list(template.drafts.all()), "en", user=otavio, sample="whole")
        assert str(found.broken) == "Um número é dividido por zero."


def test_an_older_revision_that_cannot_be_written_is_neither_approved_nor_waived(otavio, helena):
    template = make_template(otavio)
    revision = saved_before(template, otavio, UNWRITABLE)
    asked = request(
        kind=KIND,
        subject_id=template.pk,
        content_hash=revision.content_hash,
        requester=otavio,
        comment="",
        now=NOW,
    )
    with pytest.raises(RuleStandsAgainst):
        waive(request_id=asked.pk, rule="cannot-be-written", reviewer=helena, reason="Let it go", now=NOW)
    with pytest.raises(RuleStandsAgainst, match="Nobody could get this text"):
        approve(asked, helena, revision)


def saved_before(template, author, mjml) -> Revision:
    """A revision of a time when samples were not tried."""
    words = Words("en", subject="Spring", mjml=mjml)
    facts = {"kind": "email", "purpose": "service", "sender": "", "organisation": "", "postal_address": ""}
    made = Revision(
        template=template,
        number=1,
        author=author,
        source_locale="en",
        content_hash=content_hash(words=[words], **facts),
        created_at=NOW,
        **facts,
    )
    Variant.objects.create(revision=made, locale="en", subject=words.subject, mjml=words.mjml)
    made.save(force_insert=True)
    return made


def approve(asked, reviewer, revision):
    return decide(
        request_id=asked.pk,
        reviewer=reviewer,
        verdict="approved",
        reason="",
        seen_hash=revision.content_hash,
        now=NOW + timedelta(hours=1),
    )


# Contributors


@pytest.fixture
def nuno(db) -> User:
    """Author and reviewer in one person."""
    both = person("troubadour", email="nuno@pedralva.example", name="Nuno Vale")
    both.groups.add(*person("counselor", email="x@pedralva.example").groups.all())
    return both


def test_whoever_wrote_a_part_of_it_does_not_approve_it(otavio, nuno, helena):
    template = make_template(otavio)
    write(template, nuno, subject="Words of Nuno")
    write(template, otavio, subject="Words of Nuno, mended")
    asked = submit(template=template, author=otavio, comment="", now=NOW)
    revision = template.revisions.get()
    assert contributors_to(revision) == [nuno, otavio]
    with pytest.raises(Contributed, match="Nuno Vale wrote part of this text"):
        approve(asked, nuno, revision)
    page = client_of(nuno).get(reverse("collaboration:review", args=[asked.pk])).content.decode()
    assert "You wrote part of this text, so somebody else decides." in page
    assert "Nuno Vale, Otávio Seixas" in page
    assert approve(asked, helena, revision).state == "approved"


def test_who_wrote_into_an_earlier_revision_that_nobody_approved_counts_too(otavio, nuno, helena):
    template = make_template(otavio)
    write(template, nuno, subject="Words of Nuno")
    save(template=template, author=nuno, now=NOW)
    write(template, otavio, text="Words of Otávio")
    asked = submit(template=template, author=otavio, comment="", now=NOW)
    with pytest.raises(Contributed):
        approve(asked, nuno, template.revisions.get(number=2))
    approve(asked, helena, template.revisions.get(number=2))
    write(template, otavio, text="Other words of Otávio")
    again = submit(template=template, author=otavio, comment="", now=NOW)
    assert contributors_to(template.revisions.get(number=3)) == [otavio]
    assert approve(again, nuno, template.revisions.get(number=3)).state == "approved"


def test_the_reviewer_sees_which_languages_they_have_not_opened(otavio, helena):
    cache.clear()
    template = make_template(otavio)
    begin_locale(template=template, locale="de", author=otavio, now=NOW)
    asked = submit(template=template, author=otavio, comment="", now=NOW)
    desk, url = client_of(helena), reverse("collaboration:review", args=[asked.pk])
    assert "Not opened by you yet: Deutsch, English" in desk.get(url).content.decode()
    desk.get(reverse("content:revision-frame", args=[template.pk, 1, "de"]))
    assert "Not opened by you yet: English" in desk.get(url).content.decode()
    desk.get(reverse("content:revision-frame", args=[template.pk, 1, "en"]))
    assert "Not opened by you yet" not in desk.get(url).content.decode()


def test_a_link_is_shown_as_it_is_sent():
    words = Words("en", mjml='<a href="https://a.example/?a=1&b=2&copy=3&amp;reg=4&para">x</a>')
    assert links_in(words) == ["https://a.example/?a=1&b=2&copy=3&reg=4&para"]


# Languages


@pytest.mark.parametrize("tag", ["de", "ar", "zh-hant", "es-419", "fil", "pt-pt"])
def test_any_language_can_be_added(otavio, tag):
    template = make_template(otavio)
    draft = begin_locale(template=template, locale=tag, author=otavio, now=NOW)
    assert draft.locale == tag


@pytest.mark.parametrize(
    ("typed", "tag"), [("German", "de"), ("pt_PT", "pt-pt"), ("Arabic", "ar"), ("de-AT", "de-at"), ("iw", "he")]
)
def test_a_language_is_found_by_its_name_or_its_tag(otavio, typed, tag):
    template = make_template(otavio)
    client_of(otavio).post(reverse("content:drafts", args=[template.pk]), {"locale": typed})
    assert template.drafts.filter(locale=tag).exists()


def test_what_is_no_language_is_refused_with_a_way_out(otavio):
    template = make_template(otavio)
    with pytest.raises(LocaleRefused, match="type its tag"):
        begin_locale(template=template, locale="klingonese", author=otavio, now=NOW)
    answer = client_of(otavio).post(reverse("content:drafts", args=[template.pk]), {"locale": "Klingon"}, follow=True)
    assert "There is no such language." in answer.content.decode()
    assert template.drafts.count() == 1


def test_a_copy_of_the_source_is_pointed_out_until_it_is_translated(otavio):
    template = make_template(otavio, words="Good morning")
    begin_locale(template=template, locale="pt-br", author=otavio, now=NOW)

    def found():
        drafts = list(template.drafts.order_by("locale"))
        [language] = [each for each in languages_of(template, drafts) if each.locale == "pt-br"]
        rules = look(template, drafts, "en", user=otavio, sample="whole").rules
        return language.is_copy, [rule.code for rule in rules if rule.code == "untranslated"]

    assert found() == (True, ["untranslated"])
    page = client_of(otavio).get(reverse("content:template", args=[template.pk])).content.decode()
    assert "Not translated yet: same text as the source" in page
    write(template, otavio, locale="pt-br", mjml=LAYOUT.format(words="Bom dia"))
    assert found() == (False, [])


def test_a_regional_spelling_may_say_the_same(otavio):
    template = make_template(otavio, words="Good morning")
    begin_locale(template=template, locale="en-gb", author=otavio, now=NOW)
    drafts = list(template.drafts.order_by("locale"))
    assert not any(each.is_copy for each in languages_of(template, drafts))


def test_drafts_of_before_are_their_last_writers(otavio, lia):
    template = make_template(otavio)
    Draft.objects.filter(template=template).update(contributor_ids=[], updated_by=lia)
    revision = save(template=template, author=otavio, now=NOW)
    assert revision.contributor_ids == sorted([str(otavio.pk), str(lia.pk)])
