"""The administration: people, roles, departments, and the audit trail to read. Every change is audited.

It is entered through the same sign-in as everything else, with its pauses and its second factor. People are
invited, given roles and let go on their own pages; what is here is the rest.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from engagement.ui.administration import SafeSaveAdmin
from engagement.ui.stale_forms import StaleCheckModelForm
from engagement.village.audit import origin_of, record
from engagement.village.models import AuditEntry, Department, Role, User

# The administration's own pages (django-unfold with Alpine.js) evaluate expressions and set styles in attributes.
# Scripts written into the page stay forbidden here too; all other pages keep the strict policy.
_LOOSER = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]}
_admin_view = admin.site.admin_view


def admin_view(view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
    """Return a view of the administration with the policy that its pages need."""
    looser: Callable[..., Any] = csp_update(_LOOSER)(_admin_view(view, cacheable))
    return looser


def may_enter(request: HttpRequest) -> bool:
    """Let in whom an administrator made staff, and active people who may add or change something whose administration
    says ``opens_administration``. Inside, each sees only what their permissions allow.
    """
    if _is_staff(request):
        return True
    return request.user.is_active and any(
        one.has_add_permission(request) or one.has_change_permission(request)
        for one in admin.site._registry.values()
        if getattr(one, "opens_administration", False)
    )


_is_staff = admin.site.has_permission
admin.site.has_permission = may_enter  # type: ignore[method-assign]
admin.site.admin_view = admin_view  # type: ignore[assignment, method-assign]
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

OURS = {"engagement", "collaboration", "content", "conversations", "community", "campaigns"}

# What packages register would change people and their sign-in without a word in the audit trail.
for model in (Group, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class NothingGoes(SafeSaveAdmin):
    """Nothing is deleted here: what stands in the audit trail keeps its name."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False."""
        return False


class UserForm(StaleCheckModelForm):
    """A person, their address in small letters."""

    class Meta:
        model = User
        fields = ("name", "email", "language", "time_zone", "is_staff", "is_superuser")

    def clean_email(self) -> str:
        """Return the address the way it is kept and compared."""
        email: str = self.cleaned_data["email"]
        return email.strip().lower()


@admin.register(User)
class UserAdmin(NothingGoes):
    """A person's name, address, language and zone; and, for those with all permissions, who else has them."""

    form = UserForm
    list_display = ("name", "email", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "groups", "departments")
    search_fields = ("name", "email")
    ordering = ("name", "key")
    fields = ("name", "email", "language", "time_zone", "is_active", "is_staff", "is_superuser", "last_login")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: people are invited."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody with fewer rights changes somebody who has them all."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.is_superuser or request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Return what has a page of its own, and what only those with all permissions may give."""
        closed = ("is_active", "last_login")
        return closed if request.user.is_superuser else (*closed, "is_staff", "is_superuser")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save and audit; a new address replaces the one that allauth knows."""
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).delete()
            EmailAddress.objects.create(user=obj, email=obj.email, verified=True, primary=True)
        detail = {name: [str(form.initial.get(name)), str(form.cleaned_data[name])] for name in form.changed_data}
        _note(request, "person.changed", obj, detail)


class RoleForm(StaleCheckModelForm):
    """A role with the permissions of its group."""

    permissions = forms.ModelMultipleChoiceField(
        Permission.objects.select_related("content_type").order_by("content_type__app_label", "codename"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=pgettext_lazy("permission", "may"),
    )

    class Meta:
        model = Role
        fields = ("name", "name_pt", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["permissions"]
        field.queryset = field.queryset.filter(content_type__app_label__in=_our_apps())  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["permissions"] = self.instance.group.permissions.all()


@admin.register(Role)
class RoleAdmin(NothingGoes):
    """What a role is called and what it may do everywhere. Grants on one thing are given on that thing's page."""

    form = RoleForm
    list_display = ("name", "name_pt", "position")
    ordering = ("position", "slug")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: the village has the roles that it has."""
        return False

    def save_model(self, request: HttpRequest, obj: Role, form: Any, change: bool) -> None:
        """Save and audit what was given and what was taken."""
        before = set(obj.group.permissions.filter(content_type__app_label__in=_our_apps()))
        super().save_model(request, obj, form, change)
        after = set(form.cleaned_data["permissions"])
        if before != after:
            obj.group.permissions.add(*(after - before))
            obj.group.permissions.remove(*(before - after))
            detail = {"added": _names(after - before), "taken": _names(before - after)}
            _note(request, "role.permissions_changed", obj, detail)


@admin.register(Department)
class DepartmentAdmin(NothingGoes):
    """A department's names."""

    list_display = ("name", "name_pt", "slug")
    ordering = ("name", "key")
    prepopulated_fields = {"slug": ("name",)}

    def save_model(self, request: HttpRequest, obj: Department, form: Any, change: bool) -> None:
        """Save and audit."""
        super().save_model(request, obj, form, change)
        action = "department.changed" if change else "department.added"
        _note(request, action, obj, {"fields": sorted(form.changed_data)})


@admin.register(AuditEntry)
class AuditEntryAdmin(NothingGoes):
    """The audit trail, to read."""

    list_display = ("at", "actor_name", "action", "subject_name", "ip_address")
    search_fields = ("actor_name", "subject_name", "subject_id")
    ordering = ("-key",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        """Return False."""
        return False


def _our_apps() -> list[str]:
    """The labels of our own apps: what packages let people do is not given to roles."""
    return [app.label for app in apps.get_app_configs() if app.name.partition(".")[0] in OURS]


def _names(permissions: set[Permission]) -> list[str]:
    return sorted(f"{one.content_type.app_label}.{one.codename}" for one in permissions)


def _note(request: HttpRequest, action: str, subject: Any, detail: dict[str, Any]) -> None:
    """Django's administration saves in one transaction (``changeform_view``); the entry is part of it."""
    record(
        actor=request.user,  # type: ignore[arg-type]
        action=action,
        subject=subject,
        now=timezone.now(),
        detail=detail,
        origin=origin_of(request),
    )
