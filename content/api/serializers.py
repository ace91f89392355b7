"""Templates, their words and revisions as the API shows and takes them."""

from typing import Any

from rest_framework import serializers

from collaboration.models import ApprovalRequest
from content.layouts import LAYOUTS
from content.locales import find_locale
from content.models import Draft, Kind, Purpose, Revision, Template
from content.selectors.states import NAMES
from engagement.api.strict import StrictSerializer
from engagement.channels.models import Channel


class LocaleField(serializers.CharField):
    """A language tag (BCP 47), such as ``en``, ``pt-BR``, ``zh-Hant``; answered in small letters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=80, **options)

    def to_internal_value(self, data: Any) -> str:
        """Return the tag in its one spelling."""
        tag = find_locale(str(super().to_internal_value(data)))
        if not tag:
            raise serializers.ValidationError("This is no language tag. Write it as in BCP 47: en, pt-BR, zh-Hant.")
        return tag


class TemplateSerializer(serializers.ModelSerializer[Template]):
    """One text of ours. ``state`` is what was decided about its newest revision."""

    id = serializers.UUIDField(source="key", read_only=True)
    kind = serializers.ChoiceField(choices=Kind.choices, read_only=True)
    source_locale = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(choices=list(NAMES), read_only=True)
    newest_revision = serializers.IntegerField(source="newest_number", read_only=True, allow_null=True)

    class Meta:
        model = Template
        fields = [
            "id",
            "name",
            "kind",
            "purpose",
            "channel",
            "source_locale",
            "owner",
            "state",
            "newest_revision",
            "created_at",
            "edited_at",
            "archived_at",
        ]
        read_only_fields = fields


class WordsSerializer(serializers.ModelSerializer[Draft]):
    """The words of one language as they stand; ``version`` grows with each write."""

    class Meta:
        model = Draft
        fields = ["locale", "subject", "preheader", "mjml", "text", "version", "updated_at", "updated_by"]
        read_only_fields = fields


class TemplateDetailSerializer(TemplateSerializer):
    """One text with what is being written."""

    drafts = WordsSerializer(many=True, read_only=True)

    class Meta(TemplateSerializer.Meta):
        fields = [*TemplateSerializer.Meta.fields, "drafts"]
        read_only_fields = fields


class NewTemplateSerializer(StrictSerializer):
    """A text to begin. Without ``channel`` it gets the sender of other texts of its kind and purpose."""

    name = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=Kind.choices)
    purpose = serializers.ChoiceField(choices=Purpose.values)
    source_locale = LocaleField(required=False, default="en")
    layout = serializers.ChoiceField(choices=list(LAYOUTS), required=False, default="blank")
    channel = serializers.PrimaryKeyRelatedField(
        queryset=Channel.objects.filter(kind__in=Kind.values).defer("credentials"),
        required=False,
        allow_null=True,
        pk_field=serializers.UUIDField(),
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Refuse a sender of the other kind."""
        channel = given.get("channel")
        if channel is not None and channel.kind != given["kind"]:
            raise serializers.ValidationError({"channel": "This channel does not carry such a text."})
        return given


class NewWordsSerializer(StrictSerializer):
    """The words of one language. ``version`` is the one that you have read, 0 for a language that you begin."""

    locale = LocaleField()
    version = serializers.IntegerField(min_value=0, max_value=2_147_483_647)
    subject = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    preheader = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    mjml = serializers.CharField(
        max_length=500_000, required=False, allow_blank=True, default="", trim_whitespace=False
    )
    text = serializers.CharField(
        max_length=100_000, required=False, allow_blank=True, default="", trim_whitespace=False
    )


class RevisionSerializer(serializers.ModelSerializer[Revision]):
    """What was saved and cannot change; an approval is of ``content_hash``."""

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = Revision
        fields = ["id", "number", "author", "purpose", "sender", "content_hash", "restored_from", "created_at"]
        read_only_fields = fields


class NewSubmissionSerializer(StrictSerializer):
    """What the reviewer should know."""

    comment = serializers.CharField(max_length=2_000, required=False, allow_blank=True, default="")


class SubmissionSerializer(serializers.ModelSerializer[ApprovalRequest]):
    """A question for approval."""

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = ApprovalRequest
        fields = ["id", "state", "content_hash", "comment", "due_at", "created_at"]
        read_only_fields = fields
