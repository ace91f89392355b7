"""The house's addresses, and a page that uses every element, for the browser tests."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from engagement.config.urls import handler400, handler403, handler404, handler500
from engagement.config.urls import urlpatterns as house
from engagement.ui.toasts import toast
from engagement.village.access import requires

__all__ = ["handler400", "handler403", "handler404", "handler500"]

PAGE = """{% extends "base.html" %}{% load ui %}
{% block title %}Sample{% endblock %}
{% block room %}
  <h1>Sample</h1>
  <div class="columns inbox">
    <section class="column list" aria-label="List">
      <div data-shortcut-rows="focus"><a class="row" href="#1">One</a><a class="row" href="#2">Two</a></div>
      <column-splitter class="splitter" data-column="views" data-min="100" data-max="400" aria-label="Width">
      </column-splitter>
    </section>
    <section class="column thread" aria-label="Thread">
      <p id="part" data-live-topic="conversation:1" data-live-seq="3" hx-get="/sample/part/"
        hx-trigger="live:changed">first</p>
      <presence-list data-live-presence="conversation:1" data-me="7" data-viewing="{name} is looking"
        data-typing="{name} is writing"></presence-list>
      <button class="button" type="button" data-shortcut="search" data-command="Zoom in"
        hx-post="/sample/toast/" hx-swap="none">Say</button>
      <button class="button" type="button" id="fail" hx-post="/sample/nowhere/" hx-swap="none">Fail</button>
      <button class="button" type="button" id="erase" hx-post="/sample/toast/" hx-swap="none"
        hx-confirm="It is gone then." data-confirm-title="Erase Ana?" data-confirm-verb="Erase">Erase</button>
      <message-composer data-draft-url="/sample/draft/" data-topic="conversation:1">
        <form class="composer" method="post" action="/sample/send/">{% csrf_token %}
          <input type="hidden" name="kind" value="reply">
          <p class="banner" data-connection-banner hidden>No connection</p>
          <button class="button" type="button" data-kind="reply">Reply</button>
          <button class="button" type="button" data-kind="note">Note</button>
          <div data-only="reply" data-recipients="to"><input data-add-recipient type="email" aria-label="Add"></div>
          <label for="text">Text</label><textarea class="composer__text" id="text" name="text"></textarea>
          <span data-draft-state data-saved="Saved" data-unsaved="Not saved"></span>
          <button class="button" type="submit" data-send>Send</button>
          {% include "components/recipient_chip.html" %}
        </form>
      </message-composer>
    </section>
  </div>
{% endblock %}"""
seen: list[dict[str, Any]] = []


@requires()
def sample(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


@requires()
def part(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        '<p id="part" data-live-topic="conversation:1" data-live-seq="9" hx-get="/sample/part/" '
        'hx-trigger="live:changed">second</p>'
    )


@requires()
def say(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(status=204)
    toast(response, "Done, Ana is told", undo_url="/sample/toast/")
    return response


@requires()
def draft(request: HttpRequest) -> HttpResponse:
    seen.append({name: request.POST.getlist(name) for name in request.POST})
    return HttpResponse(status=204)


urlpatterns = [
    path("sample/", sample),
    path("sample/part/", part),
    path("sample/toast/", say),
    path("sample/draft/", draft),
    *house,
]
