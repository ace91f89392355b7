"""The file that answers a request for access: made by a worker, kept for some days, given out, thrown away."""

from datetime import timedelta

import structlog

log = structlog.get_logger(__name__)
TASK = "engagement.profiles.tasks.disclose"
_LEASE = timedelta(seconds=50)  # prolonged while its worker lives
