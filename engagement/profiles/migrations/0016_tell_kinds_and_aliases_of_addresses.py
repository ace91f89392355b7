"""Columns for further kinds of addresses, for what their spellings share, and for why one was closed."""

import django.db.models.deletion
from django.db import migrations, models

KINDS = [
    ("email", "e-mail"),
    ("phone", "phone"),
    ("whatsapp", "WhatsApp id"),
    ("bsuid", "WhatsApp id of a business portfolio"),
    ("telegram", "Telegram id"),
    ("messenger", "Messenger id of a page"),
    ("instagram", "Instagram id of an account"),
    ("visitor", "site visitor"),
    ("crm", "number in another system"),
    ("handle", "handle"),
]
CLOSED = [
    ("reassigned", "belongs to somebody else now"),
    ("gone", "does not exist any more"),
    ("unused", "they do not use it any more"),
    ("mistake", "was never theirs"),
    ("replaced", "has another one in its place"),
]


class Migration(migrations.Migration):
    dependencies = [("profiles", "0015_find_identities_by_home")]
    operations = [
        migrations.AlterField("identity", "kind", models.CharField("kind", max_length=20, choices=KINDS)),
        migrations.AlterField("identity", "scope", models.CharField("within", max_length=100, blank=True, default="")),
        migrations.AddField(
            "identity",
            "alias",
            models.CharField("what its spellings share", max_length=400, blank=True, default="", db_default=""),
        ),
        migrations.AddField(
            "identity", "leads", models.BooleanField("leads its spellings", default=False, db_default=False)
        ),
        migrations.AddField(
            "identity",
            "evidence",
            models.JSONField("how it was confirmed", default=dict, db_default={}, blank=True),
        ),
        migrations.AddField(
            "identity",
            "closed_reason",
            models.CharField("why it was closed", max_length=12, choices=CLOSED, blank=True, default="", db_default=""),
        ),
        migrations.AddField(
            "identity",
            "replaces",
            models.ForeignKey(
                null=True,
                blank=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                db_index=False,
                to="profiles.identity",
            ),
        ),
    ]
