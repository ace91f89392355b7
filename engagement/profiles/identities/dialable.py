"""Mark phone numbers that no network can dial. They came in before numbers were checked by their country's plan; they
stay as they are, and are left out of what is sent and counted.
"""

from engagement.profiles.models import Identity
from engagement.profiles.phone_numbers import is_valid_number

BATCH_SIZE = 5_000


def mark_undialable_numbers() -> int:
    """Bring the mark of every open phone number to what its plan says; return how many cannot be dialed. Safe to
    repeat; a newer plan counts the next time.
    """
    found, after = 0, None
    numbers = Identity.objects.filter(kind="phone", valid_to=None).order_by("pk")
    while True:
        behind = numbers.filter(pk__gt=after) if after else numbers
        rows = list(behind.only("pk", "address_norm", "is_dialable")[:BATCH_SIZE])
        judged = [(row, is_valid_number(row.address_norm)) for row in rows]
        for value in (True, False):
            keys = [row.pk for row, is_valid in judged if is_valid is value and row.is_dialable is not value]
            if keys:
                Identity.objects.filter(pk__in=keys).update(is_dialable=value)
        found += sum(not is_valid for _row, is_valid in judged)
        if len(rows) < BATCH_SIZE:
            return found
        after = rows[-1].pk
