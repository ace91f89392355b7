"""docs/api.md: its examples are run as they stand, and its tables say what the code says."""

import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from guardian.shortcuts import assign_perm

from campaigns.models import Campaign
from conversations.models import Conversation, Message, Queue
from engagement.api.actions import make_token
from engagement.api.models import SCOPES
from engagement.api.reference import description
from engagement.profiles.models import Profile
from tests.campaigns.people import approved
from tests.community.makers import make_topic
from tests.village.people import person

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text()


def token_of(user) -> str:
    now = timezone.now()
    facts = {"name": "walk", "expires_at": now + timedelta(days=1), "now": now}
    return make_token(person=user, scopes=list(SCOPES), **facts)[1]


@pytest.mark.skipif(not all(map(shutil.which, ("curl", "jq"))), reason="the examples call curl and jq")
@pytest.mark.django_db(transaction=True)
def test_the_examples_of_the_page_run_in_their_order(live_server):
    marketer = person("troubadour", name="Otavio Sampaio")
    template = approved(marketer)
    agent = person("agent", name="Iara Menezes")
    agent.groups.add(*Group.objects.filter(role__slug="counselor"))  # who may write down a consent
    queue = Queue.objects.create(slug="care", name="Front desk", is_default=True)
    queue.channels.set([template.channel])
    assign_perm("conversations.work_queue", agent, queue)
    make_topic()
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 12
    steps = [f"echo '# {number}'\n{block}" for number, block in enumerate(blocks)]
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", "\n".join(steps)],
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "SERVER": live_server.url,
            "TOKEN": token_of(agent),
            "MARKETER": token_of(marketer),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
    assert "jq: error" not in done.stderr
    said = {int(part.split("\n", 1)[0]): part.split("\n", 1)[1] for part in done.stdout.split("# ")[1:]}
    everything = done.stdout
    assert "resolved" in everything
    assert "objective_missing" in everything
    assert "#/color\n" in everything
    assert "#/rules/all/0/field" in everything
    assert any(text.strip() == "1" for text in said.values())  # the same key twice made one note
    assert Profile.objects.get(name="Ana Prado").consent_states.get().granted
    conversation = Conversation.objects.get()
    assert conversation.status == "resolved"
    assert Message.objects.filter(kind="note").count() == 2
    campaign = Campaign.objects.get()
    assert (campaign.status, campaign.launched_by) == ("stopped", marketer)


def test_the_page_names_every_scope():
    assert set(SCOPES) <= set(re.findall(r"`(\w+:\w+)`", PAGE))


def test_the_page_names_every_code_of_preflight():
    sources = "".join(path.read_text() for path in (ROOT / "campaigns" / "selectors").glob("preflight*.py"))
    used = set(re.findall(r'code="(\w+)"', sources))
    used |= {f"{name}_missing" for name in ("objective", "owner", "budget", "end")}
    told = PAGE.partition("### Codes of preflight")[2].partition("\n## ")[0]
    assert used == set(re.findall(r"`(\w+)`", told))
    assert sources.count("Check(") - sources.count("code=") == 0


def test_every_status_that_is_declared_is_in_the_table_of_errors():
    told = PAGE.partition("## Errors")[2].partition("## Limits")[0]
    known = set(re.findall(r"\b[45]\d\d\b", told))
    declared = {
        answer.status
        for resource in description()["resources"]
        for operation in resource.operations
        for answer in operation.problems
    }
    assert declared <= known


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "word"), [("en", "Request body"), ("pt-br", "Corpo da requisição")])
def test_the_reference_shows_fields_and_examples_of_every_operation(client, language, word):
    reader = person("agent")
    reader.language = language
    reader.save()
    client.force_login(reader)
    page = client.get("/api/v1/docs/", headers={"accept-language": language}).content.decode()
    assert word in page
    operations = [one for resource in description()["resources"] for one in resource.operations]
    assert page.count("<details") >= len(operations)
    for operation in operations:
        assert f'id="{operation.id}"' in page
        assert operation.summary, operation.id
        for content in (*operation.bodies, *(one.content for one in operation.successes if one.content)):
            if content.media_type == "application/json":
                assert content.example, operation.id
                assert content.fields or content.example in ("{}", "[]"), operation.id
    assert "https://cdn" not in page
