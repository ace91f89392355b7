"""The front door and the interface's own pages; mounted at the root."""

from django.urls import include, path

from engagement.ui.views import components, home, parts, preferences, session

own = [
    path("band/", parts.band, name="band"),
    path("palette/", parts.palette, name="palette"),
    path("theme/", parts.theme, name="theme"),
    path("language/", parts.language, name="language"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/keys/", preferences.keys, name="keys"),
    path("session/", session.session, name="session"),
    path("components/", components.components, name="components"),
]
urlpatterns = [
    path("", home.home, name="home"),
    path("", include((own, "ui"))),
]
