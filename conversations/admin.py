"""Queues in the administration. Conversations are worked on in the inbox, never here."""

from django.contrib import admin

from conversations.models import Queue
from engagement.ui.administration import SafeSaveAdmin


@admin.register(Queue)
class QueueAdmin(SafeSaveAdmin):
    """Where conversations wait, which channels lead there, and what is promised."""

    list_display = ("name", "slug", "department", "answer_within", "is_default", "position")
    list_filter = ("department", "is_default")
    search_fields = ("name", "name_pt", "slug")
    autocomplete_fields = ()
    filter_horizontal = ("channels",)
    prepopulated_fields = {"slug": ("name",)}
    ordering = ("position", "name")
