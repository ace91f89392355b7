"""People as the API takes them: their addresses and facts, each wrong one named."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from engagement.api.strict import StrictSerializer
from engagement.profiles.actions.change import KEEP, Facts
from engagement.profiles.attributes import InvalidValue, cleaned, tags_in
from engagement.profiles.companies.forms import owner_choices
from engagement.profiles.models import AttributeDefinition, Identity, Profile
from engagement.ui.forms import zone_choices

MOST_ADDRESSES = 50
_PLAIN = ("name", "language", "time_zone", "country", "place", "lifecycle")


class GivenIdentitySerializer(StrictSerializer):
    """An address. ``scope``: within what an id is unique. ``country``: assumed for numbers without a prefix."""

    kind = serializers.ChoiceField(choices=Identity.Kind.choices)
    address = serializers.CharField(max_length=400)
    scope = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    country = serializers.RegexField("^([A-Z]{2})?$", required=False, allow_blank=True, default="")


class FactsSerializer(StrictSerializer):
    """What is known of a person. What is left out stays; of ``attributes`` null forgets one, others stay as they are.
    ``tags`` are all of them. ``owner``: whose customer they are, null for nobody's.
    """

    name = serializers.CharField(max_length=300, required=False, allow_blank=True)
    language = serializers.RegexField(
        "^([a-z]{2,3}(-[a-z0-9]{2,8})*)?$", max_length=10, required=False, allow_blank=True
    )
    time_zone = serializers.ChoiceField(choices=[], required=False, allow_blank=True)
    country = serializers.RegexField("^([A-Z]{2})?$", required=False, allow_blank=True)
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    lifecycle = serializers.ChoiceField(choices=Profile.Lifecycle.choices, required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=50), max_length=100, required=False)
    attributes = serializers.DictField(required=False)
    owner = serializers.UUIDField(required=False, allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields; the zones are those that the machine knows."""
        fields = super().get_fields()
        fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]
        return fields

    def validate_attributes(self, given: dict[str, Any]) -> dict[str, Any]:
        """Bring each value into the form in which it is kept."""
        declared = {one.slug: one for one in AttributeDefinition.objects.filter(slug__in=list(given))}
        kept: dict[str, Any] = {}
        wrong: dict[str, list[str]] = {}
        for slug, value in given.items():
            if slug not in declared:
                wrong[slug] = [_("No attribute is declared under this name.")]
            elif value is None:
                kept[slug] = None
            else:
                try:
                    kept[slug] = cleaned(declared[slug], value)
                except InvalidValue as error:
                    wrong[slug] = [str(error)]
        if wrong:
            raise serializers.ValidationError(wrong)  # type: ignore[arg-type]
        return kept

    def validate_owner(self, given: Any) -> Any:
        """One of those who may own customers."""
        if given is not None and not owner_choices().filter(pk=given).exists():
            raise serializers.ValidationError(_("Nobody of this id may own customers."))
        return given

    @property
    def facts(self) -> Facts:
        """What to change."""
        given = self.validated_data
        plain = {name: given[name] for name in _PLAIN if name in given}
        tags = tags_in(",".join(tag.replace(",", " ") for tag in given["tags"])) if "tags" in given else None
        return Facts(**plain, tags=tags, attributes=given.get("attributes", {}), owner_id=given.get("owner", KEEP))


class NewProfileSerializer(FactsSerializer):
    """A person with at least one address."""

    identities = GivenIdentitySerializer(many=True, allow_empty=False)

    def validate_identities(self, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Not more than anybody has."""
        if len(given) > MOST_ADDRESSES:
            raise serializers.ValidationError(f"At most {MOST_ADDRESSES} addresses at once.")
        return given


class EmploymentWrittenSerializer(StrictSerializer):
    """Where a person works. ``company`` by its id, or by its name: one that nobody knows yet is written down."""

    company = serializers.UUIDField(required=False)
    company_name = serializers.CharField(max_length=200, required=False)
    position = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    since = serializers.DateField(required=False, allow_null=True, default=None)
    primary = serializers.BooleanField(required=False, default=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """One of both."""
        if ("company" in given) == ("company_name" in given):
            raise serializers.ValidationError({"company": [_("Give either company or company_name.")]})
        return given


class RelationWrittenSerializer(StrictSerializer):
    """What the person is to another: ``parent`` means that they are the parent of ``other``."""

    other = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=["household", "partner", "parent", "guardian", "referrer"])
    since = serializers.DateField(required=False, allow_null=True, default=None)


class EndSerializer(StrictSerializer):
    """Until when it was so; today, if it is left out."""

    until = serializers.DateField(required=False)
