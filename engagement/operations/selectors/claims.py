"""What each person claims of the Cs, beside what is measured."""

from dataclasses import dataclass
from uuid import UUID

from engagement.operations.models import Claim
from engagement.operations.selectors.matrix import Matrix
from engagement.sorting import sort_text
from engagement.village.models import User

LEFT, STEP, TOP, PITCH = 176.0, 72.0, 19.0, 26.0
MOST = 12


@dataclass(frozen=True, slots=True)
class Belief:
    """One person's mean claim over the Cs that they judged, and the mean of what is measured in the same Cs.

    The coordinates are those of the chart, in its own units.
    """

    person: User
    role: str
    claimed: float
    measured: float
    y: float

    @property
    def ring(self) -> str:
        """Where the ring of the claim stands."""
        return f"{LEFT + self.claimed * STEP:.1f}"

    @property
    def square(self) -> str:
        """Where the square of the measure begins."""
        return f"{LEFT + self.measured * STEP - 4.5:.1f}"

    @property
    def left(self) -> str:
        """Where the line between both begins."""
        return f"{LEFT + min(self.claimed, self.measured) * STEP:.1f}"

    @property
    def right(self) -> str:
        """Where the line between both ends."""
        return f"{LEFT + max(self.claimed, self.measured) * STEP:.1f}"

    @property
    def y_line(self) -> str:
        """The height of the line."""
        return f"{self.y:.1f}"

    @property
    def y_square(self) -> str:
        """The height of the square's upper edge."""
        return f"{self.y - 4.5:.1f}"

    @property
    def y_text(self) -> str:
        """The height of the name."""
        return f"{self.y + 4:.1f}"


@dataclass(frozen=True, slots=True)
class ClaimsChart:
    """The beliefs, and what the chart around them needs. ``claimed``: the mean of all, None for nobody."""

    beliefs: list[Belief]

    @property
    def claimed(self) -> float | None:
        """The mean of all claims."""
        if not self.beliefs:
            return None
        return sum(belief.claimed for belief in self.beliefs) / len(self.beliefs)

    @property
    def axis_y(self) -> str:
        """Where the lines of the scale end."""
        return f"{TOP + PITCH * len(self.beliefs) - 13:.0f}"

    @property
    def label_y(self) -> str:
        """The height of the numbers below."""
        return f"{TOP + PITCH * len(self.beliefs) + 3:.0f}"

    @property
    def height(self) -> str:
        """The height of the whole."""
        return f"{TOP + PITCH * len(self.beliefs) + 11:.0f}"

    @property
    def scale(self) -> list[tuple[str, int]]:
        """The levels, and where they stand."""
        return [(f"{LEFT + level * STEP:.1f}", level) for level in range(6)]


def beliefs(*, matrix: Matrix) -> list[Belief]:
    """Return the newest claims by person, who is furthest apart first; at most twelve. Two queries."""
    measured = {row.area: row.level for row in matrix.rows}
    newest = Claim.objects.order_by("person_id", "area", "-key").distinct("person_id", "area")
    claims: dict[UUID, dict[str, int]] = {}
    for one in newest:
        claims.setdefault(one.person_id, {})[one.area] = one.level
    people = User.objects.filter(pk__in=claims, is_active=True).prefetch_related("groups__role")
    found = []
    for person in people:
        mine = claims[person.pk]
        claimed = sum(mine.values()) / len(mine)
        same = sum(measured[area] for area in mine) / len(mine)
        found.append((abs(claimed - same), person, claimed, same))
    found.sort(key=lambda one: (-one[0], sort_text(one[1].name)))
    return [
        Belief(person, _role_of(person), claimed, same, TOP + PITCH * place)
        for place, (_apart, person, claimed, same) in enumerate(found[:MOST])
    ]


def _role_of(person: User) -> str:
    roles = [group.role for group in person.groups.all() if hasattr(group, "role")]
    return str(min(roles, key=lambda role: role.position)) if roles else ""


def claims_of(*, person: User) -> dict[str, int]:
    """Return a person's newest claim for each C."""
    newest = Claim.objects.filter(person=person).order_by("area", "-key").distinct("area")
    return dict(newest.values_list("area", "level"))
