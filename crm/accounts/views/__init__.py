"""Pages about people, one file per part; all hang on one blueprint."""

from crm.accounts.views.room import bp

__all__ = ["bp"]

from crm.accounts.views import (  # noqa: F401 - they add routes
    invitations,
    me,
    people,
    posts,
    signing_in,
    suggestions,
    units,
)
