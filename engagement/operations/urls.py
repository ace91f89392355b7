"""Addresses of the operating model."""

from django.urls import include, path

from engagement.operations.blueprint_urls import urlpatterns as blueprint_urls
from engagement.operations.views import item, model, rows, value

app_name = "operations"
urlpatterns = [
    *blueprint_urls,
    path("", model.model, name="model"),
    path("count/", model.counting, name="count"),
    path("claims/", model.claims, name="claims"),
    path("rows/", rows.rows, name="rows"),
    path("asks/", rows.ask, name="ask"),
    path("asks/about/", rows.ask_about, name="ask-about"),
    path("items/<str:name>/", item.item, name="item"),
    path("items/<str:name>/target/", item.target, name="target"),
    path("items/<str:name>/waiver/", item.waiver, name="waiver"),
    path("items/<str:name>/waiver/end/", item.waiver_end, name="waiver-end"),
    path("value/new/", value.new, name="value-new"),
    path("value/<uuid:case>/", value.case, name="value"),
    path("value/<uuid:case>/correction/", value.correction, name="value-correction"),
    path("value/entries/<uuid:pk>/signature/", value.signature, name="value-signature"),
    path("adoption/", include("engagement.operations.adoption_urls")),
    path("plan/", include("engagement.operations.plan_urls")),
    path("", include("engagement.operations.method_urls")),
    path("<slug:area>/", model.area, name="area"),
    path("<slug:area>/owner/", model.owner, name="owner"),
]
