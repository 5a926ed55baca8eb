"""Messages that leave the house: posted in the caller's transaction, delivered by the scheduler process."""

from crm.outbox.registry import Dropped, GivenUp, Letter, register
from crm.outbox.services import post

__all__ = ["Dropped", "GivenUp", "Letter", "post", "register"]
