"""Spaces: parts of the community with their own subject, rules and people who look after them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models.member import Member
from engagement.keys import new_key
from engagement.village.models import Department, User
from engagement.village.models.people import in_language

# Words that stand in the place of a space in an address of ours.
RESERVED = (
    "answers|appeals|ask|desk|discussions|ideas|me|members|posts|privacy|questions|quiet|reviews|rules|search|sign-in"
    "|sign-out|similar|sitemap|topics"
)
MODERATE = "community.moderate_community"

# By grant of the object permission to the person or to one of their groups, or on all spaces; as for queues.
_MODERATED_BY = """
SELECT space.key FROM community_space space, (
    SELECT permission.id FROM auth_permission permission
    JOIN django_content_type kind ON kind.id = permission.content_type_id
    WHERE permission.codename = 'moderate_space' AND kind.app_label = 'community' AND kind.model = 'space'
) work
WHERE space.moderator_id = %s OR space.deputy_id = %s OR EXISTS (
    SELECT 1 FROM guardian_userobjectpermission granted
    WHERE granted.permission_id = work.id AND granted.object_pk = space.key::text AND granted.user_id = %s
) OR EXISTS (
    SELECT 1 FROM guardian_groupobjectpermission granted JOIN village_user_groups member USING (group_id)
    WHERE granted.permission_id = work.id AND granted.object_pk = space.key::text AND member.user_id = %s
) OR EXISTS (
    SELECT 1 FROM village_user_user_permissions granted WHERE granted.permission_id = work.id AND granted.user_id = %s
) OR EXISTS (
    SELECT 1 FROM auth_group_permissions granted JOIN village_user_groups member USING (group_id)
    WHERE granted.permission_id = work.id AND member.user_id = %s
)
"""


class SpaceQuerySet(models.QuerySet["Space"]):
    """Spaces, as their readers ask for them."""

    def readable_by(self, member: Member | None, staff: User | None = None) -> "SpaceQuerySet":
        """Return what a visitor may read: everything for members and for staff, else the public ones."""
        if member is not None or staff is not None:
            return self
        return self.filter(visibility=Space.Visibility.PUBLIC)

    def moderated_by(self, user: User) -> "SpaceQuerySet":
        """Return the spaces that the person looks after: as moderator, deputy, or by grant on the space."""
        if not user.is_active or not user.has_perm(MODERATE):
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(pk__in=RawSQL(_MODERATED_BY, [user.pk] * 6))  # noqa: S611 - a constant and its values


def first_kinds() -> list[str]:
    """What a new space is for: questions."""
    return ["question"]


class Space(models.Model):
    """One part of the community. ``kinds`` are the kinds of topic that may be opened there."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("everybody")
        MEMBERS = "members", _("members only")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    slug = models.SlugField(
        _("word in the address"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(rf"^(?:{RESERVED})$", _("This word has another use here."), inverse_match=True)],
    )
    name = models.CharField(_("name in English"), max_length=80)
    name_pt = models.CharField(_("name in Portuguese"), max_length=80)
    description = models.CharField(_("description in English"), max_length=300, blank=True)
    description_pt = models.CharField(_("description in Portuguese"), max_length=300, blank=True)
    rules = models.TextField(_("rules in English"), max_length=4000, blank=True)
    rules_pt = models.TextField(_("rules in Portuguese"), max_length=4000, blank=True)
    kinds = ArrayField(models.CharField(max_length=12), default=first_kinds, verbose_name=_("what may be opened"))
    visibility = models.CharField(_("who may read"), max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        verbose_name=_("moderator"),
        related_name="+",
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        verbose_name=_("deputy"),
        related_name="+",
    )
    volunteers = models.ManyToManyField(Member, blank=True, verbose_name=_("volunteers"), related_name="+")
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("department"), related_name="+"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SpaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("space")
        verbose_name_plural = _("spaces")
        ordering = ["position", "name", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(moderator=None) | Q(deputy=None) | ~Q(moderator=F("deputy")), name="space_deputy_is_another"
            ),
            models.CheckConstraint(condition=~Q(slug__regex=rf"^({RESERVED})$"), name="space_slug_is_free"),
        ]
        permissions = [
            ("moderate_space", _("Can moderate a space")),
            ("moderate_community", _("Can enter the community's review queue")),
            ("answer_as_staff", _("Can answer in the community for the house")),
        ]

    def __str__(self) -> str:
        return in_language(self.name, self.name_pt or self.name)

    @property
    def about(self) -> str:
        """The description in the reader's language."""
        return in_language(self.description, self.description_pt or self.description)

    @property
    def house_rules(self) -> str:
        """The rules in the reader's language."""
        return in_language(self.rules or self.rules_pt, self.rules_pt or self.rules)
