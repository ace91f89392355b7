"""What the operations of the community share: a parameter, an answer, the faults of a form."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
REFUSED = OpenApiResponse(description="It cannot be done; the detail says why")


def faults_of(errors: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the errors of a form as those of a serializer."""
    return {
        ("non_field_errors" if name == "__all__" else name): [str(one) for one in found]
        for name, found in errors.items()
    }
