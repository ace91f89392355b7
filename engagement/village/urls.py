"""Addresses of this app's pages."""

from django.urls import path

from engagement.village.views import audit, leaving, people, sessions

app_name = "village"
urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/invitation/", people.invitation, name="invitation"),
    path("people/<uuid:pk>/", people.person, name="person"),
    path("people/<uuid:pk>/place/", people.place, name="place"),
    path("people/<uuid:pk>/leaving/", leaving.leaving, name="leaving"),
    path("people/<uuid:pk>/deactivation/", people.deactivation, name="deactivation"),
    path("people/<uuid:pk>/activation/", people.activation, name="activation"),
    path("people/<uuid:pk>/sign-out/", people.sign_out, name="sign-out"),
    path("people/<uuid:pk>/password-link/", people.password_link, name="password-link"),
    path("audit/", audit.trail, name="audit"),
    path("security/", sessions.security, name="security"),
    path("sessions/", sessions.own, name="sessions"),
    path("sessions/others/end/", sessions.end_others, name="end-other-sessions"),
    path("sessions/<int:pk>/end/", sessions.end, name="end-session"),
]
