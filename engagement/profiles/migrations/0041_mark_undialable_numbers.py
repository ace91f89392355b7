"""Numbers that came in before they were checked by their country's plan are marked, and stay as they are."""

from typing import Any

from django.db import migrations

from engagement.profiles.phone_numbers import is_valid_number

BATCH_SIZE = 5_000


def mark(apps: Any, _schema_editor: Any) -> None:
    """Mark open phone numbers that cannot be dialed, a batch at a time."""
    identities = apps.get_model("profiles", "Identity").objects.filter(kind="phone", valid_to=None)
    after = None
    while True:
        behind = identities.filter(pk__gt=after) if after else identities
        rows = list(behind.order_by("pk").values_list("pk", "address_norm")[:BATCH_SIZE])
        wrong = [key for key, norm in rows if not is_valid_number(norm)]
        if wrong:
            identities.filter(pk__in=wrong).update(is_dialable=False)
        if len(rows) < BATCH_SIZE:
            return
        after = rows[-1][0]


class Migration(migrations.Migration):
    dependencies = [("profiles", "0040_keep_workbooks_and_mark_undialable_numbers")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop, elidable=True)]
