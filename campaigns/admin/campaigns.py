"""A campaign in the administration: everything that a launch needs. It is launched on its own page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from campaigns.admin.base import MarketersAdmin
from campaigns.draft_times import time_faults
from campaigns.models import Campaign
from campaigns.models.campaign import CURRENCIES, organization_zone
from campaigns.selectors.approved_texts import approved_texts
from engagement.channels.models import Channel
from engagement.sorting import by_name
from engagement.ui.choices import Nothing
from engagement.ui.stale_forms import FIELD as SEEN_VALUES
from engagement.ui.stale_forms import StaleCheckModelForm
from engagement.village.models import User

_NO_TEXT = Nothing(
    _("No text of this kind is approved as marketing yet."), "content:studio", _("Studio"), "content.view_template"
)
_NO_SENDER = Nothing(
    _("No channel sends this yet."), "channels:creation", _("Make a channel"), "engagement_channels.add_channel"
)
NOTHING = {
    "email_template": _NO_TEXT,
    "sms_template": _NO_TEXT,
    "email_channel": _NO_SENDER,
    "sms_channel": _NO_SENDER,
}


class CampaignForm(StaleCheckModelForm):
    """Everything that may be said of a campaign before its launch."""

    currency = forms.ChoiceField(
        label=_("Currency"), choices=[(code, code) for code in CURRENCIES], widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = Campaign
        fields = (
            *("name", "objective", "owner", "budget", "currency", "ends_at"),
            *("segment", "holdout_percent", "holdout_exception", "cap_count", "cap_days"),
            *("plan", "email_template", "email_channel", "sms_template", "sms_channel"),
            *("begins_at", "in_local_time", "attribution", "attribution_days"),
        )
        widgets = {"objective": UnfoldAdminTextareaWidget(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        """Refuse what was launched meanwhile, an end before the beginning, and what is over already."""
        given: dict[str, Any] = super().clean() or {}
        if not self.instance._state.adding and not self.instance.is_draft:
            who = self.instance.launched_by.name if self.instance.launched_by else ""
            self.changed_meanwhile = ("status",)
            self.add_error(
                None, _("%(who)s launched this campaign while you were editing. Nothing was saved.") % {"who": who}
            )
        faults = time_faults(
            begins=given.get("begins_at"),
            ends=given.get("ends_at"),
            in_local_time=bool(given.get("in_local_time")),
            is_new_end="ends_at" in self.changed_data,
            now=timezone.now(),
        )
        for name, sentence in faults.items():
            if name not in self.errors:
                self.add_error(name, sentence)
        return given


@admin.register(Campaign)
class CampaignAdmin(MarketersAdmin):
    """What is sent to whom, when and why."""

    form = CampaignForm
    subject = "campaign"
    change_form_outer_before_template = "campaigns/admin/duplicate.html"
    written_with_the_form = ("changed_at", "begins_zone")
    list_display = ("name", "status", "owner", "segment", "plan", "ends_at")
    list_filter = ("status", "plan")
    list_select_related = ("owner", "segment")
    search_fields = ("name", "objective")
    ordering = ("-key",)
    fieldsets = (
        (_("What for"), {"fields": ("name", "objective", "owner", ("budget", "currency"), "ends_at")}),
        (_("To whom"), {"fields": ("segment", ("holdout_percent", "holdout_exception"), ("cap_count", "cap_days"))}),
        (
            _("With which words"),
            {
                "fields": ("plan", ("email_template", "email_channel"), ("sms_template", "sms_channel")),
                "description": _("Only approved templates are offered. The launch binds the exact approved revision."),
            },
        ),
        (
            _("When"),
            {
                "fields": ("begins_at", "in_local_time"),
                "description": _(
                    "Nobody is written to in the quiet hours of where they live; it waits until these are over."
                ),
            },
        ),
        (_("What counts as its effect"), {"fields": (("attribution", "attribution_days"),)}),
    )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer to duplicate it, also where it is only read."""
        offer = {"duplicates": request.user.has_perm("campaigns.add_campaign"), "duplicated": object_id}
        shown: HttpResponse = super().change_view(request, object_id, form_url, (extra_context or {}) | offer)
        return shown

    def has_change_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        """What was launched is only read here: its page has what can still be done.

        A form that was opened while it was a draft is answered with what was typed, and with what happened meanwhile.
        """
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.is_draft or SEEN_VALUES in request.POST)

    def save_model(self, request: HttpRequest, obj: Campaign, form: Any, change: bool) -> None:
        """Save; a start that was entered is understood in the organization's zone of now."""
        if not change or {"begins_at", "in_local_time"} & set(form.changed_data):
            obj.begins_zone = organization_zone()
        super().save_model(request, obj, form, change)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose whoever makes it as its owner."""
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer approved templates, senders of the right kind, and people who work here."""
        chosen = self._chosen(request, db_field.attname)
        if db_field.name in ("email_template", "sms_template"):
            kwargs["queryset"] = approved_texts(kind=db_field.name.partition("_")[0], chosen=chosen).order_by(
                *by_name()
            )
        elif db_field.name in ("email_channel", "sms_channel"):
            kind = db_field.name.partition("_")[0]
            kwargs["queryset"] = Channel.objects.filter(kind=kind).defer("credentials").order_by(*by_name())
        elif db_field.name == "owner":
            kwargs["queryset"] = User.objects.filter(is_active=True).order_by(*by_name())
        if db_field.name in NOTHING and "queryset" in kwargs and not kwargs["queryset"].exists():
            kwargs["help_text"] = _said(NOTHING[db_field.name], request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Leave out the buttons that lead to other models' forms: whoever is here may not enter most of them."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.is_relation and field is not None:
            widget = field.widget
            for name in ("can_add_related", "can_change_related", "can_view_related", "can_delete_related"):
                if hasattr(widget, name) and (db_field.name != "segment" or name == "can_delete_related"):
                    setattr(widget, name, False)
        return field

    def _chosen(self, request: HttpRequest, attname: str) -> Any:
        """What the campaign that is being edited has already; it stays on offer."""
        key = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        if not key:
            return None
        return Campaign.objects.filter(pk=key).values_list(attname, flat=True).first()

    def view_on_site(self, obj: Campaign) -> str:
        """Return the campaign's page."""
        return _page(obj)

    def response_add(self, request: HttpRequest, obj: Campaign, post_url_continue: str | None = None) -> HttpResponse:
        """Lead to the campaign's page, which says what is still missing."""
        return self._respond(request, obj, super().response_add(request, obj, post_url_continue))

    def response_change(self, request: HttpRequest, obj: Campaign) -> HttpResponse:
        """Lead to the campaign's page, which says what is still missing."""
        return self._respond(request, obj, super().response_change(request, obj))

    def _respond(self, request: HttpRequest, obj: Campaign, usual: HttpResponse) -> HttpResponse:
        return HttpResponseRedirect(_page(obj)) if "_save" in request.POST else usual


def _said(nothing: Nothing, request: HttpRequest) -> Any:
    """Why there is nothing to choose, with the way to where it is made for who may."""
    if not request.user.has_perm(nothing.permission):
        return nothing.says
    return format_html('{} <a href="{}">{}</a>', nothing.says, reverse(nothing.url_name), nothing.action)


def _page(campaign: Campaign) -> str:
    return reverse("campaigns:campaign", args=[campaign.pk])
