"""What mailbox providers ask of the domain that a campaign's e-mail comes from, as far as this house can tell.

The house signs, so it knows whether it has a key; it reads no DNS, so it names the records for somebody to look at.
"""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.selectors.checking import Check
from engagement.channels.email.dkim import record_of, signer_of
from engagement.channels.models import Channel


def domain_checks(channel: Channel) -> Iterator[Check]:
    """Yield whether the channel signs (RFC 6376), and which records of its domain to look at (RFC 7208, RFC 7489)."""
    url, domain = reverse("channels:channel", args=[channel.pk]), channel.address.rpartition("@")[2]
    if signer_of(channel) is None:
        title = _("Mail from %(domain)s is not signed (DKIM)") % {"domain": domain}
        text = _(
            "Gmail, Yahoo and Microsoft refuse unsigned mail to many. An Architect makes a key on the channel's page"
            " and publishes its record."
        )
        yield Check("ask", title, text, url, _("Make a key"), code="dkim_missing")
    else:
        yield Check("ok", _("Mail from %(domain)s is signed (DKIM)") % {"domain": domain}, code="dkim_signed")
    record = record_of(channel)
    names = {"domain": domain, "key": record.name if record else f"…._domainkey.{domain}"}
    text = _(
        "This house cannot look them up. Whoever looks after the domain checks three TXT records: %(domain)s begins"
        " with v=spf1 and names the server that sends; %(key)s is the key on the channel's page; _dmarc.%(domain)s"
        " begins with v=DMARC1."
    )
    yield Check(
        "ask", _("Look at the records of %(domain)s: SPF, DKIM, DMARC") % names, text % names, url, code="dns_records"
    )
