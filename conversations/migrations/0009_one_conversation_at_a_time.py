"""At most one open conversation at an endpoint whose channel has one at a time; made without locking them."""

from django.db import migrations, models

_MAKE = """
CREATE UNIQUE INDEX CONCURRENTLY conversation_one_open_where_single ON conversations_conversation (endpoint_id)
WHERE single AND NOT status = 'resolved'
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("conversations", "0008_find_who_answers_a_message")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(_MAKE, "DROP INDEX CONCURRENTLY IF EXISTS conversation_one_open_where_single")
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="conversation",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("single", True), models.Q(("status", "resolved"), _negated=True)),
                        fields=("endpoint",),
                        name="conversation_one_open_where_single",
                    ),
                )
            ],
        )
    ]
