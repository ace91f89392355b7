"""Every address of the API."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from campaigns.api.segments import SegmentViewSet
from campaigns.api.views import CampaignViewSet
from collaboration.api.approvals import ApprovalViewSet
from collaboration.api.views import HandoffViewSet, MemberViewSet, NoteViewSet, TaskViewSet
from community.api.moderation import ReviewViewSet
from community.api.views import CommunityMemberViewSet, PostViewSet, SpaceViewSet, TopicViewSet
from content.api.views import TemplateViewSet
from conversations.api.attachments import AttachmentViewSet
from conversations.api.labels import ConversationLabelViewSet, LabelViewSet
from conversations.api.queues import QueueViewSet
from conversations.api.views import ConversationViewSet
from engagement.api.reference import reference
from engagement.api.root import root
from engagement.channels.api.views import ChannelViewSet
from engagement.channels.optin.api import SignUpViewSet
from engagement.operations.api.plan_views import MilestoneViewSet, RiskViewSet, WorkItemViewSet
from engagement.profiles.api.consents import ConsentViewSet
from engagement.profiles.api.deals import DealViewSet
from engagement.profiles.api.imports import ImportViewSet
from engagement.profiles.api.suppressions import SuppressionViewSet
from engagement.profiles.api.views import ProfileViewSet
from engagement.profiles.companies.api import CompanyViewSet
from engagement.profiles.declaring.api import AttributeViewSet
from engagement.profiles.identities.api import IdentityViewSet
from engagement.profiles.merging.api import MergeViewSet, ProposalViewSet
from engagement.profiles.rights.api.views import DataRequestViewSet, DisclosureViewSet, LegalHoldViewSet
from engagement.profiles.search.api import SearchViewSet
from engagement.village.access import public

router = SimpleRouter(use_regex_path=False)
router.register("conversations", ConversationViewSet, basename="conversation")
router.register("profiles", ProfileViewSet, basename="profile")
router.register("profiles/<uuid:profile_id>/notes", NoteViewSet, basename="note")
router.register("conversations/<uuid:conversation_id>/labels", ConversationLabelViewSet, basename="conversation-label")
router.register("queues", QueueViewSet, basename="queue")
router.register("members", MemberViewSet, basename="member")
router.register("labels", LabelViewSet, basename="label")
router.register("attachments", AttachmentViewSet, basename="attachment")
router.register("imports", ImportViewSet, basename="import")
router.register("companies", CompanyViewSet, basename="company")
router.register("deals", DealViewSet, basename="deal")
router.register("search", SearchViewSet, basename="search")
router.register("identities", IdentityViewSet, basename="identity")
router.register("attributes", AttributeViewSet, basename="attribute")
router.register("duplicates", ProposalViewSet, basename="duplicate")
router.register("merges", MergeViewSet, basename="merge")
router.register("consents", ConsentViewSet, basename="consent")
router.register("suppressions", SuppressionViewSet, basename="suppression")
router.register("sign-ups", SignUpViewSet, basename="sign-up")
router.register("data-requests", DataRequestViewSet, basename="data-request")
router.register("disclosures", DisclosureViewSet, basename="disclosure")
router.register("legal-holds", LegalHoldViewSet, basename="legal-hold")
router.register("tasks", TaskViewSet, basename="task")
router.register("handoffs", HandoffViewSet, basename="handoff")
router.register("templates", TemplateViewSet, basename="template")
router.register("segments", SegmentViewSet, basename="segment")
router.register("approvals", ApprovalViewSet, basename="approval")
router.register("campaigns", CampaignViewSet, basename="campaign")
router.register("spaces", SpaceViewSet, basename="space")
router.register("community-members", CommunityMemberViewSet, basename="community-member")
router.register("topics", TopicViewSet, basename="topic")
router.register("posts", PostViewSet, basename="post")
router.register("moderation", ReviewViewSet, basename="review")
router.register("channels", ChannelViewSet, basename="channel")
router.register("milestones", MilestoneViewSet, basename="milestone")
router.register("work-items", WorkItemViewSet, basename="work-item")
router.register("risks", RiskViewSet, basename="risk")

urlpatterns = [
    path("v1/", root, name="api-root"),
    path("v1/", include((router.urls, "v1"))),
    path(
        "v1/schema/",
        public(SpectacularAPIView.as_view(permission_classes=[], authentication_classes=[])),
        name="schema",
    ),
    path("v1/docs/", reference, name="reference"),
    path("tokens/", include("engagement.api.urls")),
]
