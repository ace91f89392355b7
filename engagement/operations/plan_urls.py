"""Addresses of the plan, under ``operations/plan/``."""

from django.urls import path

from engagement.operations.views import plan, plan_import, work_items

urlpatterns = [
    path("", plan.plan, name="plan"),
    path("milestones/new/", plan.milestone_new, name="milestone-new"),
    path("milestones/<uuid:pk>/", plan.milestone, name="milestone"),
    path("milestones/<uuid:pk>/edit/", plan.milestone_edit, name="milestone-edit"),
    path("milestones/<uuid:pk>/approval/", plan.milestone_approval, name="milestone-approval"),
    path("milestones/<uuid:pk>/delivery/", plan.milestone_delivery, name="milestone-delivery"),
    path("milestones/<uuid:pk>/reopening/", plan.milestone_reopening, name="milestone-reopening"),
    path("milestones/<uuid:pk>/deletion/", plan.milestone_deletion, name="milestone-deletion"),
    path("milestones/<uuid:pk>/restoration/", plan.milestone_restoration, name="milestone-restoration"),
    path("milestones/<uuid:pk>/question/", plan.milestone_question, name="milestone-question"),
    path("milestones/<uuid:pk>/comments/", plan.milestone_comment, name="milestone-comment"),
    path("changes/<uuid:pk>/decision/", plan.change_decision, name="milestone-change-decision"),
    path("changes/<uuid:pk>/withdrawal/", plan.change_withdrawal, name="milestone-change-withdrawal"),
    path("risks/new/", plan.risk_new, name="risk-new"),
    path("risks/<uuid:pk>/", plan.risk_edit, name="risk-edit"),
    path("risks/<uuid:pk>/closure/", plan.risk_closure, name="risk-closure"),
    path("risks/<uuid:pk>/reopening/", plan.risk_reopening, name="risk-reopening"),
    path("work-items/new/", work_items.item_new, name="work-item-new"),
    path("work-items/import/", plan_import.item_import, name="work-item-import"),
    path("work-items/<uuid:pk>/", work_items.item, name="work-item"),
    path("work-items/<uuid:pk>/edit/", work_items.item_edit, name="work-item-edit"),
    path("work-items/<uuid:pk>/status/", work_items.item_move, name="work-item-move"),
    path("work-items/<uuid:pk>/deletion/", work_items.item_deletion, name="work-item-deletion"),
    path("work-items/<uuid:pk>/restoration/", work_items.item_restoration, name="work-item-restoration"),
    path("work-items/<uuid:pk>/comments/", work_items.item_comment, name="work-item-comment"),
]
