"""What the thread says beside a message that was marked."""

from django.utils.translation import gettext_noop


def opt_out_note() -> str:
    """Return the note as it is stored; it is translated on reading."""
    return gettext_noop("Opt-out request. It waits in “Needs attention”: opt them out, or say that it is none.")
