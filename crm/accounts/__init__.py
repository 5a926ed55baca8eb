"""People, units, posts, sessions."""

from crm.accounts.access import everyone, public, requires, signed_in
from crm.accounts.models import Post, Unit, UnitKind, User

__all__ = ["Post", "Unit", "UnitKind", "User", "everyone", "public", "requires", "signed_in"]
