import pytest

from engagement.channels.email.diagnosis import Cause, detail_of, diagnose


@pytest.mark.parametrize(
    ("detail", "cause"),
    [
        ("550 5.1.1 no such user", Cause.HARD),
        ("550 Requested action not taken: mailbox unavailable", Cause.HARD),
        ("550 5.4.1 Recipient address rejected: Access denied", Cause.HARD),
        ("5.1.351 Remote server returned unknown recipient or mailbox unavailable", Cause.HARD),
        ("550 User unknown", Cause.HARD),
        ("5.2.1 account disabled", Cause.HARD),
        ("5.4.4 host unknown", Cause.HARD),
        ("550 Usuário inexistente", Cause.HARD),
        ("550 5.7.1 IP address blacklisted by recipient", Cause.OURS),
        ("554 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org", Cause.OURS),
        ("550 5.7.26 Unauthenticated email is not accepted due to DMARC policy", Cause.OURS),
        ("421 4.7.0 Too many messages, try again later", Cause.OURS),
        ("552 5.3.4 Message size exceeds fixed limit", Cause.OURS),
        ("552 5.2.2 mailbox full", Cause.SOFT),
        ("550 5.2.2 over quota", Cause.SOFT),
        ("4.4.7 delivery time expired", Cause.SOFT),
        ("450 4.1.1 user unknown", Cause.SOFT),
        ("5.0.0", Cause.SOFT),
        ("", Cause.SOFT),
    ],
)
def test_the_servers_words_tell_whose_matter_it_is(detail, cause):
    assert diagnose(detail) is cause


def test_the_code_in_the_diagnostic_wins_over_the_status():
    assert detail_of("5.1.1", "550 5.7.1 IP address blacklisted") == "550 5.7.1 IP address blacklisted"
    assert detail_of("5.1.1", "") == "5.1.1"
