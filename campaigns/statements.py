"""The statements that freeze the people of a campaign. What varies in them is written in our code; values travel
as parameters.
"""

from campaigns.models.campaign import PURPOSE
from campaigns.reasons import HOLDOUT, INVALID_NUMBER, NO_ADDRESS, UNIVERSAL_HOLDOUT
from engagement.profiles.phone_validity import valid_phone_sql

MARK = "md5(%(campaign)s || profile.key::text)"  # the recipient's key, and the lot that they drew
UNIVERSAL = (  # the lot of the universal holdout: the same for every campaign of a period
    "('x' || right(md5(%(universal_period)s || ':' || profile.key::text), 8))::bit(32)::bigint %% 10000"
    " < %(universal)s::integer"
)
VALID_PHONE = valid_phone_sql("identity.address_norm")
MEMBERS = "CREATE TEMP TABLE campaign_member ON COMMIT DROP AS {members}"
# The first choice of the plan has the smaller key: where the cap leaves room for one message, it is that one.
ADDRESSES = f"""
CREATE TEMP TABLE campaign_address ON COMMIT DROP AS
SELECT DISTINCT ON (identity.profile_id, identity.kind)
    (CASE WHEN identity.kind = (%(kinds)s::text[])[1] THEN '0' ELSE 'f' END || substr(member.mark, 2))::uuid AS key,
    identity.profile_id, identity.kind::text AS kind, identity.key AS identity_id,
    identity.address_norm::text AS address_norm,
    CASE identity.kind WHEN 'phone' THEN 'sms' ELSE 'email' END::text AS channel,
    member.universal OR ('x' || right(member.mark, 8))::bit(32)::bigint %% 10000 < %(holdout)s::integer AS held_out,
    identity.kind <> 'phone' OR identity.is_dialable AND {VALID_PHONE} AS valid,
    member.time_zone::text AS time_zone, member.country::text AS country
FROM profiles_identity identity JOIN campaign_member member ON member.profile_id = identity.profile_id
WHERE identity.valid_to IS NULL AND identity.kind = ANY(%(kinds)s::text[])
ORDER BY identity.profile_id, identity.kind, valid DESC, identity.preferred DESC, identity.verified_at DESC NULLS LAST,
    identity.key"""  # noqa: S608 - a constant
CANDIDATES = f"""
SELECT key, profile_id, channel, kind, address_norm, '{PURPOSE}'::text AS purpose,
    CASE channel WHEN 'sms' THEN %(sms_hash)s ELSE %(email_hash)s END::text AS content_hash,
    held_out, %(cap)s::integer AS cap, %(cap_days)s::integer AS cap_days, time_zone, country, true AS quiet
FROM campaign_address"""  # noqa: S608 - a constant
_PEOPLE = """
WITH verdicts AS MATERIALIZED ({verdicts}),
judged AS (
    SELECT address.*, CASE WHEN address.valid THEN verdicts.code ELSE '{invalid}' END AS code, verdicts.until,
        address.valid AND (verdicts.code IS NULL OR verdicts.until IS NOT NULL) AS passes
    FROM campaign_address address JOIN verdicts USING (key)
),
people AS (
    SELECT member.profile_id, member.mark, member.universal, member.language, member.time_zone, member.country,
        first.identity_id AS first_key,
        first.address_norm AS first_address, first.until AS first_until,
        coalesce(first.passes, false) AS first_passes, first.code AS first_code, {second}
    FROM campaign_member member
    LEFT JOIN judged first ON first.profile_id = member.profile_id AND first.channel = %(first)s
    {join}
)
SELECT people.*,
    CASE WHEN first_passes THEN %(first)s WHEN second_passes THEN %(second)s ELSE '' END::text AS channel,
    CASE WHEN first_passes OR second_passes THEN ''
        WHEN 'holdout' IN (first_code, second_code)
            THEN CASE WHEN universal THEN '{universal_holdout}' ELSE '{holdout}' END
        WHEN first_code <> ALL(%(of_channel)s::text[]) THEN first_code
        WHEN second_code <> ALL(%(of_channel)s::text[]) THEN second_code
        ELSE coalesce(first_code, second_code, '{no_address}') END::text AS why,
    CASE WHEN first_passes THEN first_until WHEN second_passes THEN second_until END AS until,
    CASE WHEN %(first)s = 'sms' AND first_passes THEN first_address END AS phone,
    first_passes AND (second_passes OR coalesce(second_code = 'frequency_cap', false)) AS may_fall_back
FROM people"""
_SECOND = """second.identity_id AS second_key, second.address_norm AS second_address, second.until AS second_until,
        coalesce(second.passes, false) AS second_passes, second.code AS second_code"""
_NO_SECOND = """NULL::uuid AS second_key, NULL::text AS second_address, NULL::timestamptz AS second_until,
        false AS second_passes, NULL::text AS second_code"""
_JOIN = "LEFT JOIN judged second ON second.profile_id = member.profile_id AND second.channel = %(second)s"
INSERT = """
INSERT INTO campaigns_recipient (key, campaign_id, profile_id, state, code, channel, identity_id, address,
    fallback_identity_id, fallback_address, locale, fallback_locale, send_at, created_at)
SELECT mark::uuid, %(campaign)s::uuid, profile_id, CASE WHEN channel = '' THEN 'skipped' ELSE 'waiting' END, why,
    channel,
    CASE WHEN first_passes THEN first_key WHEN second_passes THEN second_key END,
    CASE WHEN first_passes THEN first_address WHEN second_passes THEN second_address ELSE '' END,
    CASE WHEN may_fall_back THEN second_key END,
    CASE WHEN may_fall_back THEN second_address ELSE '' END,
    CASE channel WHEN '' THEN '' WHEN 'sms' THEN {sms_locale} ELSE {email_locale} END,
    CASE WHEN may_fall_back THEN {email_locale} ELSE '' END,
    CASE WHEN channel <> '' THEN greatest({schedule}, coalesce(until, %(now)s::timestamptz)) END,
    %(now)s::timestamptz
FROM ({people}) AS chosen
ORDER BY mark"""
LANGUAGES = """
SELECT DISTINCT lower(replace(language, '_', '-')) AS tag FROM campaign_member WHERE language <> '' ORDER BY tag"""
LOCALE = "coalesce(%({name})s::jsonb ->> lower(replace(language, '_', '-')), %({name})s::jsonb ->> '')"


def people_sql(verdicts: str, *, with_second: bool) -> str:
    """Return a SELECT of the people of the temporary tables, judged by ``verdicts``."""
    return _PEOPLE.format(
        verdicts=verdicts,
        second=_SECOND if with_second else _NO_SECOND,
        join=_JOIN if with_second else "",
        no_address=NO_ADDRESS,
        invalid=INVALID_NUMBER,
        holdout=HOLDOUT,
        universal_holdout=UNIVERSAL_HOLDOUT,
    )
