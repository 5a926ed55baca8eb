"""Pages about people, one file per part; all hang on one blueprint."""

from crm.accounts.views.room import bp

__all__ = ["bp"]

from crm.accounts.views import invitations, me, people, posts, signing_in, units  # noqa: F401 - they add routes
