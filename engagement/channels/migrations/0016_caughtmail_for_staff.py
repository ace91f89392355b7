"""Mark what the team itself was sent, so that it stays out of the customers' test mailbox after an address changed."""

from django.db import migrations, models

MARK = "UPDATE engagement_channels_caughtmail SET for_staff = true WHERE customer IN (SELECT email FROM village_user)"


class Migration(migrations.Migration):
    dependencies = [("engagement_channels", "0015_rawevent_read_at")]
    operations = [
        migrations.AddField(
            model_name="caughtmail",
            name="for_staff",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RunSQL(MARK, migrations.RunSQL.noop),
    ]
