"""Messages that leave the house: posted in the caller's transaction, delivered by the scheduler process."""

from crm.outbox.registry import Dropped, GivenUp, Letter, register
from crm.outbox.services import Message, post, post_many

__all__ = ["Dropped", "GivenUp", "Letter", "Message", "post", "post_many", "register"]
