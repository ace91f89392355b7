"""What there is to say of one subject and its customer, in one statement: most have no task, no handoff at all."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from engagement import statements

_AROUND = """
WITH person AS (SELECT key FROM profiles_profile WHERE key = %(profile)s OR canonical_id = %(profile)s)
SELECT
  (SELECT key FROM collaboration_handoff WHERE subject_type = %(kind)s AND subject_id = %(subject)s
     ORDER BY key DESC LIMIT 1),
  (SELECT key FROM collaboration_handoff WHERE subject_type = %(kind)s AND subject_id = %(subject)s
     AND state = 'offered'),
  EXISTS (SELECT FROM collaboration_task WHERE subject_type = %(kind)s AND subject_id = %(subject)s),
  (SELECT key FROM collaboration_coordination WHERE profile_id IN (SELECT key FROM person) AND until IS NULL
     ORDER BY key DESC LIMIT 1),
  ARRAY(SELECT from_department_id FROM collaboration_handoff
        WHERE profile_id IN (SELECT key FROM person) AND state IN ('accepted', 'completed')
        AND from_department_id IS NOT NULL
        UNION SELECT to_department_id FROM collaboration_handoff
        WHERE profile_id IN (SELECT key FROM person) AND state IN ('accepted', 'completed'))
"""


class Around(NamedTuple):
    """Keys of what there is. ``handoff`` is the newest; ``departments`` took the customer or gave them on."""

    handoff: UUID | None
    offer: UUID | None
    has_tasks: bool
    coordination: UUID | None
    departments: Sequence[UUID]


def around(*, subject_type: str, subject_id: UUID, profile_id: UUID) -> Around:
    """Return what there is around a subject and the customer whose (canonical) profile is given. One query."""
    values = {"kind": subject_type, "subject": subject_id, "profile": profile_id}
    return Around(*statements.rows(_AROUND, values)[0])
