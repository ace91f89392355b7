"""How words travel."""

import logging

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from engagement.ui import commands


class ChannelsConfig(AppConfig):
    name = "engagement.channels"
    label = "engagement_channels"  # ``channels`` is the socket library's
    verbose_name = _("Channels")

    def ready(self) -> None:
        """Add e-mail to the kinds of channel, the channels to the palette, the mailbox to what may be
        listened to.
        """
        from engagement.channels import adapters, figures, renderers, rights
        from engagement.channels.actions.stop import stop_what_waits
        from engagement.channels.catcher.permissions import may_listen_to_mailbox
        from engagement.channels.channel_tests import register_test
        from engagement.channels.email.adapter import EmailAdapter
        from engagement.channels.email.channel_test import test_email_channel
        from engagement.channels.email.email_settings import EmailSettings
        from engagement.channels.inbound import recognising
        from engagement.channels.kind_settings import register_settings
        from engagement.channels.optin import asking, mail
        from engagement.channels.sms import compliance, notices
        from engagement.channels.sms.account import stands_in
        from engagement.channels.sms.adapter import SmsAdapter
        from engagement.channels.sms.channel_test import test_sms_channel
        from engagement.channels.sms.sms_settings import SmsSettings
        from engagement.profiles import figures as profile_figures
        from engagement.profiles import withdrawals
        from engagement.realtime import topics
        from engagement.village import action_names

        logging.getLogger("httpx").setLevel(logging.WARNING)  # it writes a line, with the account, for each request
        adapters.register(EmailAdapter())
        register_settings("email", EmailSettings)
        register_settings("sms", SmsSettings)
        register_test("email", test_email_channel)
        register_test("sms", test_sms_channel)
        rights.register_holdings()
        withdrawals.register(stop_what_waits)
        profile_figures.register(figures.COUNTER)
        adapters.register(SmsAdapter())
        recognising.register("sms", compliance.recognise)
        renderers.register(compliance.SOURCE, notices.render)
        renderers.register(asking.SOURCE, mail.render)
        topics.register("mailbox", may_listen_to_mailbox)
        action_names.register(
            {
                "channel.created": _("Made a channel"),
                "channel.changed": _("Changed a channel"),
                "channel.key_made": _("Made a key for a channel's signature"),
                "channel.tested": _("Tested a channel"),
                "channel.paused": _("Paused a channel"),
                "channel.resumed": _("Resumed a channel"),
                "inbound.replayed": _("Had a mail read again"),
                "inbound.settled": _("Settled a mail that could not be read"),
                "inbound.sources_removed": _("Removed old sources of messages"),
                "rule_sheet.proposed": _("Proposed rules of a place"),
                "rule_sheet.approved": _("Approved rules of a place"),
                "rule_sheet.rejected": _("Rejected rules of a place"),
                "rule_sheet.withdrawn": _("Withdrew proposed rules of a place"),
                "sign_up_form.made": _("Made a sign-up form"),
                "sign_up_form.changed": _("Changed a sign-up form"),
                "sign_up_form.opened": _("Opened a sign-up form"),
                "sign_up_form.closed": _("Closed a sign-up form"),
                "optout.decided": _("Judged whether a text asks to be left alone"),
                "transmission.sent_again": _("Sent a message again"),
                "transmission.retry_undone": _("Undid a retry"),
                "transmission.settled": _("Settled a message that failed"),
            }
        )
        commands.register(
            commands.Command(
                "channels", _("Channels"), "route", "channels:channels", "engagement_channels.view_channel"
            )
        )
        commands.register(
            commands.Command(
                "sign-up-forms",
                _("Sign-up forms"),
                "user-plus",
                "channels:sign_up_forms",
                "engagement_channels.view_signupform",
                words=_("newsletter double opt-in"),
            )
        )
        commands.register(
            commands.Command(
                "jurisdictions",
                _("Jurisdictions"),
                "landmark",
                "channels:jurisdictions",
                "engagement_channels.view_jurisdiction",
                words=_("quiet hours consent law country"),
            )
        )
        topics.register("phone", lambda _user, rest: rest == "all" and stands_in())
        if settings.SMS_STAND_IN_PORT:
            commands.register(commands.Command("phone", _("Test phone"), "smartphone", "channels:phone"))
        if settings.CATCHER_PORT:
            commands.register(commands.Command("mailbox", _("Test mailbox"), "inbox", "channels:mailbox"))
