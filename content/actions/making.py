"""Make a template, change what it is, put it away."""

from datetime import datetime

from django.db import transaction

from content.layouts import layout_of
from content.models import Draft, Template
from engagement.channels.models import Channel
from engagement.sorting import by_localized_name
from engagement.village.audit import record
from engagement.village.models import Department, User


@transaction.atomic
def make(
    *,
    name: str,
    kind: str,
    purpose: str,
    source_locale: str,
    layout: str,
    channel: Channel | None,
    author: User,
    now: datetime,
) -> Template:
    """Make a template with its first draft, from a starting layout (``content.layouts``). It is the author's."""
    template = Template.objects.create(
        name=name,
        kind=kind,
        purpose=purpose,
        source_locale=source_locale,
        channel=channel,
        owner=author,
        department=author.departments.order_by(*by_localized_name()).first(),
        created_at=now,
        edited_at=now,
        edited_by=author,
    )
    words = layout_of(kind=kind, layout=layout, locale=source_locale)
    Draft.objects.create(
        template=template,
        locale=source_locale,
        updated_at=now,
        updated_by=author,
        contributor_ids=[str(author.pk)],
        **words,
    )
    return template


@transaction.atomic
def change(
    *,
    template: Template,
    name: str,
    purpose: str,
    channel: Channel | None,
    owner: User,
    department: Department | None,
    actor: User,
    now: datetime,
) -> Template:
    """Change what a template is called, what for, from where and whose. The next saved revision covers the change."""
    current = Template.objects.lock(template.pk)
    current.name, current.purpose, current.channel = name, purpose, channel
    current.owner, current.department = owner, department
    current.edited_at, current.edited_by = now, actor
    current.save(update_fields=["name", "purpose", "channel", "owner", "department", "edited_at", "edited_by"])
    record(actor=actor, action="template.changed", subject=current, now=now)
    return current


@transaction.atomic
def put_away(*, template: Template, actor: User, now: datetime) -> Template:
    """Take a template out of the lists. What was sent and approved stays. Safe to repeat."""
    return _keep(template, now if template.archived_at is None else template.archived_at, actor=actor, now=now)


@transaction.atomic
def take_back(*, template: Template, actor: User, now: datetime) -> Template:
    """Bring a template back into the lists. Safe to repeat."""
    return _keep(template, None, actor=actor, now=now)


def _keep(template: Template, archived_at: datetime | None, *, actor: User, now: datetime) -> Template:
    current = Template.objects.lock(template.pk)
    if (current.archived_at is None) != (archived_at is None):
        current.archived_at = archived_at
        current.save(update_fields=["archived_at"])
        action = "template.restored" if archived_at is None else "template.archived"
        record(actor=actor, action=action, subject=current, now=now)
    return current
