"""Addresses of the inbox; mounted at ``/inbox/``. Nouns; a form that cannot say DELETE posts ``_method=delete``."""

from django.urls import path, register_converter

from conversations.views import (
    attachments,
    attention,
    beginning,
    customers,
    drafts,
    frames,
    handing_over,
    inbox,
    labels,
    menus,
    notes,
    originals,
    queues,
    reading,
    replies,
    standing,
)


class ViewConverter:
    """The name of a list: ``all``, ``mine``, ``queue:workshop``."""

    regex = "(?:mine|unassigned|all|mentions|snoozed|resolved|late|due|queue:[-a-zA-Z0-9_]{1,60})"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ViewConverter, "listview")

app_name = "conversations"
urlpatterns = [
    path("", inbox.front, name="inbox"),
    path("views/", inbox.views, name="views"),
    path("<listview:view>/", inbox.listing, name="list"),
    path("<listview:view>/<uuid:pk>/", inbox.thread, name="thread"),
    path("<uuid:pk>/", inbox.anywhere, name="conversation"),
    path("labels/", labels.labels, name="labels"),
    path("labels/<uuid:pk>/", labels.label, name="label"),
    path("queues/", queues.queues, name="queues"),
    path("queues/new/", queues.new_queue, name="new-queue"),
    path("queues/<uuid:pk>/", queues.queue, name="queue-desk"),
    path("queues/<uuid:pk>/workers/", queues.workers, name="queue-workers"),
    path("people/<uuid:pk>/", beginning.conversations, name="person"),
    path("<uuid:pk>/closure/", standing.closure, name="closure"),
    path("<uuid:pk>/changes/<uuid:entry>/undo/", standing.undo, name="undo"),
    path("<uuid:pk>/complaint/", standing.complaint, name="complaint"),
    path("<uuid:pk>/waiting/", standing.waiting, name="waiting"),
    path("<uuid:pk>/snooze/", standing.snooze, name="snooze"),
    path("<uuid:pk>/assignment/", standing.assignment, name="assignment"),
    path("<uuid:pk>/queue/", standing.queue, name="queue"),
    path("<uuid:pk>/labels/", labels.conversation_labels, name="conversation-labels"),
    path("<uuid:pk>/handoff/", handing_over.handoff, name="handoff"),
    path("<uuid:pk>/tasks/", handing_over.tasks, name="tasks"),
    path("<uuid:pk>/coordination/", handing_over.coordination, name="coordination"),
    path("<uuid:pk>/open/", handing_over.open_now, name="open-now"),
    path("<uuid:pk>/split/", standing.split, name="split"),
    path("<uuid:pk>/menus/<slug:name>/", menus.menu, name="menu"),
    path("<uuid:pk>/replies/", replies.replies, name="replies"),
    path("<uuid:pk>/replies/<uuid:message>/", replies.reply, name="reply"),
    path("<uuid:pk>/notes/", notes.notes, name="notes"),
    path("<uuid:pk>/drafts/", drafts.drafts, name="drafts"),
    path("<uuid:pk>/drafts/<slug:kind>/", drafts.draft, name="draft"),
    path("<uuid:pk>/read/", reading.read, name="read"),
    path(
        "<uuid:pk>/messages/<uuid:message>/sections/<int:section>/reply/",
        customers.original_sender,
        name="original-sender",
    ),
    path("<uuid:pk>/messages/<uuid:message>/sections/<int:section>/customer/", customers.customer, name="customer"),
    path("<uuid:pk>/html/<uuid:message>/", frames.html, name="html"),
    path("<uuid:pk>/original/<uuid:message>/", originals.original, name="original"),
    path("<uuid:pk>/original/<uuid:message>/source/", originals.original_source, name="original-source"),
    path("attachments/", attachments.upload, name="upload"),
    path("attachments/<uuid:pk>/", attachments.download, name="attachment"),
    path("attention/", attention.attention, name="attention"),
    path("attention/bulk/", attention.bulk, name="attention-bulk"),
    path("attention/undo/", attention.undo, name="attention-undo"),
    path("attention/inbound/<uuid:pk>/inbox/", attention.put, name="put-into-inbox"),
    path("attention/sends/<uuid:pk>/again/", attention.send_again, name="send-again"),
    path("attention/sends/<uuid:pk>/settlement/", attention.settle_send, name="settle-send"),
    path("attention/wishes/<uuid:pk>/decision/", attention.wish, name="wish"),
    path("attention/inbound/<uuid:pk>/", attention.raw, name="raw"),
    path("attention/inbound/<uuid:pk>/source/", attention.source, name="raw-source"),
    path("attention/inbound/<uuid:pk>/replay/", attention.replay, name="replay"),
    path("attention/inbound/<uuid:pk>/settlement/", attention.settle_raw, name="settle-raw"),
]
