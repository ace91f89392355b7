"""Who writes and who decides."""

import pytest

from engagement.village.models import User
from tests.village.people import person


@pytest.fixture
def otavio(db: None) -> User:
    """A Troubadour."""
    return person("troubadour", email="otavio@pedralva.example", name="Otávio Seixas")


@pytest.fixture
def lia(db: None) -> User:
    """Another Troubadour."""
    return person("troubadour", email="lia@pedralva.example", name="Lia Fontoura")


@pytest.fixture
def helena(db: None) -> User:
    """A Counselor."""
    return person("counselor", email="helena@pedralva.example", name="Helena Duarte")
