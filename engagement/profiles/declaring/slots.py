"""What declaring puts on others' pages: the palette, names of the trail."""

from django.utils.translation import gettext_lazy as _

from engagement.ui import commands
from engagement.village import action_names

NAMES = {
    "attribute.declared": _("Declared an attribute of people"),
    "attribute.redefined": _("Changed an attribute of people"),
    "attribute.retired": _("Retired an attribute of people"),
    "attribute.brought_back": _("Brought an attribute of people back"),
    "attribute.forgotten": _("Forgot values whose time was over"),
}


def register() -> None:
    """Called once, when the app is ready."""
    commands.register(
        commands.Command(
            "attributes",
            _("Attributes of people"),
            "tag",
            "profiles:attributes",
            "profiles.view_attributedefinition",
            words=_("custom fields, properties"),
        )
    )
    action_names.register(NAMES)
