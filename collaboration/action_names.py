"""What this app's acts are called in the audit trail."""

from django.utils.translation import gettext_lazy as _

from engagement.village import action_names


def register() -> None:
    """Called once, when the app is ready."""
    action_names.register(
        {
            "approval.requested": _("Asked for an approval"),
            "approval.approved": _("Approved"),
            "approval.refused": _("Refused an approval"),
            "approval.void": _("An approval became void"),
            "approval.withdrawn": _("Withdrew a request for approval"),
            "approval.expired": _("An approval expired"),
            "approval.revoked": _("An approval was withdrawn"),
            "approval.revoked_for": _("Withdrew an approval"),
            "approval.overdue": _("An approval became overdue"),
            "approval.rule_waived": _("Waived a rule"),
        }
    )
