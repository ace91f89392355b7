"""Who makes campaigns, and where the organisation is."""

import pytest

from engagement.village.models import User
from tests.village.people import person


@pytest.fixture(autouse=True)
def address(settings):
    settings.ORGANISATION_POSTAL_ADDRESS = "Rua das Pedras 12, Belo Horizonte"


@pytest.fixture
def lia(db) -> User:
    return person("troubadour", email="lia@pedralva.example", name="Lia Fontoura")
