# ruff: noqa: F811 - fixtures are named as they are imported
"""Addresses go out of rows that only grow, and full names out of what others said near the person; nothing else may."""

import pytest
from django.db import DatabaseError
from django.utils import timezone

from collaboration import approvals
from collaboration.models import ApprovalDecision, ApprovalWaiver
from community.actions import sign_in
from community.models import Post, PostVersion
from content.actions.saving import save
from content.hashing import content_hash
from content.models import Variant
from content.words import FIELDS, Words
from conversations.models import Message
from engagement.operations.models import ValueEntry
from engagement.profiles.models import Identity
from engagement.profiles.rights import erasing
from tests.collaboration import subjects
from tests.collaboration.subjects import HASH
from tests.collaboration.test_approvals import ask
from tests.community.makers import make_answer, make_topic
from tests.content.test_checks import write as write_text
from tests.factories import make_template
from tests.operations.test_value import write as write_value
from tests.profiles.rights import bia
from tests.profiles.rights.dumping import dumped
from tests.profiles.rights.test_erasure import asked, erased, found, life, place  # noqa: F401 - fixtures
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db(transaction=True)
SAID = f"As {bia.EMAIL} asked, 100% of it; call {bia.NUMBERS}. Number 12_3 \\ stays."
LEFT = "As [erased] asked, 100% of it; call [erased]. Number 12_3 \\ stays."


@pytest.fixture
def author():
    return person("troubadour", email="author@pedralva.example", name="Lia Fontoura")


def with_phone(life) -> None:
    Identity.objects.create(profile=life.profile, kind="phone", address=bia.PHONE, address_norm=bia.PHONE)


def decided(author, counselor) -> None:
    """A refusal, and a rule that was set aside, each with her addresses in its reason."""
    subjects.provide()
    first, second = ask(author), ask(author)
    given = {"reviewer": counselor, "now": timezone.now(), "reason": SAID}
    approvals.decide(request_id=first.pk, verdict="refused", seen_hash=HASH, **given)
    ApprovalWaiver.objects.create(
        request=second, rule="links", reason=SAID, waived_by=counselor, waived_at=timezone.now()
    )


def test_addresses_go_out_of_decisions_waivers_and_value_cases_and_what_was_decided_stays(life, author):
    with_phone(life)
    decided(author, life.counselor)
    write_value(person("visionary", email="bruna@pedralva.example"), name="Calls", baseline=SAID, formula=SAID)
    before = ApprovalDecision.objects.values().get()
    erased(life)
    assert ApprovalDecision.objects.values().get() == before | {"reason": LEFT}
    assert ApprovalWaiver.objects.get().reason == LEFT
    entry = ValueEntry.objects.get()
    assert (entry.baseline, entry.formula, entry.name) == (LEFT, LEFT, "Calls")
    assert found(dumped()) == {}


def test_a_running_erasure_may_cut_and_nothing_else(life, author):
    decided(author, life.counselor)
    write_value(person("visionary", email="bruna@pedralva.example"), baseline=SAID)
    row = erasing.begin(request_id=asked(life).pk, actor=life.counselor, now=timezone.now())
    refused = [
        (ApprovalDecision, {"reason": "Something else"}),
        (ApprovalDecision, {"reason": SAID + " more"}),
        (ApprovalDecision, {"verdict": "approved"}),
        (ApprovalWaiver, {"reason": SAID.replace("100%", "10%")}),
        (ValueEntry, {"baseline": "[erased]", "base": 1}),
        (ValueEntry, {"formula": "none"}),
    ]
    for model, values in refused:
        with pytest.raises(DatabaseError), erasing.while_erasing(row.pk):
            model.objects.update(**values)
    with pytest.raises(DatabaseError):
        ApprovalDecision.objects.update(reason=LEFT)
    with pytest.raises(DatabaseError), erasing.while_erasing(row.pk):
        ApprovalWaiver.objects.all().delete()


def test_an_approved_text_stays_as_it_was_approved_and_whoever_erases_is_told(life, author):
    template = make_template(author)
    write_text(template, author, mjml=template.drafts.get().mjml.replace("Hello", f"Ask {bia.EMAIL}"))
    revision = save(template=template, author=author, now=timezone.now())
    row = erased(life)
    variant = Variant.objects.get(revision=revision)
    assert bia.EMAIL in variant.mjml
    words = [Words(locale=variant.locale, **{field: getattr(variant, field) for field in FIELDS})]
    covered = ("kind", "purpose", "sender", "organisation", "postal_address")
    assert content_hash(words=words, **{name: getattr(revision, name) for name in covered}) == revision.content_hash
    assert row.counts["left:content.variant"] == 1
    assert bia.EMAIL not in template.drafts.get().mjml
    page = client_of(life.counselor).get(f"/people/requests/{row.request_id}/").content.decode()
    assert "1 approved text of ours names an address of theirs" in page


def test_without_such_a_text_nothing_is_said_of_it(life):
    row = erased(life)
    assert row.left == 0
    page = client_of(life.counselor).get(f"/people/requests/{row.request_id}/").content.decode()
    assert "approved text" not in page


def test_full_names_go_out_of_what_others_said_where_they_took_part(life):
    now = timezone.now()
    Identity.objects.filter(profile=life.profile).update(verified_at=now)
    member = sign_in.join(profile=life.profile, handle="bq", name="bq", language="en", now=now)
    topic = make_topic(now=now)
    make_answer(topic, member, now=now)
    near = make_answer(topic, source="Thanks, Beatriz  Falcão\nQuirino. Beatriz Falcão Quirinos is another.", now=now)
    PostVersion.objects.create(post=near, number=1, source=bia.NAME, html="", by_member=near.member, replaced_at=now)
    far = make_answer(source=f"Who is {bia.NAME}?", topic=make_topic(now=now), now=now)
    text = f"Falem com {bia.NAME.upper()}."
    letter = bia.letter(
        "Vizinha", text, sender="ana@customer.example", name="Ana", to=life.channel.address, Cc=bia.EMAIL
    )
    bia.deliver(life.channel, letter, sender="ana@customer.example")
    erased(life)
    near.refresh_from_db()
    assert near.source == "Thanks, [erased]. Beatriz Falcão Quirinos is another."
    assert PostVersion.objects.get().source == "[erased]"
    assert Post.objects.get(pk=far.pk).source == f"Who is {bia.NAME}?"
    assert Message.objects.filter(sender_address="ana@customer.example").get().text.strip() == "Falem com [erased]."


def test_a_name_of_one_word_is_a_word_like_others(life):
    life.profile.name = "Bia"
    life.profile.save()
    letter = bia.letter("Oi", "Falem com Bia.", sender="ana@customer.example", to=life.channel.address, Cc=bia.EMAIL)
    bia.deliver(life.channel, letter, sender="ana@customer.example")
    erased(life)
    assert Message.objects.filter(sender_address="ana@customer.example").get().text.strip() == "Falem com Bia."
