import logging

from django.db import migrations

from engagement.channels.sealed import Unreadable

log = logging.getLogger(__name__)
_TLS = {"tls": "always", "starttls": "required", "none": "never"}


def unite_shapes(apps, schema_editor):
    """Bring mailboxes that were entered for the poller (security, user and password at the top) into the one shape that
    the form writes. Safe to repeat.
    """
    channels = apps.get_model("engagement_channels", "Channel").objects
    for channel in channels.filter(kind="email", settings__has_key="imap").defer("credentials").iterator():
        imap = channel.settings.get("imap")
        if not isinstance(imap, dict) or not imap.get("host"):
            continue
        if "security" in imap:
            security = str(imap.pop("security"))
            imap.setdefault("tls", _TLS.get(security, "always"))
            imap.setdefault("port", 993 if imap["tls"] == "always" else 143)
        elif "start" not in imap:  # entered in the form, and never fetched
            imap |= {"start": "new", "since": channel.created_at.isoformat()}
        channels.filter(pk=channel.pk).update(settings=channel.settings)
        try:
            channel.refresh_from_db(fields=["credentials"])
        except Unreadable:
            log.warning("the credentials of channel %s cannot be opened and stay as they are", channel.pk)
            continue
        kept = dict(channel.credentials or {})
        if isinstance(kept.get("user"), str) or isinstance(kept.get("password"), str):
            own = {"user": kept.pop("user", ""), "password": kept.pop("password", "")}
            kept.setdefault("imap", own)
            channel.credentials = kept
            channel.save(update_fields=["credentials"])


class Migration(migrations.Migration):
    dependencies = [
        ("engagement_channels", "0019_channel_tests"),
    ]

    operations = [
        migrations.RunPython(unite_shapes, migrations.RunPython.noop),
    ]
