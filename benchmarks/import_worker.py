"""A worker of the bench ``import``, in a process of its own: says as JSON what it took, and how much memory."""

from __future__ import annotations

import json
import resource
import sys
import time


def main(key: str) -> None:
    """Work at the import until nothing is left to do."""
    import django

    django.setup()

    from engagement.profiles.importing import work
    from engagement.profiles.models import PeopleImport

    steps: dict[str, float] = {}
    while True:
        status = PeopleImport.objects.values_list("status", flat=True).get(pk=key)
        if status not in PeopleImport.WORKING:
            break
        began = time.perf_counter()
        if not work.advance(import_id=key, end=time.monotonic() + 3):
            time.sleep(0.05)
        steps[status] = steps.get(status, 0) + time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"steps": steps, "memory": memory}))


if __name__ == "__main__":
    main(sys.argv[1])
