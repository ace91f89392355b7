"""Roles: what each is for, what it may do, who has it; copies as new roles."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from engagement.setup.role_words import (
    PermissionGroup,
    offered_permissions,
    permission_groups,
)
from engagement.sorting import by_name
from engagement.ui.stale_forms import StaleCheckModelForm
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of, record
from engagement.village.models import Role, User
from engagement.village.role_descriptions import DESCRIPTIONS, describe_role
from engagement.village.roles import ADMINISTRATOR

MAX_PEOPLE = 100


class RoleForm(StaleCheckModelForm):
    """A role's names, its sentence, and what it may do, by area."""

    class Meta:
        model = Role
        fields = ("name", "name_pt", "description", "description_pt")

    def __init__(self, *args: Any, groups: list[PermissionGroup], granted: set[int], **options: Any) -> None:
        super().__init__(*args, **options)
        self.groups = groups
        for group in groups:
            own = [key for key, _words in group.choices if key in granted]
            self.fields[f"may_{group.name}"] = forms.MultipleChoiceField(
                label=group.label,
                choices=group.choices,
                required=False,
                initial=own,
                widget=forms.CheckboxSelectMultiple,
            )

    @property
    def wanted(self) -> set[int]:
        """The keys of the permissions that were chosen."""
        return {int(key) for group in self.groups for key in self.cleaned_data.get(f"may_{group.name}", ())}


class CopyForm(forms.Form):
    """A new role, as a copy of another one."""

    name = forms.CharField(label=gettext_lazy("Name in English"), max_length=100)
    name_pt = forms.CharField(label=gettext_lazy("Name in Portuguese"), max_length=100)
    copied = forms.ModelChoiceField(
        Role.objects.order_by("position", "slug"),
        label=gettext_lazy("Begin as a copy of"),
        empty_label=None,
        to_field_name="slug",
    )


@requires("village.view_role")
@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Every role with its sentence and how many people have it."""
    rows = Role.objects.annotate(people=Count("group__user", filter=Q(group__user__is_active=True)))
    found = [(role, describe_role(role)) for role in rows.order_by("position", "slug")]
    return render(request, "setup/roles.html", {"roles": found})


@requires("village.change_role")
@require_http_methods(["GET", "POST"])
def new_role(request: HttpRequest) -> HttpResponse:
    """A copy of a role under a name of its own."""
    form = CopyForm(request.POST or None, initial={"copied": request.GET.get("copied", "agent")})
    if request.method == "POST" and form.is_valid():
        source: Role = form.cleaned_data["copied"]
        name, name_pt = form.cleaned_data["name"].strip(), form.cleaned_data["name_pt"].strip()
        try:
            with transaction.atomic():
                group = Group.objects.create(name=name)
                group.permissions.set(source.group.permissions.all())
                slug = slugify(name)[:50] or f"role-{group.pk}"
                last = Role.objects.order_by("-position").values_list("position", flat=True).first() or 0
                made = Role.objects.create(
                    group=group,
                    slug=slug,
                    name=name,
                    name_pt=name_pt,
                    position=last + 1,
                    description=source.description,
                    description_pt=source.description_pt,
                )
                _record(request, "role.made", made, {"copied": source.slug})
        except IntegrityError:
            form.add_error("name", _("There is a role of this name. Choose another one."))
        else:
            messages.success(request, _("The role is made. Choose what it may do."))
            return redirect("setup:role", made.slug)
    return render(request, "setup/new_role.html", {"form": form}, status=422 if form.errors else 200)


@requires("village.view_role")
@require_http_methods(["GET", "POST"])
def role(request: HttpRequest, slug: str) -> HttpResponse:
    """One role; POST changes it."""
    may_change = request.user.has_perm("village.change_role")
    if request.method == "POST" and not may_change:
        return HttpResponse(status=403)
    groups = permission_groups()
    if request.method == "POST":
        with transaction.atomic():
            shown = get_object_or_404(Role.objects.select_for_update(of=("self",)), slug=slug)
            form = RoleForm(request.POST, instance=shown, groups=groups, granted=_granted(shown))
            if form.is_valid():
                _refuse_locking_out(form, shown)
            if not form.errors:
                _save(request, form, shown)
        if not form.errors:
            messages.success(request, _("Saved. It holds from now on, everywhere."))
            return redirect("setup:role", slug)
    else:
        shown = get_object_or_404(Role, slug=slug)
        form = RoleForm(instance=shown, groups=groups, granted=_granted(shown))
    people = User.objects.filter(groups__role=shown, is_active=True).order_by(*by_name())
    context = {
        "role": shown,
        "form": form,
        "areas": [form[f"may_{group.name}"] for group in groups],
        "people": people[:MAX_PEOPLE],
        "description": describe_role(shown),
        "shipped": DESCRIPTIONS.get(shown.slug, ""),
        "may_change": may_change,
    }
    return render(request, "setup/role.html", context, status=422 if form.errors else 200)


def _granted(shown: Role) -> set[int]:
    return set(shown.group.permissions.values_list("pk", flat=True))


def _refuse_locking_out(form: RoleForm, shown: Role) -> None:
    """Keep with administrators what they need to give permissions back."""
    if shown.slug != ADMINISTRATOR:
        return
    needed = ("view_user", "change_user", "view_role", "change_role")
    rows = Permission.objects.filter(content_type__app_label="village", codename__in=needed)
    if set(rows.values_list("pk", flat=True)) - form.wanted:
        form.add_error("may_village", _("Administrators keep seeing and changing people and roles."))


def _save(request: HttpRequest, form: RoleForm, shown: Role) -> None:
    form.save()
    ours = {permission.pk: permission for permission in offered_permissions()}
    before = _granted(shown) & ours.keys()
    added, taken = form.wanted - before, before - form.wanted
    shown.group.permissions.add(*added)
    shown.group.permissions.remove(*taken)
    if added or taken:
        detail = {"added": _names(ours, added), "taken": _names(ours, taken)}
        _record(request, "role.permissions_changed", shown, detail)
    words = [name for name in form.changed_data if not name.startswith("may_")]
    if words:
        _record(request, "role.changed", shown, {"fields": sorted(words)})


def _names(ours: dict[int, Permission], keys: set[int]) -> list[str]:
    return sorted(f"{ours[key].content_type.app_label}.{ours[key].codename}" for key in keys)


def _record(request: HttpRequest, action: str, subject: Role, detail: dict[str, Any]) -> None:
    now, origin = timezone.now(), origin_of(request)
    record(actor=person_of(request), action=action, subject=subject, now=now, detail=detail, origin=origin)
