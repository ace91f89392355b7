import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import engagement.keys


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0002_counts_and_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Label",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name in English")),
                ("name_pt", models.CharField(blank=True, max_length=60, verbose_name="name in Portuguese")),
                (
                    "color",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Gray"),
                            ("anil", "Blue"),
                            ("river", "Teal"),
                            ("moss", "Green"),
                            ("ochre", "Yellow"),
                            ("tile", "Red"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="color",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "label",
                "verbose_name_plural": "labels",
                "ordering": ["name", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(django.db.models.functions.text.Lower("name"), name="label_name_once"),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="label_has_a_name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConversationLabel",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="label_links",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "label",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="conversations.label",
                    ),
                ),
            ],
            options={
                "verbose_name": "label of a conversation",
                "verbose_name_plural": "labels of conversations",
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="conversation",
            name="labels",
            field=models.ManyToManyField(
                related_name="conversations", through="conversations.ConversationLabel", to="conversations.label"
            ),
        ),
        migrations.AddIndex(
            model_name="conversationlabel",
            index=models.Index(fields=["label", "conversation"], name="conversation_label_found"),
        ),
        migrations.AddConstraint(
            model_name="conversationlabel",
            constraint=models.UniqueConstraint(fields=("conversation", "label"), name="conversation_label_once"),
        ),
    ]
