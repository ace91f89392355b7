"""Whether a stored phone number can exist, asked of many at once in SQL.

The patterns are libphonenumber's own (``phonenumbers``): a number is valid when its national part fits one of the kinds
of number of its calling code. ``phonenumbers.is_valid_number`` says the same of one number; a test holds both together.
"""

import functools
import json
from collections.abc import Iterator
from typing import Any

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers.phonemetadata import PhoneMetadata

_KINDS = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost"),
    *("personal_number", "voip", "pager", "uan", "voicemail"),
)
_NOWHERE = "001"  # a calling code that belongs to no country


def valid_phone_sql(address: str) -> str:
    """Return a boolean expression over the SQL of a number in E.164; its parameters are ``valid_phone_params()``."""
    places = (f"%(phone_patterns)s::jsonb ->> substr({address}, 2, {digits})" for digits in (3, 2, 1))
    return f"coalesce({address} ~ coalesce({', '.join(places)}), false)"


@functools.cache
def valid_phone_params() -> dict[str, str]:
    """Return the parameters of ``valid_phone_sql``: a pattern for each calling code."""
    return {"phone_patterns": json.dumps({str(code): _pattern(code) for code in COUNTRY_CODE_TO_REGION_CODE})}


def _pattern(code: int) -> str:
    kinds = dict.fromkeys(
        pattern
        for region in COUNTRY_CODE_TO_REGION_CODE[code]
        for pattern in _patterns(
            PhoneMetadata.metadata_for_nongeo_region(code)
            if region == _NOWHERE
            else PhoneMetadata.metadata_for_region(region)
        )
    )
    return rf"^\+{code}(?:{'|'.join(f'(?:{one})' for one in kinds)})$"


def _patterns(metadata: Any) -> Iterator[str]:
    for kind in _KINDS:
        desc = getattr(metadata, kind, None)
        if desc is not None and desc.national_number_pattern:
            yield desc.national_number_pattern
