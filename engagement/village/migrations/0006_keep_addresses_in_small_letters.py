"""Keep people's e-mail addresses in small letters: signing in compares them so."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("village", "0005_guard_partitions_from_truncate")]
    operations = [
        migrations.RunSQL(
            "UPDATE village_user SET email = lower(email) WHERE email <> lower(email)", migrations.RunSQL.noop
        ),
        migrations.RemoveConstraint(model_name="user", name="user_email_once"),
        migrations.AddConstraint(
            model_name="user", constraint=models.UniqueConstraint(fields=("email",), name="user_email_once")
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="user_email_in_small_letters",
            ),
        ),
    ]
