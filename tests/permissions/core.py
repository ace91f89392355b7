"""The core: interface, village, events, channels, profiles, the API."""

from tests.permissions.roles import ADMINISTRATOR, EVERYBODY, NO_ONE, Row, both, delete, get, patch, post

ANSWERING = frozenset({"agent", "merchant"})
ARRANGING = frozenset({"architect", "administrator"})
MENDING = frozenset({"agent", "master-builder"})
READING_SOURCES = frozenset({"agent"})
SEEING_PROFILES = frozenset({"agent", "merchant", "counselor"})
CHANGING_PROFILES = frozenset({"agent"})
RELATING = frozenset({"agent", "merchant"})
SELLING = frozenset({"merchant"})
DECLARING = frozenset({"architect", "visionary"})
DECLARED = DECLARING | {"counselor"}
FILING = frozenset({"agent", "counselor"})
COUNSELING = frozenset({"counselor"})
JOINING = frozenset({"agent", "counselor"})
SEEING_CHANNELS = frozenset({"agent", "architect", "master-builder", "builder", "administrator"})
CHANGING_CHANNELS = frozenset({"architect", "administrator"})
WRITING_CONSENT = frozenset({"agent", "counselor"})
JUDGING = frozenset({"counselor"})
WRITING_FORMS = frozenset({"visionary", "troubadour"})
CHANGING_RULES = frozenset({"counselor"})
SEEING_RULES = CHANGING_RULES | {"architect", "visionary", "troubadour"}
SEEING_FORMS = WRITING_FORMS | {"counselor"}
OPERATING = frozenset({"master-builder"})
OPERATING_CHANNELS = OPERATING | {"administrator"}
USING_API = frozenset(
    {"agent", "merchant", "counselor", "architect", "master-builder", "builder", "visionary", "troubadour"}
)

ROWS: dict[str, Row] = {
    # The interface
    "home": get(EVERYBODY),
    "ui:band": get(EVERYBODY),
    "ui:palette": get(EVERYBODY),
    "ui:theme": post(EVERYBODY),
    "ui:preferences": both(EVERYBODY),
    "ui:keys": post(EVERYBODY),
    "ui:components": get(NO_ONE),  # staff of the administration only
    # The village
    "village:people": get(ADMINISTRATOR),
    "village:person": get(ADMINISTRATOR),
    "village:invitation": both(ADMINISTRATOR),
    "village:place": post(ADMINISTRATOR),
    "village:leaving": both(ADMINISTRATOR),
    "village:deactivation": post(ADMINISTRATOR),
    "village:activation": post(ADMINISTRATOR),
    "village:sign-out": post(ADMINISTRATOR),
    "village:password-link": post(ADMINISTRATOR),
    "village:audit": get(ADMINISTRATOR),
    "setup:settings": get(ADMINISTRATOR),
    "setup:section": both(ADMINISTRATOR),
    "setup:roles": get(ADMINISTRATOR),
    "setup:new-role": both(ADMINISTRATOR),
    "setup:role": both(ADMINISTRATOR),
    "setup:team": both(ADMINISTRATOR),
    "setup:invite-again": post(ADMINISTRATOR),
    "village:security": get(EVERYBODY),
    "village:sessions": get(EVERYBODY),
    "village:end-session": post(EVERYBODY),
    "village:end-other-sessions": post(EVERYBODY),
    # Events
    "events:events": get(OPERATING),
    "events:replay": post(OPERATING),
    # Channels
    "channels:channels": get(SEEING_CHANNELS),
    "channels:channel": get(SEEING_CHANNELS) | post(CHANGING_CHANNELS),
    "channels:pause": post(OPERATING_CHANNELS),
    "channels:signature": post(CHANGING_CHANNELS),
    "channels:trial": post(OPERATING_CHANNELS),
    "channels:test_progress": get(SEEING_CHANNELS),
    "channels:creation": both(CHANGING_CHANNELS),
    "channels:jurisdictions": get(SEEING_RULES),
    "channels:jurisdiction": get(SEEING_RULES),
    "channels:jurisdiction_proposal": both(CHANGING_RULES),
    "channels:jurisdiction_withdrawal": post(CHANGING_RULES),
    "channels:sign_up_forms": get(SEEING_FORMS),
    "channels:new_sign_up_form": both(WRITING_FORMS),
    "channels:sign_up_form": get(SEEING_FORMS) | post(WRITING_FORMS),
    "channels:sign_up_opening": post(WRITING_FORMS),
    "channels:phone": get(EVERYBODY),
    "channels:phone_texts": post(EVERYBODY),
    "channels:mailbox": get(EVERYBODY),
    "channels:mailbox_letter": both(EVERYBODY),
    "channels:mailbox_answer": post(EVERYBODY),
    "channels:mailbox_words": get(EVERYBODY),
    "channels:mailbox_file": get(EVERYBODY),
    # The API's own pages
    "reference": get(EVERYBODY),
    "api:tokens": both(USING_API),
    "api:token": post(USING_API),
    # The API
    "v1:conversation-list": get(ANSWERING) | post(ANSWERING),
    "v1:conversation-handoff": post(ANSWERING),
    "v1:conversation-label-list": post(ANSWERING),
    "v1:conversation-label-detail": delete(ANSWERING),
    "v1:conversation-tasks": post(ANSWERING),
    "v1:attachment-list": post(ANSWERING),
    "v1:attachment-detail": get(ANSWERING),
    "v1:attachment-content": get(ANSWERING),
    "v1:queue-list": get(ANSWERING),
    "v1:label-list": get(ANSWERING | ARRANGING) | post(ARRANGING),
    "v1:label-detail": get(ANSWERING | ARRANGING) | patch(ARRANGING),
    "v1:profile-timeline": get(SEEING_PROFILES),
    "v1:note-list": get(SEEING_PROFILES) | post(RELATING),
    "v1:conversation-detail": get(ANSWERING),
    "v1:conversation-messages": both(ANSWERING),
    "v1:conversation-resolve": post(ANSWERING),
    "v1:conversation-reopen": post(ANSWERING),
    "v1:conversation-pend": post(ANSWERING),
    "v1:conversation-snooze": post(ANSWERING),
    "v1:conversation-assign": post(ANSWERING),
    "v1:conversation-move": post(ANSWERING),
    "v1:profile-list": get(SEEING_PROFILES) | post(CHANGING_PROFILES),
    "v1:profile-detail": get(SEEING_PROFILES) | patch(CHANGING_PROFILES),
    "v1:profile-sensitive": get(JOINING),
    "v1:profile-around": get(SEEING_PROFILES),
    "v1:profile-employments": post(RELATING),
    "v1:profile-employment-end": post(RELATING),
    "v1:profile-relations": post(RELATING),
    "v1:profile-relation-end": post(RELATING),
    "v1:profile-household-end": post(RELATING),
    "v1:company-list": get(SEEING_PROFILES) | post(RELATING),
    "v1:company-detail": get(SEEING_PROFILES) | patch(RELATING),
    "v1:deal-list": get(SEEING_PROFILES) | post(SELLING),
    "v1:deal-detail": get(SEEING_PROFILES) | patch(SELLING),
    "v1:deal-hold": post(SELLING),
    "v1:deal-release": post(SELLING),
    "v1:deal-outcome": post(SELLING),
    "v1:search-list": get(SEEING_PROFILES),
    "v1:attribute-list": get(DECLARED) | post(DECLARING),
    "v1:attribute-detail": get(DECLARED) | patch(DECLARING),
    "v1:attribute-retirement": post(DECLARING) | delete(DECLARING),
    "v1:data-request-list": get(FILING) | post(FILING),
    "v1:data-request-detail": get(FILING),
    "v1:data-request-identity": post(COUNSELING),
    "v1:data-request-law": post(COUNSELING),
    "v1:data-request-extension": post(COUNSELING),
    "v1:data-request-answer": post(COUNSELING),
    "v1:data-request-refusal": post(COUNSELING),
    "v1:data-request-cancellation": post(COUNSELING),
    "v1:data-request-disclosure": post(COUNSELING),
    "v1:data-request-erasure": post(COUNSELING),
    "v1:disclosure-detail": get(FILING),
    "v1:disclosure-file": get(COUNSELING),
    "v1:legal-hold-list": get(COUNSELING) | post(COUNSELING),
    "v1:legal-hold-detail": get(COUNSELING),
    "v1:legal-hold-lift": post(COUNSELING),
    "v1:duplicate-list": get(JOINING),
    "v1:duplicate-apart": post(JOINING),
    "v1:merge-list": get(JOINING) | post(JOINING),
    "v1:merge-detail": get(JOINING),
    "v1:merge-undo": post(JOINING),
    "v1:identity-list": get(SEEING_PROFILES) | post(CHANGING_PROFILES),
    "v1:identity-detail": get(SEEING_PROFILES),
    "v1:identity-confirmation": post(CHANGING_PROFILES) | delete(CHANGING_PROFILES),
    "v1:identity-preference": post(CHANGING_PROFILES),
    "v1:identity-closing": post(CHANGING_PROFILES),
    "v1:identity-replacement": post(CHANGING_PROFILES),
    "v1:consent-list": get(SEEING_PROFILES) | post(WRITING_CONSENT),
    "v1:consent-withdrawals": post(WRITING_CONSENT),
    "v1:suppression-list": get(JUDGING) | post(JUDGING),
    "v1:suppression-lifting": post(JUDGING),
    "v1:sign-up-list": post(WRITING_CONSENT),
    "v1:channel-list": get(SEEING_CHANNELS) | post(CHANGING_CHANNELS),
    "v1:channel-detail": get(SEEING_CHANNELS) | patch(CHANGING_CHANNELS),
    "v1:channel-pause": post(OPERATING_CHANNELS),
    "v1:channel-resume": post(OPERATING_CHANNELS),
    "v1:channel-test": get(SEEING_CHANNELS) | post(OPERATING_CHANNELS),
}
