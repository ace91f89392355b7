"""Remember who confirmed an erasure first, where two have to; the database refuses the same person twice."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


def _person(**options: bool) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        db_index=False,
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0034_let_an_erasure_cut_addresses"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField("datarequest", "first_confirmed_by", _person(blank=True)),
        migrations.AddField(
            "datarequest",
            "first_confirmed_at",
            models.DateTimeField("confirmed by the first", null=True, blank=True),
        ),
        migrations.AddField("erasure", "first_confirmed_by", _person()),
        migrations.AddConstraint(
            "erasure",
            models.CheckConstraint(
                condition=Q(first_confirmed_by=None) | ~Q(first_confirmed_by=F("confirmed_by")),
                name="erasure_confirmed_by_two",
            ),
        ),
    ]
