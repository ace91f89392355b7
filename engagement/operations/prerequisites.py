"""What an item of the operating model cannot be measured without, while the product does not have it.

An item names one of these codes; who reads its answer is told what is missing, in their language.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engagement.operations.checklist import Item
from engagement.operations.models import Answer

PREREQUISITES: Mapping[str, Any] = {
    "message_classification": _("Topic and sentiment of messages are not recognized yet; only the language is."),
    "satisfaction_surveys": _("No satisfaction survey is sent after a conversation is resolved yet."),
    "service_level_alerts": _("No alert is sent before a service level is breached yet; what is overdue is shown."),
    "bots": _("No bot answers customers yet, so that none can hand over to a person."),
    "conversion_tracking": _("Conversions are not recorded yet; a campaign declares only how it would count them."),
    "asset_library": _("Images and files have no license and no expiry date yet: there is no asset library."),
    "template_statistics": _("Edits of a template before sending, and satisfaction with it, are not recorded yet."),
    "expiry_warnings": _("Content has no expiry date yet, so that nobody can be warned 30, 7 and 1 days before it."),
    "scheduled_posts": _("Posts to social networks cannot be scheduled yet."),
}


def describe_missing(item: Item, answer: Answer | None) -> str:
    """Say why an item has not enough data: what the product lacks, what failed, or how much there is of how much."""
    if item.needs:
        return str(PREREQUISITES[item.needs])
    if answer is None:
        return gettext("It was never counted yet.")
    if answer.error:
        return gettext("It could not be measured: the database did not answer in time, or refused.")
    if answer.rows:
        values = {"rows": answer.rows, "least": item.least}
        if answer.rows < item.least:
            return gettext("Too little to judge: %(rows)d of at least %(least)d.") % values
        return gettext("Too little to judge: there is nothing to compare yet.")
    return gettext("Nothing that it speaks about exists yet.")
