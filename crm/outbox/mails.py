"""A delivery as an e-mail: text and HTML in the reader's language; links only to the configured address."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from crm.core import clock
from crm.core.pages import speaking
from crm.core.settings import Settings
from crm.outbox.models import Delivery
from crm.outbox.registry import Letter
from crm.outbox.rules import header_words, is_address


class BadAddress(ValueError):
    """The address cannot stand in a mail; no later attempt will change that."""


def compose(delivery: Delivery, letter: Letter, settings: Settings) -> EmailMessage:
    """Render the three parts of the template. Raises BadAddress when the recipient's address is none."""
    address = letter.address or delivery.address
    if not is_address(address):
        raise BadAddress(address)
    message = EmailMessage(policy=WIRE)
    message["From"] = sender(settings)
    message["To"] = Address(header_words(delivery.recipient_name), addr_spec=address)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = delivery.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if delivery.is_repeat:
        message["X-CRM-Repeat"] = "1"
    parts = rendered(delivery, letter.context, settings)
    message["Subject"] = header_words(parts["subject.txt"])
    message.set_content(parts["txt"], subtype="plain", charset="utf-8", cte="base64")
    message.add_alternative(parts["html"], subtype="html", charset="utf-8", cte="base64")
    return message


def sender(settings: Settings) -> Address:
    """`CRM_MAIL_FROM`, with or without a name; else commissioner@ the public host."""
    name, address = parseaddr(settings.mail_from)
    if not is_address(address):
        address = f"commissioner@{urlsplit(settings.public_url).hostname or 'localhost'}"
    return Address(header_words(name), addr_spec=address)


def rendered(delivery: Delivery, context: dict[str, Any], settings: Settings) -> dict[str, str]:
    """The parts in the recipient's language, in a request of their own: links begin with the public address."""
    language = delivery.language or settings.locale
    known = {**context, "name": delivery.recipient_name, "is_repeat": delivery.is_repeat, "language": language}
    with current_app.test_request_context(base_url=settings.public_url), speaking(language):
        return {
            part: current_app.jinja_env.get_template(f"mails/{delivery.template}.{part}").render(**known)
            for part in ("subject.txt", "txt", "html")
        }
