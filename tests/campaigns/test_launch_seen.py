"""What is launched is what was looked at; anything else is refused and says what changed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from campaigns.actions.launch import ChangedMeanwhile, NothingSeen, launch
from campaigns.models import Campaign, Segment
from campaigns.selectors.launch_snapshot import Seen, read_token
from campaigns.selectors.preflight import examine
from content.actions.saving import save
from engagement.channels.models import Channel
from tests.campaigns.people import approve, approved, ready, somebody
from tests.factories import NOW
from tests.html_forms import sent_by
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


def fresh(campaign: Campaign) -> Campaign:
    return Campaign.objects.get(pk=campaign.pk)


def seen_of(campaign: Campaign) -> Seen:
    return read_token(examine(campaign=fresh(campaign), now=NOW).snapshot.token)


def refused(campaign: Campaign, lia, seen: Seen) -> list[str]:
    with pytest.raises(ChangedMeanwhile) as error:
        launch(campaign=campaign, actor=lia, now=NOW, seen=seen)
    assert fresh(campaign).status == "draft"
    return [str(change) for change in error.value.changes]


def test_what_was_looked_at_is_launched(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = ready(lia)
    assert launch(campaign=campaign, actor=lia, now=NOW, seen=seen_of(campaign)).status == "launching"


def test_a_launch_that_looked_at_nothing_is_refused(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = ready(lia)
    for token in ("", "made up"):
        with pytest.raises(NothingSeen):
            launch(campaign=campaign, actor=lia, now=NOW, seen=read_token(token))


def test_a_segment_that_was_widened_meanwhile_is_not_launched(lia):
    somebody("Ana", country="BR", email="ana@customer.example", agrees=("email",))
    for number in range(4):
        somebody(f"#{number}", country="PT", email=f"p{number}@customer.example", agrees=("email",))
    rules = {"all": [{"field": "country", "op": "is", "value": "BR"}]}
    campaign = ready(lia, segment=Segment.objects.create(name="Brazil", owner=lia, rules=rules))
    seen = seen_of(campaign)
    Segment.objects.filter(name="Brazil").update(rules={"all": []})
    assert refused(campaign, lia, seen) == [
        "Audience: Brazil: Country is “BR” → Brazil: Everybody we know",
        "People in the segment: 1 → 5",
    ]


def _words(campaign, lia):
    draft = campaign.email_template.drafts.get()
    draft.subject = "Other words"
    draft.save()
    save(template=campaign.email_template, author=lia, now=NOW)
    approve(campaign.email_template, lia)


def _template(campaign, lia):
    other = approved(lia, name="Another")
    Campaign.objects.update(email_template=other, email_channel=other.channel)


CHANGES = {
    "people": lambda campaign, lia: somebody("Ben"),
    "email": _words,
    "email email_sender": _template,
    "begins": lambda campaign, lia: Campaign.objects.update(begins_at=NOW + timedelta(days=1)),
    "ends": lambda campaign, lia: Campaign.objects.update(ends_at=NOW + timedelta(days=3)),
    "cap": lambda campaign, lia: Campaign.objects.update(cap_count=9),
    "holdout": lambda campaign, lia: Campaign.objects.update(holdout_percent=20),
    "attribution": lambda campaign, lia: Campaign.objects.update(attribution_days=3),
    "brief": lambda campaign, lia: Campaign.objects.update(budget=Decimal("1.50")),
}


@pytest.mark.parametrize("names", CHANGES)
def test_each_part_that_was_shown_is_compared(lia, names):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = ready(lia)
    seen = seen_of(campaign)
    CHANGES[names](campaign, lia)
    with pytest.raises(ChangedMeanwhile) as error:
        launch(campaign=campaign, actor=lia, now=NOW, seen=seen)
    assert [change.name for change in error.value.changes] == names.split()
    assert all(change.old and change.old != change.new for change in error.value.changes)


def test_of_a_million_people_one_more_is_no_other_audience(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    found = examine(campaign=fresh(ready(lia)), now=NOW).snapshot
    for old, new, differs in ((1000, 1001, 0), (999, 1000, 1), (1_000_000, 1_001_001, 1), (3, 4, 1), (3, 3, 0)):
        parts = tuple(
            type(part)(part.name, part.value, str(new)) if part.name == "people" else part for part in found.parts
        )
        marks = [str(old) if part.name == "people" else part.mark for part in found.parts]
        changes = type(found)(parts).changes_since(Seen(".".join(["v1", *marks])))
        assert len(changes) == differs, (old, new)


def test_the_page_says_what_changed_and_the_next_press_launches_that(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign, client = ready(lia, ends_at=timezone.now() + timedelta(days=9)), client_of(lia)
    url = f"/campaigns/{campaign.pk}/"
    token = sent_by(client.get(url).content.decode())["seen"]
    somebody("Ben")
    answer = client.post(f"{url}launch/", {"seen": token})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Not launched: it was changed while you were reading." in page
    assert "People in the segment: 1 → 2" in page
    swapped = client.post(f"{url}launch/", {"seen": token}, headers={"HX-Request": "true"})
    assert "People in the segment: 1 → 2" in client.get(swapped["HX-Redirect"]).content.decode()
    assert client.post(f"{url}launch/", {}).status_code == 409
    assert client.post(f"{url}launch/", {"seen": sent_by(page)["seen"]}).status_code == 302
    assert fresh(campaign).status == "launching"


def test_the_second_of_two_who_launch_is_told_who_did(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    other = client_of(person("troubadour", email="otavio@pedralva.example", name="Otávio Prado"))
    campaign = ready(lia, ends_at=timezone.now() + timedelta(days=9))
    url = f"/campaigns/{campaign.pk}/"
    token = sent_by(other.get(url).content.decode())["seen"]
    launch(campaign=campaign, actor=lia, now=timezone.now())
    page = other.post(f"{url}launch/", {"seen": token}, follow=True).content.decode()
    assert "Lia Fontoura has launched it already." in page


def test_a_sender_that_was_renamed_after_the_approval_is_not_launched(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = ready(lia)
    seen = seen_of(campaign)
    Channel.objects.filter(pk=campaign.email_channel_id).update(sender_name="Receita Federal")
    found = examine(campaign=fresh(campaign), now=NOW)
    assert [str(one.title) for one in found.checks if one.state == "stop"] == [
        f"The sender of “{campaign.email_template.name}” was changed after its approval"
    ]
    assert [change.name for change in found.snapshot.changes_since(seen)] == ["email_sender"]
