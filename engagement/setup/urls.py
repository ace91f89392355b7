"""Addresses of the set-up, the settings and the roles."""

from django.urls import path

from engagement.setup.views import brand, roles, settings, team, wizard

app_name = "setup"
urlpatterns = [
    path("setup/", wizard.begin, name="begin"),
    path("setup/<slug:slug>/", wizard.step, name="step"),
    path("settings/", settings.overview, name="settings"),
    path("settings/organization/<slug:slug>/", settings.section, name="section"),
    path("settings/roles/", roles.roles, name="roles"),
    path("settings/roles/new/", roles.new_role, name="new-role"),
    path("settings/roles/<slug:slug>/", roles.role, name="role"),
    path("settings/team/", team.invite_many, name="team"),
    path("settings/team/<uuid:pk>/invitation/", team.invite_again, name="invite-again"),
    path("organization/logo/<slug:digest>.png", brand.logo, name="logo"),
    path("organization/accent/<slug:color>.css", brand.accent, name="accent"),
]
