"""What must not wait for beat: while no beat has ticked for a while, each worker wakes these tasks itself."""

import structlog
from django.db import DatabaseError, InterfaceError, connection

from engagement.config.scheduler import BEAT_LEASE, LEASE_SECONDS
from engagement.leases import lease_age
from engagement.wakeups import wake

log = structlog.get_logger(__name__)
TASKS = (
    "engagement.channels.tasks.process_inbound",
    "engagement.channels.tasks.deliver",
    "engagement.channels.tasks.recover_leases",
    "engagement.events.tasks.relay",
)


def sweep_without_beat() -> bool:
    """Wake the tasks that carry messages when beat is late; return whether it was."""
    try:
        age = lease_age(BEAT_LEASE)
    except (DatabaseError, InterfaceError) as error:
        log.warning("beat_age_unknown", error=str(error))
        return False
    finally:
        connection.close()  # this thread asks seldom
    if age is not None and age <= LEASE_SECONDS:
        return False
    for task in TASKS:
        wake(task)
    return True
