"""A plugin of Saleor's that keeps every notification, as a mail plugin gets it."""

from saleor.plugins.base_plugin import BasePlugin


class MailboxPlugin(BasePlugin):
    PLUGIN_ID = "tests.mailbox"
    PLUGIN_NAME = "Mailbox"
    DEFAULT_ACTIVE = True
    CONFIGURATION_PER_CHANNEL = False

    received: list[tuple[str, dict]] = []

    def notify(self, event, payload_func, previous_value):
        self.received.append((event, payload_func()))
        return previous_value
