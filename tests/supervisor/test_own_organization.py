"""Who gets the demo, and what the terminal says meanwhile."""

import pytest

from engagement.config.supervisor import options
from engagement.config.supervisor.database import progress_line
from engagement.config.supervisor.refusal import Refusal
from engagement.config.supervisor.report import welcome_own


@pytest.mark.parametrize(
    ("environment", "demo"),
    [
        ({}, None),
        ({"DEMO": "0"}, False),
        ({"DEMO": "no"}, False),
        ({"DEMO": "1"}, True),
        ({"DATABASE_URL": "postgres://db/mine"}, False),
        ({"DATABASE_URL": "postgres://db/mine", "DEMO": "1"}, True),
    ],
)
def test_demo_never_goes_into_a_database_of_ones_own_by_itself(environment, demo):
    assert options.read({"PORT": "18431", **environment}).demo is demo


def test_unclear_choice_is_refused():
    with pytest.raises(Refusal, match="DEMO must be 1"):
        options.read({"PORT": "18431", "DEMO": "perhaps"})


def test_terminal_prints_the_link():
    said = welcome_own(options.read({"PORT": "18431"}), link="http://localhost:18431/setup/?token=abc", catcher=True)
    assert "http://localhost:18431/setup/?token=abc" in said
    assert "No SMTP_URL is set" in said


def test_progress_says_how_many_of_how_many_and_how_long():
    assert progress_line(0, 150, seconds=10) == "Preparing the database: 0 of about 150 steps"
    assert progress_line(50, 150, seconds=20) == "Preparing the database: 50 of about 150 steps, about 40 s left"
    assert progress_line(160, 150, seconds=20) == "Preparing the database: 160 of about 160 steps, about 1 s left"
