"""What pages of the administration have in common."""

from typing import Any

from django.contrib.admin.exceptions import DisallowedModelAdminToField
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from engagement.ui.stale_forms import StaleCheckMixin, StaleCheckModelForm


class SafeSaveAdmin(ModelAdmin):  # type: ignore[misc]
    """A save writes the fields that its form showed, and never over a newer state.

    The object is read under a lock when a form is posted (Django runs the post in one transaction), so what decides
    whether it may be changed is its state now. ``form`` is a ``StaleCheckMixin``: what was saved meanwhile is shown,
    the typed values stay. Invalid input is answered with 422, a stale form with 409.
    """

    form = StaleCheckModelForm
    change_form_before_template = "ui/parts/seen_values.html"
    written_with_the_form: tuple[str, ...] = ()  # fields that ``save_model`` sets besides the form's own

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the object; locked until the end of the transaction when its form is posted."""
        if request.method != "POST":
            return super().get_object(request, object_id, from_field)
        model, queryset = self.model, self.get_queryset(request)
        field = model._meta.pk if from_field is None else model._meta.get_field(from_field)
        if field is None:
            raise DisallowedModelAdminToField(f"{model} has no key")
        try:
            key = field.to_python(object_id)
            return queryset.select_for_update(of=("self",), no_key=True).get(**{field.name: key})
        except (model.DoesNotExist, ValidationError, ValueError):
            return None

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form, which refuses what does not say what it showed."""
        made = super().get_form(request, obj, change=change, **kwargs)
        if issubclass(made, StaleCheckMixin):
            made.requires_seen_values = True
        return made

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save; of something that is there already, only the fields that the form changed."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        own = {field.name for field in obj._meta.concrete_fields}
        names = [name for name in form.changed_data if name in own]
        if names:
            obj.save(update_fields=[*names, *self.written_with_the_form])

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Answer 422 to input that is not valid, 409 to a form that is out of date."""
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        form = context["adminform"].form
        if form.is_bound and form.errors:
            response.status_code = 409 if getattr(form, "changed_meanwhile", ()) else 422
        return response


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """Lists and shows; adds, changes and deletes nothing. A million rows are not counted for a heading."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a row by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a row by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes a row by hand."""
        return False
