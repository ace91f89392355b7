"""Staff, departments, roles, the audit trail."""

from engagement.village.models.audit import AuditEntry
from engagement.village.models.people import Department, PermissionOffer, Role, User

__all__ = ["AuditEntry", "Department", "PermissionOffer", "Role", "User"]
