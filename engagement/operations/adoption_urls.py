"""Addresses of adoption, under ``operations/adoption/``."""

from django.urls import path

from engagement.operations.views import adoption, announcements, objections

urlpatterns = [
    path("", adoption.adoption, name="adoption"),
    path("count/", adoption.counting, name="adoption-count"),
    path("mine/", announcements.mine, name="adoption-mine"),
    path("departments/<slug:slug>/", adoption.department, name="adoption-department"),
    path("departments/<slug:slug>/steps/", adoption.step, name="adoption-step"),
    path("departments/<slug:slug>/champions/", adoption.champion, name="adoption-champion"),
    path("departments/<slug:slug>/asks/", adoption.ask, name="adoption-ask"),
    path("announcements/", announcements.announcements, name="announcements"),
    path("announcements/new/", announcements.announcement_new, name="announcement-new"),
    path("announcements/<uuid:pk>/", announcements.announcement, name="announcement"),
    path("announcements/<uuid:pk>/edit/", announcements.announcement_edit, name="announcement-edit"),
    path("announcements/<uuid:pk>/withdrawal/", announcements.announcement_withdrawal, name="announcement-withdrawal"),
    path("announcements/<uuid:pk>/receipt/", announcements.receipt, name="announcement-receipt"),
    path("training/new/", announcements.training_new, name="training-new"),
    path("training/<uuid:pk>/", announcements.training, name="training"),
    path("training/<uuid:pk>/edit/", announcements.training_edit, name="training-edit"),
    path("training/<uuid:pk>/archive/", announcements.training_archive, name="training-archive"),
    path("training/<uuid:pk>/completion/", announcements.completion, name="training-completion"),
    path("objections/", objections.objections, name="objections"),
    path("objections/new/", objections.objection_new, name="objection-new"),
    path("objections/<uuid:pk>/", objections.objection, name="objection"),
    path("objections/<uuid:pk>/answer/", objections.objection_answer, name="objection-answer"),
    path("objections/<uuid:pk>/state/", objections.objection_state, name="objection-state"),
    path("wins/", objections.wins, name="wins"),
    path("wins/new/", objections.win_new, name="win-new"),
    path("wins/<uuid:pk>/sharing/", objections.win_sharing, name="win-sharing"),
]
