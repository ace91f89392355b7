import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations, models

import engagement.keys
import engagement.sorting
from engagement.migration_operations import CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        CreateModels(
            [
                migrations.CreateModel(
                    name="Department",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("slug", models.SlugField(unique=True)),
                        ("name", models.CharField(max_length=100, verbose_name="name in English")),
                        ("name_pt", models.CharField(max_length=100, verbose_name="name in Portuguese")),
                    ],
                    options={
                        "verbose_name": "department",
                        "verbose_name_plural": "departments",
                        "ordering": [engagement.sorting.LocalizedSortKey("name", "name_pt"), "key"],
                    },
                ),
                migrations.CreateModel(
                    name="User",
                    fields=[
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        ("language", models.CharField(default="en", max_length=10, verbose_name="language")),
                        (
                            "time_zone",
                            models.CharField(default="America/Sao_Paulo", max_length=64, verbose_name="time zone"),
                        ),
                        (
                            "theme",
                            models.CharField(
                                choices=[("system", "as the system"), ("light", "light"), ("dark", "dark")],
                                default="system",
                                max_length=8,
                                verbose_name="appearance",
                            ),
                        ),
                        (
                            "density",
                            models.CharField(
                                choices=[("comfortable", "comfortable"), ("compact", "compact")],
                                default="comfortable",
                                max_length=12,
                                verbose_name="density",
                            ),
                        ),
                        ("shortcuts_enabled", models.BooleanField(default=True, verbose_name="single-key shortcuts")),
                        ("is_active", models.BooleanField(default=True, verbose_name="may sign in")),
                        ("is_staff", models.BooleanField(default=False, verbose_name="may open the administration")),
                        ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="joined")),
                        (
                            "invited_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="invited"),
                        ),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                        (
                            "departments",
                            models.ManyToManyField(
                                blank=True, related_name="people", to="village.department", verbose_name="departments"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "person",
                        "verbose_name_plural": "people",
                        "ordering": [engagement.sorting.SortKey("name"), "key"],
                        "constraints": [
                            models.UniqueConstraint(fields=("email",), name="user_email_once"),
                            models.CheckConstraint(
                                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                                name="user_email_in_small_letters",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="at")),
                        (
                            "actor",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("actor_name", models.CharField(max_length=300, verbose_name="who")),
                        ("action", models.CharField(max_length=100, verbose_name="action")),
                        ("subject_type", models.CharField(max_length=100, verbose_name="kind of thing")),
                        ("subject_id", models.CharField(max_length=100, verbose_name="which")),
                        (
                            "subject_name",
                            models.CharField(blank=True, max_length=300, verbose_name="name of the thing"),
                        ),
                        ("detail", models.JSONField(default=dict, verbose_name="detail")),
                        ("ip_address", models.GenericIPAddressField(null=True, verbose_name="address")),
                        ("request_id", models.CharField(blank=True, max_length=64)),
                    ],
                    options={
                        "verbose_name": "audit entry",
                        "verbose_name_plural": "audit trail",
                        "ordering": ["-key"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["subject_type", "subject_id", "-key"], name="audit_subject"),
                            models.Index(fields=["actor", "-key"], name="audit_actor"),
                            models.Index(fields=["action", "-key"], name="audit_action"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Role",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "group",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="role", to="auth.group"
                            ),
                        ),
                        ("slug", models.SlugField(unique=True)),
                        ("name", models.CharField(max_length=100, verbose_name="name in English")),
                        ("name_pt", models.CharField(max_length=100, verbose_name="name in Portuguese")),
                        (
                            "description",
                            models.CharField(
                                blank=True, db_default="", max_length=300, verbose_name="what it is for, in English"
                            ),
                        ),
                        (
                            "description_pt",
                            models.CharField(
                                blank=True, db_default="", max_length=300, verbose_name="what it is for, in Portuguese"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={
                        "verbose_name": "role",
                        "verbose_name_plural": "roles",
                        "ordering": ["position", "slug"],
                    },
                ),
                migrations.CreateModel(
                    name="PermissionOffer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "role",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="offers", to="village.role"
                            ),
                        ),
                        ("permission", models.CharField(max_length=200)),
                        ("offered_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ["role", "permission"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(fields=("role", "permission"), name="permission_offered_once")
                        ],
                    },
                ),
            ]
        ),
    ]
