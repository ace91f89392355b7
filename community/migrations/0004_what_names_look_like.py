"""What each member's name looks like, and whether it passes for somebody else's; filled by the six-hourly look."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("community", "0003_answers_out_of_the_inbox")]
    operations = [
        migrations.AddField(
            model_name="member",
            name="name_skeleton",
            field=models.CharField(db_default="", default="", editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name="member",
            name="name_refused",
            field=models.CharField(db_default="", default="", editable=False, max_length=10),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(fields=["name_skeleton"], name="member_name_skeleton"),
        ),
    ]
