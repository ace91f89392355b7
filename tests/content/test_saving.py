"""Drafts and revisions: nothing is lost, nothing that was saved changes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from content.actions.drafting import begin_locale, confirm_translation, drop_locale, is_stale, write_draft
from content.actions.errors import DraftWouldBeLost, LocaleRefused, NothingToSave, StaleDraft
from content.actions.making import change
from content.actions.saving import restore, save
from content.hashing import content_hash
from content.models import Draft, Revision, Template, Variant
from content.rendering import Broken, compiled
from content.words import FIELDS, Words
from engagement.events.models import OutboxEvent
from engagement.village.models import User
from tests.factories import LAYOUT, NOW, make_channel, make_template, make_user, minutes

pytestmark = pytest.mark.django_db


def write(template: Template, author: User, *, version: int | None = None, locale: str = "en", **fields: str) -> Draft:
    draft = template.drafts.get(locale=locale)
    words = {field: getattr(draft, field) for field in FIELDS} | fields
    return write_draft(
        template=template,
        locale=locale,
        fields=words,
        version=draft.version if version is None else version,
        author=author,
        now=NOW,
    )


# Revisions


def test_a_save_is_a_revision_and_the_same_words_again_are_none(otavio):
    template = make_template(otavio)
    first = save(template=template, author=otavio, now=NOW)
    assert save(template=template, author=otavio, now=NOW) == first
    write(template, otavio, subject="Summer")
    second = save(template=template, author=otavio, now=NOW)
    assert (first.number, second.number) == (1, 2)
    assert OutboxEvent.objects.filter(name="content.revision_saved").count() == 2


def test_a_revision_writes_down_sender_and_organisation_as_they_stood(otavio, settings):
    settings.ORGANISATION_POSTAL_ADDRESS = "Rua das Pedras 12"
    template = make_template(otavio, purpose="marketing")
    made = save(template=template, author=otavio, now=NOW)
    assert made.sender == f"Pedralva <{template.channel.address}>"
    assert (made.organisation, made.postal_address) == ("Pedralva", "Rua das Pedras 12")
    settings.ORGANISATION_POSTAL_ADDRESS = "Elsewhere"
    values = {"unsubscribe_url": "https://pedralva.example/u"}
    assert "Rua das Pedras 12" in compiled(made.pk).render(locale="en", values=values).html


def test_another_sender_makes_another_revision_of_the_same_words(otavio):
    template = make_template(otavio)
    first = save(template=template, author=otavio, now=NOW)
    settled = {"name": template.name, "purpose": "service", "owner": otavio, "department": None}
    change(template=template, channel=make_channel(), actor=otavio, now=NOW, **settled)
    second = save(template=template, author=otavio, now=NOW)
    assert second.number == 2
    assert second.content_hash != first.content_hash


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"subject": "{{ first_nam }}"}, "Did you mean “first_name”"),
        ({"subject": "{% if name %}"}, "Liquid"),
        ({"mjml": "<mjml>"}, "never closed"),
        ({"mjml": LAYOUT.format(words='<a href="http://x.example">x</a>')}, "may not be a link"),
        ({"mjml": LAYOUT.format(words='<a href="javascript:alert(1)">x</a>')}, "may not be a link"),
        ({"mjml": LAYOUT.format(words='<a href="{{ city }}">x</a>')}, "may not be a link"),
        ({"mjml": LAYOUT.format(words='<a href="https://{{ city }}.example">x</a>')}, "may not be a link"),
        ({"mjml": LAYOUT.format(words='<a href="https://pedralva.example{{ city }}">x</a>')}, "may not be a link"),
    ],
)
def test_what_cannot_be_read_is_no_revision_and_stays_a_draft(otavio, fields, said):
    template = make_template(otavio)
    write(template, otavio, **fields)
    with pytest.raises(Broken, match=said) as broken:
        save(template=template, author=otavio, now=NOW)
    assert (broken.value.locale, broken.value.field) == ("en", next(iter(fields)))
    assert not Revision.objects.exists()
    assert getattr(template.drafts.get(), next(iter(fields))) == next(iter(fields.values()))


def test_nothing_is_no_revision(otavio):
    template = make_template(otavio, kind="sms", words="")
    with pytest.raises(NothingToSave):
        save(template=template, author=otavio, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_revisions_saved_at_once_have_numbers_without_gaps(otavio):
    template = make_template(otavio, kind="sms", words="0")

    def once(number: int) -> None:
        try:
            with transaction.atomic():
                draft = Draft.objects.select_for_update().get(template=template)
                draft.text = str(number)
                draft.save()
                save(template=template, author=otavio, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(once, range(1, 13)))
    numbers = list(template.revisions.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, 13))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE content_revision SET sender = 'somebody else'",
        "DELETE FROM content_revision",
        "UPDATE content_variant SET subject = 'Other'",
        "DELETE FROM content_variant",
    ],
)
def test_the_database_refuses_to_change_what_was_saved(otavio, statement):
    save(template=make_template(otavio), author=otavio, now=NOW)
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Variant.objects.get().subject == "Spring"


def test_the_database_refuses_another_language_for_a_saved_revision(otavio):
    made = save(template=make_template(otavio), author=otavio, now=NOW)
    with pytest.raises(DatabaseError, match="no language is added"), transaction.atomic():
        Variant.objects.create(revision=made, locale="pt-br", text="Oi")
    assert made.variants.count() == 1


def test_an_old_revision_comes_back_as_a_new_one_and_loses_nothing(otavio):
    template = make_template(otavio)
    first = save(template=template, author=otavio, now=NOW)
    write(template, otavio, subject="Summer")
    restored = restore(revision=first, author=otavio, now=NOW)
    assert [(each.number, each.restored_from) for each in template.revisions.order_by("number")] == [
        (1, None),
        (2, None),
        (3, 1),
    ]
    assert restored.content_hash == first.content_hash
    assert template.drafts.get().subject == "Spring"
    assert template.revisions.get(number=2).variants.get().subject == "Summer"


def test_words_that_cannot_be_saved_are_not_written_over_by_an_old_revision(otavio):
    template = make_template(otavio)
    first = save(template=template, author=otavio, now=NOW)
    write(template, otavio, subject="{{ half")
    with pytest.raises(DraftWouldBeLost):
        restore(revision=first, author=otavio, now=NOW)
    assert template.drafts.get().subject == "{{ half"


# Drafts


def test_two_pages_the_second_is_told_and_loses_nothing(otavio, lia):
    template = make_template(otavio)
    seen = template.drafts.get().version
    write(template, lia, subject="Lia's")
    with pytest.raises(StaleDraft) as stale:
        write(template, otavio, version=seen, subject="Otávio's")
    assert stale.value.current.subject == "Lia's"
    assert template.drafts.get().updated_by == lia


def test_one_page_may_write_over_what_it_wrote_itself(otavio):
    template = make_template(otavio)
    fields = {"subject": "One", "mjml": LAYOUT}
    given = {"template": template, "locale": "en", "version": 1, "author": otavio, "now": NOW, "writer": "page"}
    write_draft(fields=fields, **given)
    draft = write_draft(fields=fields | {"subject": "Two"}, **given)
    assert (draft.version, draft.subject) == (3, "Two")


def test_the_same_words_again_change_nothing(otavio, lia):
    template = make_template(otavio)
    draft = write(template, lia, version=99)
    assert (draft.version, draft.updated_by) == (1, otavio)


def test_a_translation_is_stale_when_its_source_changed(otavio):
    template = make_template(otavio)
    begin_locale(template=template, locale="pt-br", author=otavio, now=NOW)
    write(template, otavio, subject="Summer")
    english, portuguese = (template.drafts.get(locale=locale) for locale in ("en", "pt-br"))
    assert is_stale(portuguese, english)
    assert not is_stale(english, english)
    confirm_translation(template=template, locale="pt-br", author=otavio, now=NOW)
    assert not is_stale(template.drafts.get(locale="pt-br"), english)


def test_the_source_stays_and_a_translation_can_go(otavio):
    template = make_template(otavio)
    begin_locale(template=template, locale="pt-br", author=otavio, now=NOW)
    with pytest.raises(LocaleRefused):
        drop_locale(template=template, locale="en", author=otavio, now=NOW)
    with pytest.raises(LocaleRefused):
        begin_locale(template=template, locale="xx", author=otavio, now=NOW)
    assert drop_locale(template=template, locale="pt-br", author=otavio, now=NOW + minutes(1))
    assert [draft.locale for draft in template.drafts.all()] == ["en"]


def test_whoever_takes_a_language_out_has_a_part_in_the_text(otavio):
    template = make_template(otavio)
    begin_locale(template=template, locale="pt-br", author=otavio, now=NOW)
    save(template=template, author=otavio, now=NOW)
    nuno = make_user("Nuno Vale")
    drop_locale(template=template, locale="pt-br", author=nuno, now=NOW + minutes(1))
    revision = save(template=template, author=otavio, now=NOW + minutes(2))
    assert revision.contributor_ids == sorted([str(otavio.pk), str(nuno.pk)])


# The hash

_words = st.builds(
    Words,
    locale=st.sampled_from(["en", "pt-br", "es"]),
    subject=st.text(max_size=8),
    preheader=st.text(max_size=8),
    mjml=st.text(max_size=8),
    text=st.text(max_size=8),
)
_all = st.lists(_words, min_size=1, max_size=3, unique_by=lambda each: each.locale)
_frame = st.fixed_dictionaries(
    {name: st.text(max_size=6) for name in ("kind", "purpose", "sender", "organisation", "postal_address")}
)


@settings(max_examples=80, deadline=None)
@given(_all, _frame, st.randoms(use_true_random=False))
def test_the_hash_does_not_depend_on_the_order_of_languages(words, frame, random):
    shuffled = random.sample(words, len(words))
    assert content_hash(words=words, **frame) == content_hash(words=shuffled, **frame)


@settings(max_examples=120, deadline=None)
@given(_all, _frame, st.data())
def test_the_hash_changes_with_each_letter_of_each_field(words, frame, data):
    before = content_hash(words=words, **frame)
    place = data.draw(st.integers(0, len(words) - 1))
    field = data.draw(st.sampled_from(FIELDS))
    changed = replace(words[place], **{field: getattr(words[place], field) + "x"})
    assert content_hash(words=[*words[:place], changed, *words[place + 1 :]], **frame) != before
    name = data.draw(st.sampled_from(sorted(frame)))
    assert content_hash(words=words, **(frame | {name: frame[name] + "x"})) != before
    assert content_hash(words=words[1:], **frame) != before


@settings(max_examples=60, deadline=None)
@given(_frame, st.text(max_size=6), st.text(max_size=6))
def test_words_that_move_from_one_field_to_another_change_the_hash(frame, one, other):
    if one == other:
        return
    there, back = (Words("en", subject=a, text=b) for a, b in ((one, other), (other, one)))
    assert content_hash(words=[there], **frame) != content_hash(words=[back], **frame)
