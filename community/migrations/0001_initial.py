import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import community.models.space
import engagement.keys
from engagement.migration_operations import CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("profiles", "0001_initial"),
        ("village", "0003_make_roles_and_departments"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Member",
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
                                related_name="+",
                                to="profiles.profile",
                            ),
                        ),
                        ("handle", models.CharField(max_length=30, verbose_name="handle")),
                        ("display_name", models.CharField(max_length=80, verbose_name="name")),
                        ("language", models.CharField(default="en", max_length=10, verbose_name="language")),
                        ("level", models.PositiveSmallIntegerField(default=0, verbose_name="trust level")),
                        ("levelled_at", models.DateTimeField(editable=False, null=True)),
                        ("joined_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="joined")),
                        ("last_seen_on", models.DateField(editable=False, null=True)),
                        ("days_visited", models.PositiveIntegerField(default=0, editable=False)),
                        ("silenced_until", models.DateTimeField(blank=True, null=True, verbose_name="silenced until")),
                        ("silenced_reason", models.CharField(blank=True, default="", max_length=500)),
                        ("name_skeleton", models.CharField(db_default="", default="", editable=False, max_length=200)),
                        ("name_refused", models.CharField(db_default="", default="", editable=False, max_length=10)),
                    ],
                    options={
                        "verbose_name": "member",
                        "verbose_name_plural": "members",
                        "ordering": ["handle", "key"],
                        "indexes": [models.Index(fields=["name_skeleton"], name="member_name_skeleton")],
                        "constraints": [
                            models.UniqueConstraint(fields=("profile",), name="member_once_per_profile"),
                            models.UniqueConstraint(fields=("handle",), name="member_handle_once"),
                            models.CheckConstraint(
                                condition=models.Q(("handle", django.db.models.functions.text.Lower("handle"))),
                                name="member_handle_in_small_letters",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("level__lte", 4)), name="member_level_at_most_4"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SignInLink",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("address", models.CharField(max_length=320)),
                        ("token_hash", models.CharField(max_length=64, unique=True)),
                        ("language", models.CharField(max_length=10)),
                        ("next_path", models.CharField(blank=True, default="", max_length=500)),
                        ("created_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField()),
                        ("used_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name": "sign-in link",
                        "verbose_name_plural": "sign-in links",
                        "default_permissions": (),
                        "indexes": [models.Index(fields=["expires_at"], name="sign_in_link_old")],
                    },
                ),
                migrations.CreateModel(
                    name="MemberSession",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="sessions",
                                to="community.member",
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name": "member's session",
                        "verbose_name_plural": "members' sessions",
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="Space",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "slug",
                            models.SlugField(
                                max_length=60,
                                unique=True,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^(?:answers|appeals|ask|desk|discussions|ideas|me|members|posts|privacy|questions|quiet|reviews|rules|search|sign-in|sign-out|similar|sitemap|topics)$",
                                        "This word has another use here.",
                                        inverse_match=True,
                                    )
                                ],
                                verbose_name="word in the address",
                            ),
                        ),
                        ("name", models.CharField(max_length=80, verbose_name="name in English")),
                        ("name_pt", models.CharField(max_length=80, verbose_name="name in Portuguese")),
                        (
                            "description",
                            models.CharField(blank=True, max_length=300, verbose_name="description in English"),
                        ),
                        (
                            "description_pt",
                            models.CharField(blank=True, max_length=300, verbose_name="description in Portuguese"),
                        ),
                        ("rules", models.TextField(blank=True, max_length=4000, verbose_name="rules in English")),
                        ("rules_pt", models.TextField(blank=True, max_length=4000, verbose_name="rules in Portuguese")),
                        (
                            "kinds",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=12),
                                default=community.models.space.first_kinds,
                                size=None,
                                verbose_name="what may be opened",
                            ),
                        ),
                        (
                            "visibility",
                            models.CharField(
                                choices=[("public", "everybody"), ("members", "members only")],
                                default="public",
                                max_length=10,
                                verbose_name="who may read",
                            ),
                        ),
                        (
                            "moderator",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="moderator",
                            ),
                        ),
                        (
                            "deputy",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="deputy",
                            ),
                        ),
                        (
                            "department",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="village.department",
                                verbose_name="department",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        (
                            "volunteers",
                            models.ManyToManyField(
                                blank=True, related_name="+", to="community.member", verbose_name="volunteers"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "space",
                        "verbose_name_plural": "spaces",
                        "ordering": ["position", "name", "key"],
                        "permissions": [
                            ("moderate_space", "Can moderate a space"),
                            ("moderate_community", "Can enter the community's review queue"),
                            ("answer_as_staff", "Can answer in the community for the house"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("moderator", None),
                                    ("deputy", None),
                                    models.Q(("moderator", models.F("deputy")), _negated=True),
                                    _connector="OR",
                                ),
                                name="space_deputy_is_another",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "slug__regex",
                                        "^(answers|appeals|ask|desk|discussions|ideas|me|members|posts|privacy|questions|quiet|reviews|rules|search|sign-in|sign-out|similar|sitemap|topics)$",
                                    ),
                                    _negated=True,
                                ),
                                name="space_slug_is_free",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Topic",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "space",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="topics",
                                to="community.space",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("question", "question"),
                                    ("idea", "idea"),
                                    ("discussion", "discussion"),
                                    ("review", "review"),
                                ],
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        ("slug", models.SlugField(max_length=90)),
                        ("title", models.CharField(max_length=160, verbose_name="title")),
                        ("about", models.CharField(blank=True, default="", max_length=60, verbose_name="product")),
                        ("rating", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="rating")),
                        (
                            "author",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="topics",
                                to="community.member",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("held", "held for review"),
                                    ("open", "open"),
                                    ("answered", "answered"),
                                    ("closed", "closed"),
                                    ("hidden", "hidden"),
                                ],
                                default="open",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "idea_status",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("new", "new"),
                                    ("planned", "planned"),
                                    ("started", "started"),
                                    ("done", "done"),
                                    ("declined", "declined"),
                                ],
                                default="",
                                max_length=10,
                            ),
                        ),
                        ("idea_note", models.CharField(blank=True, default="", max_length=500)),
                        ("accepted_at", models.DateTimeField(null=True)),
                        ("accepted_by_asker", models.BooleanField(default=False)),
                        ("vote_count", models.PositiveIntegerField(default=0)),
                        ("answer_count", models.PositiveIntegerField(default=0)),
                        ("read_count", models.PositiveIntegerField(default=0)),
                        ("opened_at", models.DateTimeField(verbose_name="opened")),
                        ("last_activity_at", models.DateTimeField(verbose_name="last activity")),
                        ("closed_at", models.DateTimeField(null=True)),
                        ("search", django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                    ],
                    options={
                        "verbose_name": "topic",
                        "verbose_name_plural": "topics",
                        "ordering": ["-last_activity_at", "-key"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ["open", "answered", "closed"])),
                                fields=["-last_activity_at", "-key"],
                                name="topic_latest",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ["open", "answered", "closed"])),
                                fields=["kind", "-last_activity_at", "-key"],
                                name="topic_kind",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ["open", "answered", "closed"])),
                                fields=["space", "-last_activity_at", "-key"],
                                name="topic_space",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ["open", "answered", "closed"]), ("kind", "idea")),
                                fields=["-vote_count", "-key"],
                                name="topic_wanted",
                            ),
                            models.Index(
                                condition=models.Q(("kind", "question"), ("state", "open")),
                                fields=["opened_at"],
                                name="topic_unanswered",
                            ),
                            models.Index(fields=["author", "-opened_at", "-key"], name="topic_author"),
                            django.contrib.postgres.indexes.GinIndex(fields=["search"], name="topic_search"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("space", "slug"), name="topic_slug_once_per_space"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("idea_status__gt", ""), ("kind", "idea")),
                                    models.Q(models.Q(("kind", "idea"), _negated=True), ("idea_status", "")),
                                    _connector="OR",
                                ),
                                name="topic_idea_has_a_status",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("rating", None),
                                    models.Q(("kind", "review"), ("rating__range", (1, 5))),
                                    _connector="OR",
                                ),
                                name="topic_rating_of_a_review",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Watch",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="watches",
                                to="community.member",
                            ),
                        ),
                        (
                            "topic",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="watches",
                                to="community.topic",
                            ),
                        ),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "watch",
                        "verbose_name_plural": "watches",
                        "default_permissions": (),
                        "constraints": [models.UniqueConstraint(fields=("topic", "member"), name="watch_once")],
                    },
                ),
                migrations.CreateModel(
                    name="IdeaChange",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "topic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="idea_changes",
                                to="community.topic",
                            ),
                        ),
                        (
                            "before",
                            models.CharField(
                                choices=[
                                    ("new", "new"),
                                    ("planned", "planned"),
                                    ("started", "started"),
                                    ("done", "done"),
                                    ("declined", "declined"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "after",
                            models.CharField(
                                choices=[
                                    ("new", "new"),
                                    ("planned", "planned"),
                                    ("started", "started"),
                                    ("done", "done"),
                                    ("declined", "declined"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=500)),
                        (
                            "actor",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("told_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name": "change of an idea",
                        "verbose_name_plural": "changes of ideas",
                        "ordering": ["-key"],
                        "default_permissions": (),
                        "indexes": [models.Index(fields=["at"], name="idea_change_at")],
                    },
                ),
                migrations.CreateModel(
                    name="Post",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "topic",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="posts",
                                to="community.topic",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("opening", "opening"),
                                    ("answer", "answer"),
                                    ("remark", "remark of the house"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="remarks",
                                to="community.post",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="posts",
                                to="community.member",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("source", models.TextField(max_length=20000)),
                        ("html", models.TextField()),
                        ("text", models.TextField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("published", "published"),
                                    ("held", "held for review"),
                                    ("hidden", "hidden"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                default="published",
                                max_length=10,
                            ),
                        ),
                        ("score", models.PositiveSmallIntegerField(default=0)),
                        ("reasons", models.JSONField(default=list)),
                        ("scored_at", models.DateTimeField()),
                        ("vote_count", models.PositiveIntegerField(default=0)),
                        ("edit_count", models.PositiveSmallIntegerField(default=0)),
                        ("client_key", models.UUIDField(null=True)),
                        ("transmission_key", models.UUIDField(null=True, unique=True)),
                        ("created_at", models.DateTimeField()),
                        ("edited_at", models.DateTimeField(null=True)),
                        ("search", django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                    ],
                    options={
                        "verbose_name": "post",
                        "verbose_name_plural": "posts",
                        "ordering": ["key"],
                        "indexes": [
                            models.Index(fields=["topic", "key"], name="post_topic"),
                            models.Index(
                                condition=models.Q(("member__isnull", False)),
                                fields=["member", "-created_at", "-key"],
                                name="post_member",
                            ),
                            models.Index(fields=["created_at"], name="post_at"),
                            django.contrib.postgres.indexes.GinIndex(
                                condition=models.Q(("state", "published")), fields=["search"], name="post_search"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("member", None), ("staff__isnull", False)),
                                    models.Q(("member__isnull", False), ("staff", None)),
                                    _connector="OR",
                                ),
                                name="post_has_one_author",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("score__lte", 100)), name="post_score_at_most_100"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("kind", "opening")), fields=("topic",), name="post_opens_once"
                            ),
                            models.UniqueConstraint(fields=("member", "client_key"), name="post_submitted_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Vote",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="votes",
                                to="community.member",
                            ),
                        ),
                        (
                            "topic",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="votes",
                                to="community.topic",
                            ),
                        ),
                        (
                            "post",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="votes",
                                to="community.post",
                            ),
                        ),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "vote",
                        "verbose_name_plural": "votes",
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(fields=("topic", "member"), name="vote_once_per_topic"),
                            models.UniqueConstraint(fields=("member", "post"), name="vote_once_per_post"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("post__isnull", False), ("topic", None)),
                                    models.Q(("post", None), ("topic__isnull", False)),
                                    _connector="OR",
                                ),
                                name="vote_for_one_thing",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PostVersion",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "post",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="versions",
                                to="community.post",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                        ("source", models.TextField()),
                        ("html", models.TextField()),
                        (
                            "by_member",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="community.member",
                            ),
                        ),
                        (
                            "by_staff",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("replaced_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "version of a post",
                        "verbose_name_plural": "versions of posts",
                        "ordering": ["-number"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(models.F("post"), models.F("number"), name="post_version_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Escalation",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "post",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="escalation",
                                to="community.post",
                            ),
                        ),
                        (
                            "topic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="escalations",
                                to="community.topic",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="community.member",
                            ),
                        ),
                        (
                            "cause",
                            models.CharField(
                                choices=[
                                    ("moderator", "a moderator passed it on"),
                                    ("rule", "it sounds like a complaint or a danger"),
                                    ("member", "the member wanted to talk to a person"),
                                ],
                                max_length=10,
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
                        ("raw_event_key", models.UUIDField(null=True, unique=True)),
                        ("conversation_id", models.UUIDField(null=True)),
                        ("at", models.DateTimeField()),
                        ("threaded_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name": "post passed on to the inbox",
                        "verbose_name_plural": "posts passed on to the inbox",
                        "ordering": ["key"],
                        "default_permissions": (),
                        "indexes": [models.Index(fields=["at"], name="escalation_at")],
                    },
                ),
                migrations.CreateModel(
                    name="InboxReply",
                    fields=[
                        ("message_id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "escalation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="replies",
                                to="community.escalation",
                            ),
                        ),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "answer out of the inbox",
                        "verbose_name_plural": "answers out of the inbox",
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="Review",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "post",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="community.post"
                            ),
                        ),
                        (
                            "space",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="community.space",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("held", "held back by the rules"),
                                    ("flagged", "reported by members"),
                                    ("appeal", "the author appeals"),
                                    ("picked", "picked by a colleague"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("score", models.PositiveSmallIntegerField(default=0)),
                        ("reasons", models.JSONField(default=list)),
                        (
                            "written_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("opened_at", models.DateTimeField()),
                        ("decided_at", models.DateTimeField(null=True)),
                        (
                            "decided_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "decision",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("approved", "approved"),
                                    ("hidden", "taken out of sight"),
                                    ("links_removed", "links taken out"),
                                    ("withdrawn", "withdrawn by the author"),
                                    ("upheld", "the removal stands"),
                                    ("overturned", "the removal was undone"),
                                ],
                                default="",
                                max_length=15,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "verbose_name": "review of a post",
                        "verbose_name_plural": "reviews of posts",
                        "ordering": ["-score", "opened_at", "key"],
                        "default_permissions": (),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("decided_at", None)),
                                fields=["space", "-score", "opened_at", "key"],
                                name="review_waiting",
                            ),
                            models.Index(fields=["opened_at"], name="review_opened"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("decided_at", None)),
                                fields=("post",),
                                name="review_open_once_per_post",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by", None),
                                    ("written_by", None),
                                    models.Q(("decided_by", models.F("written_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="review_not_by_its_author",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at", None), ("decision", "")),
                                    models.Q(("decided_at__isnull", False), ("decision__gt", "")),
                                    _connector="OR",
                                ),
                                name="review_decided_at_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Flag",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "post",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="flags",
                                to="community.post",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="flags", to="community.member"
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("spam", "advertising or spam"),
                                    ("abuse", "insults or threats"),
                                    ("danger", "dangerous advice"),
                                    ("private", "somebody's personal data"),
                                    ("off_topic", "not about the subject"),
                                    ("other", "another reason"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("text", models.CharField(blank=True, max_length=500)),
                        ("weight", models.PositiveSmallIntegerField()),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "report",
                        "verbose_name_plural": "reports",
                        "ordering": ["key"],
                        "default_permissions": (),
                        "constraints": [models.UniqueConstraint(fields=("post", "member"), name="flag_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Removal",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "post",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="removals",
                                to="community.post",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("spam", "advertising or spam"),
                                    ("abuse", "insults or threats"),
                                    ("danger", "dangerous advice"),
                                    ("private", "somebody's personal data"),
                                    ("off_topic", "not about the subject"),
                                    ("other", "another reason"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("text", models.CharField(max_length=500)),
                        (
                            "actor",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("undone_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name": "removal",
                        "verbose_name_plural": "removals",
                        "ordering": ["-key"],
                        "default_permissions": (),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("reason__gt", ""), ("text__gt", "")), name="removal_says_why"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("undone_at", None)), fields=("post",), name="removal_standing_once"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Appeal",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "removal",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appeal",
                                to="community.removal",
                            ),
                        ),
                        (
                            "removed_by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("text", models.TextField(max_length=2000)),
                        ("at", models.DateTimeField()),
                        ("decided_at", models.DateTimeField(null=True)),
                        (
                            "decided_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("upheld", models.BooleanField(null=True)),
                        ("answer", models.CharField(blank=True, default="", max_length=500)),
                    ],
                    options={
                        "verbose_name": "appeal",
                        "verbose_name_plural": "appeals",
                        "ordering": ["key"],
                        "default_permissions": (),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by", None),
                                    models.Q(("decided_by", models.F("removed_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="appeal_decided_by_another",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Notice",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notices",
                                to="community.member",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("answer", "a new answer"),
                                    ("accepted", "your answer was accepted"),
                                    ("idea", "an idea has another status"),
                                    ("hidden", "your post was taken out of sight"),
                                    ("approved", "your post is published"),
                                    ("appeal", "your appeal was decided"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "topic",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="community.topic",
                            ),
                        ),
                        ("about", models.UUIDField()),
                        ("at", models.DateTimeField()),
                        ("queued_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name": "notice",
                        "verbose_name_plural": "notices",
                        "ordering": ["key"],
                        "default_permissions": (),
                        "indexes": [
                            models.Index(condition=models.Q(("queued_at", None)), fields=["key"], name="notice_waiting")
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("about", "kind", "member"), name="notice_once")
                        ],
                    },
                ),
            ]
        ),
        migrations.AddField(
            model_name="topic",
            name="accepted",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="community.post",
            ),
        ),
    ]
