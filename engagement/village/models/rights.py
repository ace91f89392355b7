"""What a person may do everywhere: read once a request, by one statement, since every page asks for it first."""

from uuid import UUID

from engagement import statements

_ALL = """
SELECT kind.app_label, permission.codename
FROM auth_permission permission JOIN django_content_type kind ON kind.id = permission.content_type_id
"""
_OWN = f"""
{_ALL} WHERE permission.id IN (
    SELECT granted.permission_id FROM village_user_user_permissions granted WHERE granted.user_id = %(person)s
    UNION ALL
    SELECT granted.permission_id FROM auth_group_permissions granted JOIN village_user_groups member USING (group_id)
    WHERE member.user_id = %(person)s
)
"""  # noqa: S608 - constants


def rights_of(person: UUID, *, is_superuser: bool) -> set[str]:
    """Return ``app_label.codename`` of what is granted to the person, themselves or by a role; of all for a superuser.

    What Django's ModelBackend reads by two statements, each of which it puts together anew.
    """
    found = statements.rows(_ALL, {}) if is_superuser else statements.rows(_OWN, {"person": person})
    return {f"{app_label}.{codename}" for app_label, codename in found}
