"""How far a cell of the matrix is: from 0 (absent) to 5 (customer-first), from what its items answer.

0 absent: nothing can be judged yet · 1 reactive: less than half passes · 2 managed: at least half · 3 connected: at
least three quarters · 4 optimised: everything · 5 customer-first: everything, every day for thirty days, nothing
waived. What is waived counts as not passing.
"""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from engagement.operations.models import Outcome

LEVELS = (_("absent"), _("reactive"), _("managed"), _("connected"), _("optimised"), _("customer-first"))
KEPT_DAYS = 30


def score(*, outcomes: Sequence[str], passed_days: int) -> int:
    """Return the level of a cell.

    ``outcomes``: one for each of its items. ``passed_days``: for how many days in a row all of them have passed.
    """
    judged = [outcome for outcome in outcomes if outcome != Outcome.INSUFFICIENT]
    if not judged:
        return 0
    share = sum(outcome == Outcome.PASS for outcome in outcomes) / len(outcomes)
    if share == 1:
        return 5 if passed_days >= KEPT_DAYS else 4
    if share >= 0.75:
        return 3
    return 2 if share >= 0.5 else 1
