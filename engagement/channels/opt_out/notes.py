"""What the thread says beside a message that was marked."""

from django.utils.translation import gettext as _


def opt_out_note() -> str:
    """Return the note, in the language that is active."""
    return _("Opt-out request. It waits in “Needs attention”: opt them out, or say that it is none.")
