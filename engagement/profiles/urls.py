"""Addresses of this app's pages; mounted at ``/people/``."""

from django.urls import include, path

from engagement.profiles.companies import around_views as around
from engagement.profiles.companies import views as companies
from engagement.profiles.declaring import views as attributes
from engagement.profiles.exporting import views as exporting
from engagement.profiles.views import consents, deals, facts, imports, merging, people, profile, suppressions

app_name = "profiles"
urlpatterns = [
    path("", include("engagement.profiles.identities.urls")),
    path("", include("engagement.profiles.rights.urls")),
    path("", people.people, name="people"),
    path("deals/", deals.deals, name="deals"),
    path("deals/<uuid:pk>/", deals.deal, name="deal"),
    path("deals/<uuid:pk>/hold/", deals.hold, name="hold"),
    path("deals/<uuid:pk>/release/", deals.release, name="release"),
    path("deals/<uuid:pk>/outcome/", deals.outcome, name="outcome"),
    path("companies/", companies.companies, name="companies"),
    path("companies/new/", companies.new_company, name="new-company"),
    path("companies/names/", companies.names, name="company-names"),
    path("companies/<uuid:pk>/", companies.company, name="company"),
    path("companies/<uuid:pk>/facts/", companies.facts, name="company-facts"),
    path("attributes/", attributes.attributes, name="attributes"),
    path("attributes/new/", attributes.declaration, name="attribute-declaration"),
    path("attributes/<slug:slug>/", attributes.attribute, name="attribute"),
    path("attributes/<slug:slug>/retirement/", attributes.retirement, name="attribute-retirement"),
    path("duplicates/", merging.duplicates, name="duplicates"),
    path("duplicates/<uuid:pk>/apart/", merging.apart, name="apart"),
    path("merges/<uuid:pk>/", merging.merged, name="merged"),
    path("merges/<uuid:pk>/undoing/", merging.undoing, name="undoing"),
    path("suppressions/", suppressions.suppressions, name="suppressions"),
    path("suppressions/lists/", suppressions.block_list, name="block-list"),
    path("suppressions/lists/<uuid:pk>/", suppressions.block_list_file, name="block-list-file"),
    path("suppressions/lists/<uuid:pk>/refused/", suppressions.refused_lines, name="block-list-refused"),
    path("suppressions/<uuid:pk>/lifting/", suppressions.lifting, name="lifting"),
    path("export/", exporting.people_export, name="export"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<uuid:pk>/", imports.people_import, name="import"),
    path("imports/<uuid:pk>/reading/", imports.reading, name="import-reading"),
    path("imports/<uuid:pk>/run/", imports.run, name="import-run"),
    path("imports/<uuid:pk>/halt/", imports.halt, name="import-halt"),
    path("imports/<uuid:pk>/undoing/", imports.undoing, name="import-undoing"),
    path("imports/<uuid:pk>/discarding/", imports.discarding, name="import-discarding"),
    path("imports/<uuid:pk>/problems/", imports.problems, name="import-problems"),
    path("<uuid:pk>/", profile.profile, name="profile"),
    path("<uuid:pk>/timeline/", profile.timeline, name="timeline"),
    path("<uuid:pk>/timeline/counts/", profile.counts, name="timeline-counts"),
    path("<uuid:pk>/facts/", facts.facts, name="facts"),
    path("<uuid:pk>/attributes/<slug:slug>/", facts.uncovered, name="uncovered"),
    path("<uuid:pk>/consents/", consents.consents, name="consents"),
    path("<uuid:pk>/around/", around.around, name="around"),
    path("<uuid:pk>/owner/", around.owner, name="owner"),
    path("<uuid:pk>/work/", around.work, name="work"),
    path("<uuid:pk>/work/<uuid:key>/end/", around.work_ended, name="work-ended"),
    path("<uuid:pk>/relations/", around.relation, name="relation"),
    path("<uuid:pk>/household/<uuid:key>/end/", around.moved_out, name="moved-out"),
    path("<uuid:pk>/relations/<uuid:key>/end/", around.relation_ended, name="relation-ended"),
    path("<uuid:pk>/merge/", merging.find_other, name="find-other"),
    path("<uuid:pk>/merge/<uuid:other>/", merging.compare, name="merge"),
    path("<uuid:pk>/deals/", deals.new_deal, name="new-deal"),
]
