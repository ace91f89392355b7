"""Addresses of the blueprint, of requirements and of the report; part of the operating model's."""

from django.urls import path

from engagement.operations.views import blueprint, components, report, requirements

urlpatterns = [
    path("report/", report.report, name="report"),
    path("blueprint/", blueprint.blueprint, name="blueprint"),
    path("blueprint/reference/", blueprint.reference, name="blueprint-reference"),
    path("blueprint/sources/", blueprint.sources, name="blueprint-sources"),
    path("blueprint/blueprint.mmd", blueprint.mermaid, name="blueprint-mermaid"),
    path("blueprint/print/", blueprint.paper, name="blueprint-print"),
    path("blueprint/versions/", blueprint.versions, name="blueprint-versions"),
    path("blueprint/versions/<int:number>/", blueprint.version, name="blueprint-version"),
    path("blueprint/components/new/", components.new, name="component-new"),
    path("blueprint/components/<uuid:pk>/", components.component, name="component"),
    path("blueprint/components/<uuid:pk>/edit/", components.edit, name="component-edit"),
    path("blueprint/components/<uuid:pk>/deletion/", components.deletion, name="component-deletion"),
    path("blueprint/components/<uuid:pk>/restoration/", components.restoration, name="component-restoration"),
    path("blueprint/components/<uuid:pk>/comments/", components.comments, name="component-comments"),
    path("blueprint/components/<uuid:pk>/builders/", components.builders, name="component-builders"),
    path("blueprint/links/new/", components.new_link, name="link-new"),
    path("blueprint/links/<uuid:pk>/", components.link, name="link"),
    path("blueprint/links/<uuid:pk>/deletion/", components.link_deletion, name="link-deletion"),
    path("requirements/", requirements.requirements, name="requirements"),
    path("requirements/new/", requirements.new, name="requirement-new"),
    path("requirements/<uuid:pk>/", requirements.requirement, name="requirement"),
    path("requirements/<uuid:pk>/edit/", requirements.edit, name="requirement-edit"),
    path("requirements/<uuid:pk>/deletion/", requirements.deletion, name="requirement-deletion"),
    path("requirements/<uuid:pk>/comments/", requirements.comments, name="requirement-comments"),
    path("requirements/<uuid:pk>/waiver/", requirements.waiver, name="requirement-waiver"),
    path("requirements/<uuid:pk>/ask/", requirements.ask, name="requirement-ask"),
]
