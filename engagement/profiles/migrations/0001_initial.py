import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import engagement.keys
import engagement.profiles.models.block_list_file
import engagement.profiles.models.people_import
import engagement.profiles.models.profile
from engagement.migration_operations import CreateModels

# unaccent() is only STABLE because its dictionary could change; ours does not, and an index needs IMMUTABLE.
PLAIN = """
CREATE FUNCTION profiles_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary, said))
$$;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("village", "0003_make_roles_and_departments"),
    ]

    operations = [
        migrations.RunSQL(PLAIN, "DROP FUNCTION profiles_plain(text) CASCADE"),
        CreateModels(
            [
                migrations.CreateModel(
                    name="AttributeDefinition",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("slug", models.SlugField(unique=True)),
                        ("label", models.CharField(max_length=100, verbose_name="name in English")),
                        ("label_pt", models.CharField(max_length=100, verbose_name="name in Portuguese")),
                        (
                            "type",
                            models.CharField(
                                choices=[
                                    ("text", "text"),
                                    ("number", "number"),
                                    ("boolean", "yes or no"),
                                    ("date", "date"),
                                    ("choice", "one of several"),
                                ],
                                default="text",
                                max_length=10,
                                verbose_name="holds",
                            ),
                        ),
                        ("choices", models.JSONField(blank=True, default=list, verbose_name="choices")),
                        (
                            "choices_pt",
                            models.JSONField(
                                blank=True, db_default={}, default=dict, verbose_name="choices in Portuguese"
                            ),
                        ),
                        ("sensitive", models.BooleanField(default=False, verbose_name="sensitive")),
                        (
                            "system_of_record",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                help_text="Where this comes from, and which is right when two differ: the CRM, the shop, the person.",
                                max_length=100,
                                verbose_name="system of record",
                            ),
                        ),
                        (
                            "retention_days",
                            models.PositiveIntegerField(
                                blank=True,
                                help_text="So many days after it was last changed, what is known is forgotten by itself. Empty: kept.",
                                null=True,
                                verbose_name="kept for days",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired")),
                    ],
                    options={
                        "verbose_name": "attribute",
                        "verbose_name_plural": "attributes",
                        "ordering": ["position", "slug"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("type__in", ["text", "number", "boolean", "date"]),
                                    models.Q(
                                        ("type", "choice"),
                                        models.Q(("choices", models.Value([], models.JSONField())), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="attribute_choice_has_choices",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("retention_days", None), ("retention_days__gte", 1), _connector="OR"
                                ),
                                name="attribute_is_kept_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BlockListFile",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("list_label", models.CharField(max_length=40, verbose_name="list")),
                        (
                            "file",
                            models.FileField(
                                blank=True,
                                max_length=200,
                                upload_to=engagement.profiles.models.block_list_file.block_list_path,
                            ),
                        ),
                        ("size", models.PositiveBigIntegerField(verbose_name="bytes")),
                        ("starts_at", models.DateTimeField(verbose_name="from")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("reading", "is being read"),
                                    ("done", "is kept"),
                                    ("stopped", "ended while it was read"),
                                    ("failed", "holds no number"),
                                ],
                                default="reading",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("read_bytes", models.PositiveBigIntegerField(default=0)),
                        ("read_lines", models.PositiveIntegerField(default=0)),
                        ("added", models.PositiveIntegerField(default=0, verbose_name="numbers added")),
                        (
                            "known",
                            models.PositiveIntegerField(default=0, verbose_name="numbers that stood there already"),
                        ),
                        ("refused", models.PositiveIntegerField(default=0, verbose_name="lines without a number")),
                        (
                            "refused_lines",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.PositiveIntegerField(), default=list, size=None
                            ),
                        ),
                        (
                            "actor",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="uploaded")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                    ],
                    options={
                        "verbose_name": "file of a block list",
                        "verbose_name_plural": "files of block lists",
                        "ordering": ["-key"],
                        "default_permissions": (),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "reading")), fields=["key"], name="block_list_at_work"
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["reading", "done", "stopped", "failed"])),
                                name="block_list_state_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Profile",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "canonical",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged",
                                to="profiles.profile",
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=300, verbose_name="name")),
                        ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                        ("time_zone", models.CharField(blank=True, max_length=64, verbose_name="time zone")),
                        ("country", models.CharField(blank=True, max_length=2, verbose_name="country")),
                        ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                        (
                            "attributes",
                            models.JSONField(blank=True, db_default={}, default=dict, verbose_name="attributes"),
                        ),
                        ("attributes_at", models.JSONField(blank=True, db_default={}, default=dict, editable=False)),
                        (
                            "tags",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50),
                                blank=True,
                                db_default=[],
                                default=list,
                                size=None,
                                verbose_name="tags",
                            ),
                        ),
                        (
                            "lifecycle",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("lead", "lead"),
                                    ("customer", "customer"),
                                    ("advocate", "advocate"),
                                    ("former", "former customer"),
                                ],
                                db_default="",
                                default="",
                                max_length=10,
                                verbose_name="relation to us",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="customers",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "last_heard_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last heard of"),
                        ),
                        (
                            "last_written_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last written to"),
                        ),
                        ("heard_itself_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("written_itself_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="known since"),
                        ),
                        (
                            "erased_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="erased"),
                        ),
                    ],
                    options={
                        "verbose_name": "profile",
                        "verbose_name_plural": "profiles",
                        "ordering": ["-key"],
                        "permissions": [
                            ("view_sensitive", "Can uncover sensitive attributes; each time is recorded"),
                            (
                                "relate_profile",
                                "Can say whose customer a person is, where they work and who belongs with them",
                            ),
                            ("merge_profile", "Can put two profiles of one person together, and take them apart"),
                        ],
                        "indexes": [
                            django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="profile_tags"),
                            models.Index(
                                condition=models.Q(("owner__isnull", False)),
                                fields=["owner", "-key"],
                                name="profile_owner",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("lifecycle__in", ["", "lead", "customer", "advocate", "former"])),
                                name="profile_lifecycle_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Identity",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "profile",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="identities",
                                to="profiles.profile",
                            ),
                        ),
                        (
                            "home",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="profiles.profile",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
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
                                ],
                                max_length=20,
                                verbose_name="kind",
                            ),
                        ),
                        ("scope", models.CharField(blank=True, default="", max_length=100, verbose_name="within")),
                        ("address", models.CharField(max_length=400, verbose_name="as given")),
                        ("address_norm", models.CharField(max_length=400, verbose_name="normalised")),
                        (
                            "alias",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                max_length=400,
                                verbose_name="what its spellings share",
                            ),
                        ),
                        (
                            "leads",
                            models.BooleanField(db_default=False, default=False, verbose_name="leads its spellings"),
                        ),
                        ("verified_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed")),
                        (
                            "evidence",
                            models.JSONField(
                                blank=True, db_default={}, default=dict, verbose_name="how it was confirmed"
                            ),
                        ),
                        ("preferred", models.BooleanField(default=False, verbose_name="preferred")),
                        (
                            "is_dialable",
                            models.BooleanField(db_default=True, default=True, verbose_name="can be dialed"),
                        ),
                        (
                            "valid_from",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="valid from"),
                        ),
                        ("valid_to", models.DateTimeField(blank=True, null=True, verbose_name="valid to")),
                        (
                            "closed_reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("reassigned", "belongs to somebody else now"),
                                    ("gone", "does not exist any more"),
                                    ("unused", "they do not use it any more"),
                                    ("mistake", "was never theirs"),
                                    ("replaced", "has another one in its place"),
                                ],
                                db_default="",
                                default="",
                                max_length=12,
                                verbose_name="why it was closed",
                            ),
                        ),
                        (
                            "replaces",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="profiles.identity",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "identity",
                        "verbose_name_plural": "identities",
                        "ordering": ["-preferred", "key"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("home__isnull", False)), fields=["home"], name="identity_home"
                            ),
                            models.Index(
                                condition=models.Q(("replaces__isnull", False)),
                                fields=["replaces"],
                                name="identity_replaces",
                            ),
                            models.Index(
                                condition=models.Q(("valid_to__isnull", False)),
                                fields=["address_norm"],
                                name="identity_closed",
                            ),
                            models.Index(
                                condition=models.Q(("valid_to__isnull", False), models.Q(("alias", ""), _negated=True)),
                                fields=["alias"],
                                name="identity_closed_alias",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("valid_to", None)),
                                fields=("kind", "scope", "address_norm"),
                                name="identity_open_once",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("leads", True), ("valid_to", None)),
                                fields=("alias",),
                                name="identity_alias_led_once",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("preferred", True), ("valid_to", None)),
                                fields=("profile", "kind"),
                                name="identity_preferred_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Company",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="parts",
                                to="profiles.company",
                                verbose_name="belongs to",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="companies",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "country",
                            models.CharField(
                                blank=True, db_default="", default="", max_length=2, verbose_name="country"
                            ),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="known since")),
                        ("changed_at", models.DateTimeField(verbose_name="changed")),
                    ],
                    options={
                        "verbose_name": "company",
                        "verbose_name_plural": "companies",
                        "ordering": ["name", "key"],
                        "constraints": [
                            models.UniqueConstraint(
                                engagement.profiles.models.profile.Plain(models.F("name")), name="company_name_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True), name="company_has_a_name"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("parent", None),
                                    models.Q(("parent", models.F("key")), _negated=True),
                                    _connector="OR",
                                ),
                                name="company_is_not_its_parent",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("country__regex", "^([A-Z]{2})?$")),
                                name="company_country_is_a_code",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CompanyDomain",
                    fields=[
                        (
                            "domain",
                            models.CharField(max_length=253, primary_key=True, serialize=False, verbose_name="domain"),
                        ),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="domains",
                                to="profiles.company",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "domain",
                        "verbose_name_plural": "domains",
                        "ordering": ["domain"],
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="Employment",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "profile",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="employments",
                                to="profiles.profile",
                            ),
                        ),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="employments",
                                to="profiles.company",
                                verbose_name="company",
                            ),
                        ),
                        (
                            "position",
                            models.CharField(
                                blank=True, db_default="", default="", max_length=200, verbose_name="position"
                            ),
                        ),
                        ("since", models.DateField(blank=True, null=True, verbose_name="since")),
                        ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                        (
                            "primary",
                            models.BooleanField(db_default=False, default=False, verbose_name="first of several"),
                        ),
                    ],
                    options={
                        "verbose_name": "work at a company",
                        "verbose_name_plural": "work at companies",
                        "ordering": ["-primary", "key"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("until", None)),
                                fields=("company", "profile"),
                                name="employment_open_once",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("primary", True)),
                                fields=("profile",),
                                name="employment_primary_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("primary", False), ("until", None), _connector="OR"),
                                name="employment_primary_is_open",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("since", None), ("until", None), ("until__gte", models.F("since")), _connector="OR"
                                ),
                                name="employment_ends_later",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Relation",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "profile",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="relations",
                                to="profiles.profile",
                            ),
                        ),
                        (
                            "other",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="relations_to",
                                to="profiles.profile",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("household", "lives with"),
                                    ("partner", "partner of"),
                                    ("parent", "parent of"),
                                    ("guardian", "speaks for"),
                                    ("referrer", "brought us"),
                                ],
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        ("since", models.DateField(blank=True, null=True, verbose_name="since")),
                        ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                    ],
                    options={
                        "verbose_name": "relation",
                        "verbose_name_plural": "relations",
                        "ordering": ["kind", "key"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("until", None)),
                                fields=("profile", "other", "kind"),
                                name="relation_open_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind__in", ["household", "partner", "parent", "guardian", "referrer"])
                                ),
                                name="relation_kind_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("profile", models.F("other")), _negated=True),
                                name="relation_is_between_two",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind__in", ("household", "partner")), _negated=True),
                                    ("profile__lt", models.F("other")),
                                    _connector="OR",
                                ),
                                name="relation_is_written_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("since", None), ("until", None), ("until__gte", models.F("since")), _connector="OR"
                                ),
                                name="relation_ends_later",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Consent",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "profile",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="consents",
                                to="profiles.profile",
                            ),
                        ),
                        ("channel", models.CharField(blank=True, default="", max_length=30, verbose_name="channel")),
                        (
                            "purpose",
                            models.CharField(
                                choices=[("marketing", "marketing"), ("service", "service")],
                                max_length=15,
                                verbose_name="purpose",
                            ),
                        ),
                        ("granted", models.BooleanField(verbose_name="given")),
                        (
                            "basis",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("express", "said yes"),
                                    ("implied", "follows from what they bought or asked"),
                                    ("contract", "needed for what they bought"),
                                    ("legitimate_interest", "legitimate interest"),
                                ],
                                default="",
                                max_length=20,
                                verbose_name="basis",
                            ),
                        ),
                        ("source", models.CharField(max_length=50, verbose_name="where")),
                        ("evidence", models.JSONField(default=dict, verbose_name="evidence")),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                        ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                    ],
                    options={
                        "verbose_name": "consent",
                        "verbose_name_plural": "consents",
                        "ordering": ["-key"],
                        "default_permissions": ("view", "change"),
                        "indexes": [models.Index(fields=["profile", "-at", "-key"], name="consent_profile")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("purpose__in", ["marketing", "service"])),
                                name="consent_purpose_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("basis__in", ["express", "implied", "contract", "legitimate_interest"]),
                                        ("granted", True),
                                    ),
                                    models.Q(("basis", ""), ("expires_at", None), ("granted", False)),
                                    _connector="OR",
                                ),
                                name="consent_given_has_a_basis",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("granted", False), models.Q(("channel", ""), _negated=True), _connector="OR"
                                ),
                                name="consent_is_given_for_one_channel",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("purpose", "service"), ("basis__in", ["", "express", "implied"]), _connector="OR"
                                ),
                                name="consent_to_marketing_is_express_or_implied",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("basis", "implied"), _negated=True),
                                    ("expires_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="consent_implied_expires",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("expires_at", None), ("expires_at__gt", models.F("at")), _connector="OR"
                                ),
                                name="consent_expires_later",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ConsentState",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "profile",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="consent_states",
                                to="profiles.profile",
                            ),
                        ),
                        ("channel", models.CharField(max_length=30, verbose_name="channel")),
                        (
                            "purpose",
                            models.CharField(
                                choices=[("marketing", "marketing"), ("service", "service")],
                                max_length=15,
                                verbose_name="purpose",
                            ),
                        ),
                        ("granted", models.BooleanField(verbose_name="given")),
                        (
                            "basis",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("express", "said yes"),
                                    ("implied", "follows from what they bought or asked"),
                                    ("contract", "needed for what they bought"),
                                    ("legitimate_interest", "legitimate interest"),
                                ],
                                db_default="",
                                default="",
                                max_length=20,
                                verbose_name="basis",
                            ),
                        ),
                        ("since", models.DateTimeField(verbose_name="since")),
                        ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                    ],
                    options={
                        "verbose_name": "consent that holds",
                        "verbose_name_plural": "consents that hold",
                        "ordering": ["profile", "channel", "purpose"],
                        "default_permissions": (),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("granted", True), ("purpose", "marketing")),
                                fields=["channel", "profile"],
                                include=("expires_at",),
                                name="consent_marketing",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("profile", "channel", "purpose"), name="consent_state_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("channel", ""), _negated=True), name="consent_state_of_one_channel"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("basis__in", ["express", "implied", "contract", "legitimate_interest"]),
                                        ("granted", True),
                                    ),
                                    models.Q(("basis", ""), ("expires_at", None), ("granted", False)),
                                    _connector="OR",
                                ),
                                name="consent_state_given_has_a_basis",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DataRequest",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "profile",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="data_requests",
                                to="profiles.profile",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("access", "access and portability"),
                                    ("correction", "correction"),
                                    ("objection", "objection to marketing"),
                                    ("erasure", "erasure"),
                                ],
                                max_length=12,
                                verbose_name="what they ask for",
                            ),
                        ),
                        (
                            "law",
                            models.CharField(
                                choices=[("lgpd", "LGPD, 15 days"), ("gdpr", "GDPR, one month")],
                                max_length=8,
                                verbose_name="by which law",
                            ),
                        ),
                        ("law_reason", models.CharField(blank=True, max_length=300, verbose_name="why this law")),
                        (
                            "via",
                            models.CharField(
                                choices=[
                                    ("email", "e-mail"),
                                    ("phone", "telephone"),
                                    ("message", "text or chat"),
                                    ("letter", "letter"),
                                    ("in_person", "in person"),
                                    ("authority", "through the authority"),
                                ],
                                max_length=12,
                                verbose_name="how it came in",
                            ),
                        ),
                        ("words", models.TextField(blank=True, verbose_name="in their words")),
                        ("received_at", models.DateTimeField(verbose_name="received")),
                        ("due_at", models.DateTimeField(verbose_name="due")),
                        ("extended_at", models.DateTimeField(blank=True, null=True, verbose_name="extended")),
                        ("extension_reason", models.CharField(blank=True, max_length=500)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "open"),
                                    ("verifying", "identity is being checked"),
                                    ("held", "held: a legal hold stands"),
                                    ("answered", "answered"),
                                    ("refused", "refused"),
                                    ("cancelled", "cancelled"),
                                ],
                                default="open",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "verified_how",
                            models.CharField(blank=True, max_length=300, verbose_name="how we know that it is them"),
                        ),
                        ("verified_at", models.DateTimeField(blank=True, null=True)),
                        ("answer", models.TextField(blank=True, verbose_name="what they were told")),
                        (
                            "first_confirmed_by",
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
                            "first_confirmed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="confirmed by the first"),
                        ),
                        ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                        (
                            "closed_by",
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
                            "filed_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("filed_at", models.DateTimeField(verbose_name="written down")),
                        ("reminded_at", models.DateTimeField(blank=True, null=True)),
                        ("overdue_told_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "data request",
                        "verbose_name_plural": "data requests",
                        "ordering": ["-key"],
                        "permissions": [("answer_datarequest", "Can answer data requests: export, erase, refuse")],
                        "default_permissions": ("view", "add"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ("open", "verifying", "held"))),
                                fields=["due_at", "key"],
                                name="data_request_due",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("open", "verifying", "held")), _negated=True),
                                fields=["-closed_at", "-key"],
                                name="data_request_closed",
                            ),
                            models.Index(fields=["profile", "-key"], name="data_request_profile"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("closed_at", None), ("state__in", ("open", "verifying", "held"))),
                                    models.Q(
                                        ("closed_at__isnull", False),
                                        ("state__in", ["answered", "refused", "cancelled"]),
                                    ),
                                    _connector="OR",
                                ),
                                name="data_request_closed_has_its_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("extended_at", None), ("law", "gdpr"), _connector="OR"),
                                name="data_request_extended_by_gdpr_only",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("due_at__gt", models.F("received_at"))),
                                name="data_request_due_later",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LegalHold",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "profile",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="legal_holds",
                                to="profiles.profile",
                            ),
                        ),
                        ("reason", models.CharField(max_length=500, verbose_name="why")),
                        ("starts_at", models.DateTimeField(verbose_name="from")),
                        ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                        (
                            "set_by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("set_at", models.DateTimeField()),
                        ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="lifted")),
                        (
                            "lifted_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("lift_reason", models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        "verbose_name": "legal hold",
                        "verbose_name_plural": "legal holds",
                        "ordering": ["-key"],
                        "default_permissions": ("view", "add", "change"),
                        "indexes": [
                            models.Index(fields=["profile", "-key"], name="legal_hold_profile"),
                            models.Index(
                                condition=models.Q(("lifted_at", None)), fields=["ends_at"], name="legal_hold_ends"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="legal_hold_has_a_reason"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                                ),
                                name="legal_hold_ends_later",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Disclosure",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "request",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="disclosures",
                                to="profiles.datarequest",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "waits to be made"),
                                    ("making", "is being made"),
                                    ("ready", "ready"),
                                    ("failed", "could not be made"),
                                    ("deleted", "thrown away"),
                                ],
                                default="waiting",
                                max_length=10,
                            ),
                        ),
                        ("language", models.CharField(max_length=10)),
                        ("done", models.PositiveIntegerField(default=0)),
                        ("total", models.PositiveIntegerField(default=0)),
                        ("size", models.PositiveBigIntegerField(default=0)),
                        ("sha256", models.CharField(blank=True, max_length=64)),
                        ("error", models.TextField(blank=True)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("lease_until", models.DateTimeField(blank=True, null=True)),
                        (
                            "asked_by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("asked_at", models.DateTimeField()),
                        ("made_at", models.DateTimeField(blank=True, null=True)),
                        ("expires_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "disclosure",
                        "verbose_name_plural": "disclosures",
                        "ordering": ["-key"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["waiting", "making"])),
                                fields=("request",),
                                name="disclosure_made_once_at_a_time",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Erasure",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "request",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="erasure",
                                to="profiles.datarequest",
                            ),
                        ),
                        (
                            "profile",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="profiles.profile",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("running", "is running"), ("done", "done")], default="running", max_length=8
                            ),
                        ),
                        ("subject", models.JSONField(default=dict)),
                        (
                            "steps",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=100), default=list, size=None
                            ),
                        ),
                        ("counts", models.JSONField(default=dict)),
                        ("total", models.PositiveSmallIntegerField(default=0)),
                        ("removed_xid", models.BigIntegerField(null=True)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("error", models.TextField(blank=True)),
                        ("lease_until", models.DateTimeField(blank=True, null=True)),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("confirmed_at", models.DateTimeField()),
                        (
                            "first_confirmed_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("done_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "erasure",
                        "verbose_name_plural": "erasures",
                        "ordering": ["-key"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "done"), _negated=True),
                                fields=("profile",),
                                name="erasure_one_at_a_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "done"), _negated=True),
                                    models.Q(("done_at__isnull", False), ("subject", {})),
                                    _connector="OR",
                                ),
                                name="erasure_done_keeps_nobody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("first_confirmed_by", None),
                                    models.Q(("first_confirmed_by", models.F("confirmed_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="erasure_confirmed_by_two",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Deal",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "profile",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deals",
                                to="profiles.profile",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deals",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        ("title", models.CharField(max_length=200, verbose_name="what it is about")),
                        (
                            "company",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deals",
                                to="profiles.company",
                                verbose_name="company",
                            ),
                        ),
                        (
                            "company_text",
                            models.CharField(
                                blank=True,
                                db_column="company",
                                db_default="",
                                default="",
                                max_length=200,
                                verbose_name="company as written",
                            ),
                        ),
                        (
                            "amount",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="amount"
                            ),
                        ),
                        (
                            "currency",
                            models.CharField(db_default="BRL", default="BRL", max_length=3, verbose_name="currency"),
                        ),
                        (
                            "stage",
                            models.CharField(
                                choices=[
                                    ("lead", "lead"),
                                    ("negotiation", "negotiation"),
                                    ("closing", "closing"),
                                    ("won", "won"),
                                    ("lost", "lost"),
                                ],
                                default="lead",
                                max_length=12,
                                verbose_name="stage",
                            ),
                        ),
                        ("closes_on", models.DateField(blank=True, null=True, verbose_name="expected to close on")),
                        (
                            "held",
                            models.BooleanField(db_default=False, default=False, verbose_name="marketing is held"),
                        ),
                        (
                            "reason",
                            models.CharField(
                                blank=True, db_default="", default="", max_length=300, verbose_name="reason"
                            ),
                        ),
                        (
                            "released_until",
                            models.DateTimeField(blank=True, null=True, verbose_name="marketing released until"),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="opened")),
                        ("changed_at", models.DateTimeField(verbose_name="changed")),
                        ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                        ("asked_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        "verbose_name": "deal",
                        "verbose_name_plural": "deals",
                        "ordering": ["-key"],
                        "permissions": [
                            ("hold_marketing", "Can hold and release a profile's marketing because of a deal")
                        ],
                        "indexes": [
                            models.Index(fields=["profile", "-key"], name="deal_profile"),
                            models.Index(
                                condition=models.Q(("stage__in", ("won", "lost")), _negated=True),
                                fields=["profile"],
                                name="deal_open",
                            ),
                            models.Index(
                                condition=models.Q(("company__isnull", False)),
                                fields=["company", "-key"],
                                name="deal_company",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("stage__in", ["lead", "negotiation", "closing", "won", "lost"])),
                                name="deal_stage_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("closed_at__isnull", False), ("stage__in", ("won", "lost"))),
                                    models.Q(
                                        models.Q(("stage__in", ("won", "lost")), _negated=True), ("closed_at", None)
                                    ),
                                    _connector="OR",
                                ),
                                name="deal_over_is_closed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("held", False),
                                    models.Q(("stage__in", ("won", "lost")), _negated=True),
                                    _connector="OR",
                                ),
                                name="deal_over_holds_nothing",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("held", False), ("released_until", None), _connector="OR"),
                                name="deal_is_held_or_released",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount", None), ("amount__gte", 0), _connector="OR"),
                                name="deal_amount_is_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="deal_currency_is_a_code"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Merge",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "kept",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merges_into",
                                to="profiles.profile",
                                verbose_name="kept",
                            ),
                        ),
                        (
                            "merged",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merges_away",
                                to="profiles.profile",
                                verbose_name="put into it",
                            ),
                        ),
                        ("offered", models.JSONField(blank=True, default=dict)),
                        ("chosen", models.JSONField(blank=True, default=list)),
                        ("facts", models.JSONField(blank=True, default=dict)),
                        ("tags", models.JSONField(blank=True, default=list)),
                        ("tags_added", models.JSONField(blank=True, default=list)),
                        ("unpreferred", models.JSONField(blank=True, default=list)),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                        (
                            "undone_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
                    ],
                    options={
                        "verbose_name": "merge",
                        "verbose_name_plural": "merges",
                        "ordering": ["-key"],
                        "default_permissions": ("view",),
                        "indexes": [models.Index(fields=["merged", "-key"], name="merge_merged")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("undone_at", None)), fields=("merged",), name="merge_leads_one_way"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kept", models.F("merged")), _negated=True), name="merge_of_two"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("undone_at", None), ("undone_at__gte", models.F("at")), _connector="OR"
                                ),
                                name="merge_undone_later",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MergeProposal",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "low",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="profiles.profile",
                            ),
                        ),
                        (
                            "high",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="profiles.profile"
                            ),
                        ),
                        ("confidence", models.PositiveSmallIntegerField(verbose_name="confidence")),
                        ("reasons", models.JSONField(default=list, verbose_name="reasons")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "to be looked at"),
                                    ("merged", "one person"),
                                    ("different", "not the same person"),
                                    ("stale", "no longer alike"),
                                ],
                                default="open",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="proposed")),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                    ],
                    options={
                        "verbose_name": "pair that may be one person",
                        "verbose_name_plural": "pairs that may be one person",
                        "ordering": ["-confidence", "key"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "open")),
                                fields=["-confidence", "key"],
                                name="proposal_open",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("low", "high"), name="proposal_once"),
                            models.CheckConstraint(
                                condition=models.Q(("low__lt", models.F("high"))), name="proposal_pair_in_order"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("confidence__gte", 1), ("confidence__lte", 100)),
                                name="proposal_confidence",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["open", "merged", "different", "stale"])),
                                name="proposal_state_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MergeLook",
                    fields=[
                        ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                        ("upto", models.UUIDField(blank=True, null=True)),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="NameWord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("word", models.CharField(max_length=40)),
                    ],
                    options={
                        "verbose_name": "word of names",
                        "verbose_name_plural": "words of names",
                        "ordering": ["word", "id"],
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="PeopleImport",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("people", "people"), ("companies", "companies")],
                                db_default="people",
                                default="people",
                                max_length=10,
                                verbose_name="of",
                            ),
                        ),
                        (
                            "file",
                            models.FileField(
                                blank=True,
                                max_length=200,
                                upload_to=engagement.profiles.models.people_import.import_path,
                            ),
                        ),
                        ("filename", models.CharField(max_length=255, verbose_name="file name")),
                        ("size", models.PositiveBigIntegerField(verbose_name="bytes")),
                        (
                            "original",
                            models.FileField(
                                blank=True,
                                db_default="",
                                default="",
                                editable=False,
                                max_length=200,
                                upload_to=engagement.profiles.models.people_import.original_path,
                            ),
                        ),
                        ("sheet", models.CharField(blank=True, default="", max_length=100, verbose_name="sheet")),
                        (
                            "sheets",
                            models.JSONField(db_default=[], default=list, editable=False, verbose_name="sheets"),
                        ),
                        ("dialect", models.JSONField(default=dict, verbose_name="how it is read")),
                        ("headers", models.JSONField(default=list, verbose_name="headers")),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("mapping", models.JSONField(default=dict, verbose_name="what the columns mean")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("uploaded", "waits for its columns"),
                                    ("reading", "is being read"),
                                    ("checking", "is being tried"),
                                    ("checked", "tried, waits for you"),
                                    ("running", "comes in"),
                                    ("done", "is in"),
                                    ("stopped", "stopped on its way"),
                                    ("undoing", "is being undone"),
                                    ("undone", "undone"),
                                    ("failed", "failed"),
                                ],
                                default="uploaded",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "failure",
                            models.CharField(blank=True, default="", max_length=200, verbose_name="why it failed"),
                        ),
                        ("read_rows", models.PositiveIntegerField(default=0, verbose_name="rows read")),
                        (
                            "read_bytes",
                            models.PositiveBigIntegerField(db_default=0, default=0, verbose_name="bytes read"),
                        ),
                        ("read_line", models.PositiveIntegerField(db_default=0, default=0)),
                        ("is_read", models.BooleanField(default=False)),
                        ("tried", models.JSONField(default=dict, verbose_name="tried")),
                        ("done", models.JSONField(default=dict, verbose_name="brought in")),
                        ("undone", models.JSONField(default=dict, verbose_name="undone")),
                        (
                            "made_by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="uploaded")),
                        ("begun_at", models.DateTimeField(blank=True, null=True, verbose_name="begun")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                        ("way_back", models.BooleanField(db_default=True, default=True, verbose_name="can be undone")),
                        ("kept_until", models.DateTimeField(verbose_name="file and way back kept until")),
                    ],
                    options={
                        "verbose_name": "import of people",
                        "verbose_name_plural": "imports of people",
                        "ordering": ["-key"],
                        "permissions": [("export_people", "Can export people; each export is recorded")],
                        "default_permissions": ("view", "add", "change"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status__in", ["reading", "checking", "running", "undoing"])),
                                fields=["key"],
                                name="people_import_at_work",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ImportChunk",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "people_import",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="chunks",
                                to="profiles.peopleimport",
                            ),
                        ),
                        ("first_line", models.PositiveIntegerField()),
                        ("last_line", models.PositiveIntegerField()),
                        ("rows", models.PositiveIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("staged", "staged"),
                                    ("checked", "tried"),
                                    ("done", "brought in"),
                                    ("undone", "undone"),
                                ],
                                default="staged",
                                max_length=10,
                            ),
                        ),
                        ("staged", models.JSONField(default=dict)),
                        ("tried", models.JSONField(default=dict)),
                        ("done", models.JSONField(default=dict)),
                        ("undone", models.JSONField(default=dict)),
                    ],
                    options={
                        "verbose_name": "part of an import",
                        "verbose_name_plural": "parts of an import",
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(fields=("people_import", "first_line"), name="import_chunk_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ImportRow",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "people_import", "line", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "people_import",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="profiles.peopleimport",
                            ),
                        ),
                        ("line", models.PositiveIntegerField()),
                        ("refused", models.CharField(db_default="", default="", max_length=20)),
                        ("detail", models.CharField(db_default="", default="", max_length=200)),
                        ("notes", models.CharField(db_default="", default="", max_length=400)),
                        ("fresh", models.UUIDField(null=True)),
                        ("data", models.JSONField(null=True)),
                    ],
                    options={
                        "verbose_name": "row of an import",
                        "verbose_name_plural": "rows of an import",
                        "default_permissions": (),
                        "indexes": [
                            models.Index(
                                condition=models.Q(
                                    models.Q(("refused", ""), _negated=True),
                                    models.Q(("notes", ""), _negated=True),
                                    _connector="OR",
                                ),
                                fields=["people_import", "line"],
                                name="import_row_told",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ImportChange",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "people_import", "line", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "people_import",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="profiles.peopleimport",
                            ),
                        ),
                        ("line", models.PositiveIntegerField()),
                        ("profile", models.UUIDField()),
                        ("before", models.JSONField(null=True)),
                        ("after", models.JSONField(null=True)),
                        ("identities", models.JSONField(null=True)),
                        ("consents", models.JSONField(null=True)),
                        ("kept", models.CharField(db_default="", default="", max_length=20)),
                    ],
                    options={
                        "verbose_name": "what a row did",
                        "verbose_name_plural": "what rows did",
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="SavedMapping",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("headers", models.JSONField(default=list, verbose_name="headers")),
                        ("mapping", models.JSONField(default=dict, verbose_name="what the columns mean")),
                        (
                            "made_by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("used_at", models.DateTimeField(verbose_name="used")),
                    ],
                    options={
                        "verbose_name": "saved mapping",
                        "verbose_name_plural": "saved mappings",
                        "ordering": ["-used_at", "-key"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(fields=("fingerprint", "name"), name="saved_mapping_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Suppression",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("kind", models.CharField(max_length=20, verbose_name="kind")),
                        ("address_hash", models.CharField(max_length=64)),
                        (
                            "purpose",
                            models.CharField(
                                blank=True, db_default="", default="", max_length=15, verbose_name="purpose"
                            ),
                        ),
                        ("reason", models.CharField(max_length=50, verbose_name="reason")),
                        ("source", models.CharField(max_length=50, verbose_name="where")),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("starts_at", models.DateTimeField(verbose_name="from")),
                        ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                    ],
                    options={
                        "verbose_name": "suppression",
                        "verbose_name_plural": "suppressions",
                        "ordering": ["-key"],
                        "indexes": [models.Index(fields=["address_hash", "kind"], name="suppression_address")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ends_at", None)),
                                fields=("kind", "address_hash", "purpose", "source"),
                                name="suppression_open_once_of_a_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("address_hash__regex", "^[0-9a-f]{64}$")),
                                name="suppression_keeps_a_hash",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_at", None), ("ends_at__gte", models.F("starts_at")), _connector="OR"
                                ),
                                name="suppression_ends_later",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
