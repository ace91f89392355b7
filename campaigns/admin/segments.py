"""A segment in the administration: its rules, and at once how many people they find."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.forms import Media, Script
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from campaigns.admin.base import MarketersAdmin
from campaigns.models import Segment
from campaigns.segments.fields import fields
from campaigns.segments.rules import BadRules, read
from campaigns.segments.sentences import sentence_of
from campaigns.selectors.estimate import Estimate, estimate
from engagement.ui.stale_forms import StaleCheckModelForm
from engagement.village.access import requires


class RulesWidget(forms.Textarea):
    """The rule builder around the rules as JSON."""

    template_name = "campaigns/admin/rules_widget.html"

    @property
    def media(self) -> Media:
        """Return the module and the styles of the builder."""
        return Media(
            js=[Script("js/campaigns/rule-builder.js", type="module")],  # type: ignore[list-item]
            css={"all": ["css/campaigns-admin.css"]},
        )

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        """Draw it with the house's own templates: those of forms know only what packages bring."""
        return render_to_string(template_name, context)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the fields, where to ask how many, and the answer to what is there now."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        shown = _tree(value)
        return context | {
            "spec": specification(),
            "spec_id": f"rules-of-{name}",
            "estimate_url": reverse("admin:campaigns_segment_estimate"),
            "estimate": estimate(shown, now=timezone.now()) if shown is not None else None,
        }


class RulesField(forms.JSONField):
    """Checked rules, or the sentence that says what is wrong with them."""

    widget = RulesWidget

    def clean(self, value: Any) -> Any:
        """Return the tree. Raises ValidationError."""
        tree = super().clean(value)
        try:
            read(tree)
        except BadRules as error:
            raise forms.ValidationError([str(error)]) from error
        return tree


class SegmentForm(StaleCheckModelForm):
    """Name, purpose and rules."""

    rules = RulesField(label=_("Who is in it"))

    class Meta:
        model = Segment
        fields = ("name", "description", "rules")
        widgets = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 2})}


@admin.register(Segment)
class SegmentAdmin(MarketersAdmin):
    """Who is meant."""

    form = SegmentForm
    subject = "segment"
    list_display = ("name", "who", "owner", "changed_at")
    list_select_related = ("owner",)
    search_fields = ("name", "description")
    ordering = ("name", "key")

    @admin.display(description=_("Who is in it"))
    def who(self, segment: Segment) -> str:
        """Return the rules as a sentence."""
        return sentence_of(segment.rules)

    def get_urls(self) -> list[URLPattern]:
        """Add the page that counts while the rules are being changed."""
        own = path("estimate/", self.admin_site.admin_view(self.estimate), name="campaigns_segment_estimate")
        return [own, *super().get_urls()]

    @requires("campaigns.change_segment")
    def estimate(self, request: HttpRequest) -> HttpResponse:
        """Answer how many people some rules find, and a few; 422 with the sentence when they cannot be asked."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        tree = _tree(request.POST.get("rules", ""))
        found = estimate(tree, now=timezone.now()) if tree is not None else Estimate(error=str(_("This is not JSON.")))
        context = {"estimate": found}
        return render(request, "campaigns/admin/estimate.html", context, status=422 if found.error else 200)


def _tree(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None


def specification() -> list[dict[str, Any]]:
    """Return the fields as the builder reads them, in the active language."""
    return [
        {
            "name": field.name,
            "label": str(field.label),
            "group": str(field.group),
            "options": field.options(),
            "operators": [
                {"name": operator.name, "label": str(operator.label), "takes": operator.takes}
                for operator in field.operators
            ],
        }
        for field in fields().values()
    ]
