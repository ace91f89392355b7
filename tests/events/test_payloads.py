"""What each event of the catalogue carries, as ``payloads/<app>.json`` has it."""

import json
from pathlib import Path

from engagement.events.catalogue import CATALOGUE

HERE = Path(__file__).parent / "payloads"


def test_the_catalogue_names_each_payload_exactly():
    """A changed payload is a decision: change its file together with whatever reads the old ones."""
    written = {name: fields for path in HERE.glob("*.json") for name, fields in json.loads(path.read_text()).items()}
    assert {name: list(event.__struct_fields__) for name, event in CATALOGUE.items()} == written


def test_each_event_stands_in_the_file_of_its_app():
    wrong = [
        name for path in HERE.glob("*.json") for name in json.loads(path.read_text()) if name.split(".")[0] != path.stem
    ]
    assert wrong == []
