"""People, what they agreed to, deals, suppressions."""

from tests.permissions.roles import Row, both, get, post

SEEING = frozenset({"agent", "merchant", "counselor"})
ANSWERING = frozenset({"agent"})
SELLING = frozenset({"merchant"})
JUDGING = frozenset({"counselor"})
RELATING = frozenset({"agent", "merchant"})
DECLARING = frozenset({"architect", "visionary"})
DECLARED = DECLARING | {"counselor"}
JOINING = frozenset({"agent", "counselor"})
WRITING_CONSENT = frozenset({"agent", "counselor"})

FILING = frozenset({"agent", "counselor"})

SEEING_IMPORTS = frozenset({"architect", "visionary", "counselor"})
BRINGING_IN = frozenset({"architect", "visionary"})
EXPORTING = frozenset({"visionary", "counselor"})

ROWS: dict[str, Row] = {
    "profiles:people": get(SEEING),
    "profiles:profile": get(SEEING),
    "profiles:timeline": get(SEEING),
    "profiles:timeline-counts": get(SEEING),
    "profiles:identities": get(SEEING) | post(ANSWERING),
    "profiles:identity": get(SEEING),
    "profiles:identity-confirmation": post(ANSWERING),
    "profiles:identity-preference": post(ANSWERING),
    "profiles:identity-closing": post(ANSWERING),
    "profiles:identity-replacement": post(ANSWERING),
    "profiles:facts": both(ANSWERING),
    "profiles:uncovered": post(WRITING_CONSENT),
    "profiles:consents": get(SEEING) | post(WRITING_CONSENT),
    "profiles:deals": get(SEEING),
    "profiles:new-deal": both(SELLING),
    "profiles:deal": get(SEEING) | post(SELLING),
    "profiles:hold": post(SELLING),
    "profiles:release": post(SELLING),
    "profiles:outcome": post(SELLING),
    "profiles:attributes": get(DECLARED),
    "profiles:attribute-declaration": both(DECLARING),
    "profiles:attribute": get(DECLARED) | post(DECLARING),
    "profiles:attribute-retirement": post(DECLARING),
    "profiles:duplicates": get(JOINING),
    "profiles:apart": post(JOINING),
    "profiles:find-other": get(JOINING),
    "profiles:merge": both(JOINING),
    "profiles:merged": get(JOINING),
    "profiles:undoing": post(JOINING),
    "profiles:suppressions": both(JUDGING),
    "profiles:block-list": post(JUDGING),
    "profiles:block-list-file": get(JUDGING),
    "profiles:block-list-refused": get(JUDGING),
    "profiles:lifting": post(JUDGING),
    "profiles:requests": get(JUDGING),
    "profiles:request": get(FILING),
    "profiles:request-identity": post(JUDGING),
    "profiles:request-law": post(JUDGING),
    "profiles:request-extension": post(JUDGING),
    "profiles:request-answer": post(JUDGING),
    "profiles:request-refusal": post(JUDGING),
    "profiles:request-cancellation": post(JUDGING),
    "profiles:request-erasure": both(JUDGING),
    "profiles:request-erasing": get(JUDGING),
    "profiles:request-disclosures": both(JUDGING),
    "profiles:disclosure": get(JUDGING),
    "profiles:person-requests": both(FILING),
    "profiles:legal-holds": post(JUDGING),
    "profiles:hold-lifting": post(JUDGING),
    "profiles:companies": get(SEEING),
    "profiles:company": get(SEEING),
    "profiles:company-names": get(SEEING),
    "profiles:new-company": both(RELATING),
    "profiles:company-facts": both(RELATING),
    "profiles:around": get(RELATING),
    "profiles:owner": post(RELATING),
    "profiles:work": post(RELATING),
    "profiles:work-ended": post(RELATING),
    "profiles:relation": post(RELATING),
    "profiles:relation-ended": post(RELATING),
    "profiles:moved-out": post(RELATING),
    "profiles:export": both(EXPORTING),
    "profiles:imports": get(SEEING_IMPORTS) | post(BRINGING_IN),
    "profiles:import": get(SEEING_IMPORTS) | post(BRINGING_IN),
    "profiles:import-reading": post(BRINGING_IN),
    "profiles:import-run": post(BRINGING_IN),
    "profiles:import-halt": post(BRINGING_IN),
    "profiles:import-undoing": post(BRINGING_IN),
    "profiles:import-discarding": post(BRINGING_IN),
    "profiles:import-problems": get(SEEING_IMPORTS),
    "v1:import-list": get(SEEING_IMPORTS) | post(BRINGING_IN),
    "v1:import-detail": get(SEEING_IMPORTS),
    "v1:import-reading": post(BRINGING_IN),
    "v1:import-mapping": post(BRINGING_IN),
    "v1:import-run": post(BRINGING_IN),
    "v1:import-stop": post(BRINGING_IN),
    "v1:import-undo": post(BRINGING_IN),
    "v1:import-problems": get(SEEING_IMPORTS),
}
