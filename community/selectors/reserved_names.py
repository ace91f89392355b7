"""What no member may be called: the organization, the colleagues, the roles; and who looks like whom."""

from community.models import Member
from community.names import Reserved, folded, is_plain, reserve, skeleton
from community.people import memberships_of
from engagement.organization.current import current_organization
from engagement.village.models import Role, User

PRODUCT = "Vilarejo"


def reserved_names() -> Reserved:
    """Return the names of the organization, of everybody who works here, and of the roles. Two queries."""
    people = User.objects.filter(is_active=True).order_by("key").values_list("name", flat=True)
    roles = Role.objects.order_by("pk").values_list("name", "name_pt")
    return reserve(
        brands=[current_organization().display_name, PRODUCT],
        people=people,
        roles=[name for both in roles for name in both],
    )


def is_look_alike(*, name: str, member: Member) -> bool:
    """Say whether a name only looks like another member's, spelled with other letters.

    Two people may have the same name, and are told apart by the handle that stands beside it; a name that is another
    one's in disguise (letters of several scripts, digits for letters) is nobody's.
    """
    same = Member.objects.filter(name_skeleton=skeleton(name)).exclude(pk__in=memberships_of(member))
    others = same.order_by("key").values_list("display_name", flat=True)[:50]
    return not is_plain(name) and any(folded(other) != folded(name) for other in others)
