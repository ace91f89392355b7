"""Addresses of the collaboration app; mounted at ``/work/``. Nouns; a form that cannot say DELETE posts ``_method``."""

from django.urls import path

from collaboration.views import handoffs, notes, notifications, review, tasks, work

app_name = "collaboration"
urlpatterns = [
    path("", work.page, name="work"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<uuid:pk>/", tasks.task, name="task"),
    path("tasks/<uuid:pk>/completion/", tasks.completion, name="task-completion"),
    path("tasks/<uuid:pk>/cancellation/", tasks.cancellation, name="task-cancellation"),
    path("tasks/<uuid:pk>/assignment/", tasks.assignment, name="task-assignment"),
    path("tasks/<uuid:pk>/due/", tasks.due, name="task-due"),
    path("handoffs/<uuid:pk>/", handoffs.handoff, name="handoff"),
    path("handoffs/<uuid:pk>/acceptance/", handoffs.acceptance, name="handoff-acceptance"),
    path("handoffs/<uuid:pk>/refusal/", handoffs.refusal, name="handoff-refusal"),
    path("handoffs/<uuid:pk>/withdrawal/", handoffs.withdrawal, name="handoff-withdrawal"),
    path("people/<uuid:pk>/notes/", notes.notes, name="notes"),
    path("review/", review.queue, name="reviews"),
    path("review/<uuid:pk>/", review.review, name="review"),
    path("review/<uuid:pk>/decisions/", review.decisions, name="review-decisions"),
    path("review/<uuid:pk>/waivers/", review.waivers, name="review-waivers"),
    path("review/<uuid:pk>/comments/", review.comments, name="review-comments"),
    path("review/<uuid:pk>/revocation/", review.revocation, name="review-revocation"),
    path("review/<uuid:pk>/withdrawal/", review.withdrawal, name="review-withdrawal"),
    path("notifications/", notifications.listing, name="notifications"),
    path("notifications/seen/", notifications.seen, name="notifications-seen"),
    path("notifications/preferences/", notifications.preferences, name="preferences"),
    path("notifications/<uuid:pk>/", notifications.notification, name="notification"),
]
