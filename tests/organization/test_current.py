"""What everybody reads of the organization: the settings at first, then what was saved, in every process."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from engagement.organization import current
from engagement.organization.current import (
    announce_organization,
    current_organization,
    expire_local_copy,
    lock_organization,
)
from engagement.organization.models import Organization


def save(**values: Any) -> Organization:
    with transaction.atomic():
        row = lock_organization()
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        announce_organization(row)
    return row


@pytest.mark.django_db
def test_settings_speak_until_something_is_saved(settings):
    settings.ORGANISATION_NAME, settings.MARKETING_CAP = "Oficina Sol", 9
    assert (current_organization().display_name, current_organization().marketing_cap) == ("Oficina Sol", 9)


@pytest.mark.django_db
def test_first_save_starts_from_the_settings(settings):
    settings.REOPEN_WITHIN_DAYS = 21
    row = save(name="Padaria")
    assert (row.reopen_within_days, current_organization().name) == (21, "Padaria")


@pytest.mark.django_db(transaction=True)
def test_another_process_reads_what_was_saved(django_assert_num_queries):
    save(name="Padaria")
    current._local = (0.0, None)  # as a process that read before the save
    with django_assert_num_queries(0):
        assert current_organization().name == "Padaria"


@pytest.mark.django_db(transaction=True)
def test_lost_cache_asks_the_database():
    save(name="Padaria")
    cache.clear()
    expire_local_copy()
    assert current_organization().name == "Padaria"


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_shared_with_nobody():
    save(name="Padaria")
    with transaction.atomic():
        save(name="Banca")
        transaction.set_rollback(True)
    expire_local_copy()
    assert current_organization().name == "Padaria"
