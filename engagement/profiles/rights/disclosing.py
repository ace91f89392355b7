"""The file that answers a request for access: made by a worker, kept for some days, given out, thrown away."""

import hashlib
import tempfile
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from engagement.keep_alive import kept_alive
from engagement.organization.current import current_organization
from engagement.profiles.models import DataRequest, Disclosure, Profile
from engagement.profiles.rights import archive
from engagement.profiles.rights.filing import RequestRefused, waiting
from engagement.profiles.rights.subjects import subject_of
from engagement.profiles.rights.telling import TOPIC, tell
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User
from engagement.wakeups import wake

log = structlog.get_logger(__name__)
TASK = "engagement.profiles.tasks.disclose"
_LEASE = timedelta(seconds=50)  # prolonged while its worker lives
