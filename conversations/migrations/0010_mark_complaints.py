from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0009_one_conversation_at_a_time")]
    operations = [
        migrations.AddField("conversation", "complaint_since", models.DateTimeField(blank=True, null=True)),
    ]
