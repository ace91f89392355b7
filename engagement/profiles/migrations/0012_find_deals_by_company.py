"""Index the deals of a company, without locking them."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("profiles", "0011_find_customers_by_owner")]
    operations = [
        AddIndexConcurrently(
            "deal",
            models.Index(fields=["company", "-key"], name="deal_company", condition=Q(company__isnull=False)),
        )
    ]
