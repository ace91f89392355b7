"""What the operating model asks of texts: each question with data that passes and data that fails."""

from datetime import timedelta

import pytest

from collaboration.approvals import decide
from collaboration.approvals.deciding import waive
from content.actions.drafting import begin_locale, confirm_translation, write_draft
from content.actions.making import put_away
from content.actions.submitting import submit
from content.selectors.approved import revision_of
from content.words import FIELDS
from engagement.channels.models import Transmission
from engagement.keys import new_key
from engagement.operations import checklist
from engagement.operations.actions.count import count
from engagement.operations.phrases import in_words
from engagement.partitions import first_key
from engagement.profiles.models import Profile
from engagement.village.models import Department
from tests.factories import LAYOUT, NOW, make_template

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PICTURE = LAYOUT.replace("<mj-text>", '<mj-image src="https://pedralva.example/a.png" {alt}/><mj-text>')


def answer(name, now=NOW):
    item = next(one for one in checklist.registered() if one.name == f"content.{name}")
    (found,) = count(now=now, items=[item])
    assert found.error == ""
    return found


def outcome(name, now=NOW):
    return answer(name, now).outcome


def write(template, author, locale="en", now=NOW, **fields):
    draft = template.drafts.get(locale=locale)
    words = {field: getattr(draft, field) for field in FIELDS} | fields
    write_draft(template=template, locale=locale, fields=words, version=draft.version, author=author, now=now)


def publish(template, author, reviewer, now=NOW - DAY, waived=""):
    """Ask and approve, with a rule set aside if one stands against it."""
    request = submit(template=template, author=author, comment="Please", now=now)
    if waived:
        waive(request_id=request.pk, rule=waived, reviewer=reviewer, reason="This once", now=now)
    decide(
        request_id=request.pk,
        reviewer=reviewer,
        verdict="approved",
        reason="",
        seen_hash=request.content_hash,
        now=now,
    )
    return template


def sent(template, at=NOW - timedelta(hours=1)):
    """Something left with the approved words of a template."""
    key = first_key(at)
    return Transmission.objects.create(
        key=key,
        unique_key=str(new_key()),
        channel=template.channel,
        purpose="service",
        source="tests",
        source_id=new_key(),
        content_hash=revision_of(template.pk, NOW).content_hash,
        external_id=f"<{key}@pedralva.example>",
        not_before=at,
        created_at=at,
        state_at=at,
    )


def test_what_is_in_use_has_an_owner_and_an_approval(otavio, helena):
    template = publish(make_template(otavio), otavio, helena)
    assert outcome("owned_and_approved") == "pass"
    sent(template)
    assert outcome("owned_and_approved") == "pass"
    otavio.is_active = False
    otavio.save()
    found = answer("owned_and_approved")
    assert (found.outcome, [in_words(row[1]) for row in found.evidence]) == ("fail", ["its owner has left"])


def test_what_was_sent_and_then_edited_is_approved_no_more(otavio, helena):
    template = publish(make_template(otavio), otavio, helena)
    sent(template)
    write(template, otavio, subject="Summer")
    submit(template=template, author=otavio, comment="Again", now=NOW)
    found = answer("owned_and_approved")
    assert (found.outcome, [in_words(row[1]) for row in found.evidence]) == ("fail", ["no revision is approved"])


def test_images_have_words(otavio, helena):
    plain = publish(make_template(otavio), otavio, helena)
    assert outcome("image_words") == "insufficient"
    write(plain, otavio, mjml=PICTURE.format(alt="", words="Hello"))
    publish(plain, otavio, helena, waived="image-alt")
    assert outcome("image_words") == "fail"
    write(plain, otavio, mjml=PICTURE.format(alt='alt=""', words="Hello"))
    publish(plain, otavio, helena)
    assert outcome("image_words") == "pass"


def test_texts_exist_in_the_languages_that_are_read(otavio, helena):
    template = publish(make_template(otavio), otavio, helena)
    assert outcome("locale_coverage") == "insufficient"
    for number in range(10):
        Profile.objects.create(name=f"P{number}", language="pt-br" if number == 0 else "en", created_at=NOW)
    found = answer("locale_coverage")
    assert (found.outcome, [in_words(row[1]) for row in found.evidence]) == ("fail", ["missing: pt-br"])
    begin_locale(template=template, locale="pt-br", author=otavio, now=NOW)
    publish(template, otavio, helena)
    assert outcome("locale_coverage") == "pass"


def test_a_language_that_few_read_is_not_asked_for(otavio, helena):
    publish(make_template(otavio), otavio, helena)
    for number in range(11):
        Profile.objects.create(name=f"P{number}", language="pt" if number == 0 else "en", created_at=NOW)
    assert outcome("locale_coverage") == "pass"


def test_what_lies_unused_is_reviewed(otavio, helena):
    template = publish(make_template(otavio), otavio, helena, now=NOW - 10 * DAY)
    assert outcome("used_or_reviewed") == "pass"
    late = NOW + 175 * DAY
    found = answer("used_or_reviewed", late)
    assert (found.outcome, [in_words(row[1]) for row in found.evidence]) == (
        "fail",
        ["neither sent nor reviewed for 180 days"],
    )
    sent(template, at=NOW)
    assert outcome("used_or_reviewed", late) == "pass"


def test_what_was_put_away_is_not_asked_for(otavio, helena):
    template = publish(make_template(otavio), otavio, helena, now=NOW - 10 * DAY)
    put_away(template=template, actor=otavio, now=NOW)
    assert outcome("used_or_reviewed", NOW + 175 * DAY) == "insufficient"


def test_translations_follow_their_source(otavio):
    template = make_template(otavio)
    assert outcome("stale_translations") == "insufficient"
    begin_locale(template=template, locale="pt-br", author=otavio, now=NOW)
    assert outcome("stale_translations") == "pass"
    write(template, otavio, subject="Summer")
    found = answer("stale_translations")
    assert (found.outcome, [in_words(row[1]) for row in found.evidence]) == ("fail", ["pt-br is older than its source"])
    confirm_translation(template=template, locale="pt-br", author=otavio, now=NOW)
    assert outcome("stale_translations") == "pass"


def test_a_marketing_mail_has_a_text_message_of_its_department(otavio, helena):
    finance, product = (Department.objects.get(slug=slug) for slug in ("finance", "product"))
    mail = make_template(otavio, purpose="marketing", department=finance)
    assert outcome("renditions") == "insufficient"
    publish(mail, otavio, helena)
    assert outcome("renditions") == "fail"
    words = "Pedralva: hello {{ first_name | default: 'you' }}. STOP to leave"
    for department, expected in ((product, "fail"), (finance, "pass")):
        message = make_template(otavio, kind="sms", purpose="marketing", department=department, words=words)
        publish(message, otavio, helena)
        assert outcome("renditions") == expected


def test_an_empty_organisation_passes_nothing(db):
    items = [one for one in checklist.registered() if one.area == "content"]
    assert len(items) >= 6
    assert [one.item for one in count(now=NOW, items=items) if one.outcome != "insufficient"] == []
