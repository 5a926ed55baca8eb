"""Background work with progress: submitted by a page, done by the scheduler process."""

from crm.jobs.progress import Progress, TakenOver
from crm.jobs.registry import each_minute, every_day, register
from crm.jobs.services import submit

__all__ = ["Progress", "TakenOver", "each_minute", "every_day", "register", "submit"]
