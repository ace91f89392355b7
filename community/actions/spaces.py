"""Make spaces and change them."""

from datetime import datetime

from django.db import transaction
from django.forms import ModelForm

from community.actions import trust
from community.models import Space
from engagement.village.audit import record
from engagement.village.models import User


@transaction.atomic
def save_space(*, form: ModelForm[Space], actor: User, now: datetime) -> Space:
    """Write a space as a valid form has it; whoever became or ceased to be a volunteer is looked at again."""
    is_new = form.instance._state.adding
    before = set() if is_new else set(form.instance.volunteers.values_list("pk", flat=True))
    space = form.save()
    after = set(space.volunteers.values_list("pk", flat=True))
    if changed := before ^ after:
        trust.recalculate(members=sorted(changed), now=now)
    action = "community.space_made" if is_new else "community.space_changed"
    record(actor=actor, action=action, subject=space, now=now, detail={"fields": sorted(form.changed_data)})
    return space
