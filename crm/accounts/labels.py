"""The words for duties, fields, kinds of units and devices."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from crm.accounts.models import Post, UnitKind
from crm.permissions import Domain, Role

ROLES = {
    Role.MANAGER: _("Manager"),
    Role.LEADER: _("Leader"),
    Role.CLERK: _("Clerk"),
    Role.HANDLER: _("Handler"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.AUDITOR: _("Auditor"),
}
DUTIES = {
    Role.MANAGER: _("reviews and assigns"),
    Role.LEADER: _("reads everything below"),
    Role.CLERK: _("keeps the ledgers, imports, invites"),
    Role.HANDLER: _("solves what enterprises ask for"),
    Role.ADMINISTRATOR: _("people, units, settings"),
    Role.AUDITOR: _("reads everything, changes nothing"),
}
DOMAINS = {Domain.LISTING: _("Listing"), Domain.ISSUES: _("Requests"), Domain.SAFETY: _("Safety")}
KINDS = {
    UnitKind.ROOT: _("Whole bureau"),
    UnitKind.BUREAU: _("Bureau"),
    UnitKind.SECTION: _("Section"),
    UnitKind.DEPARTMENT: _("Department elsewhere"),
    UnitKind.TERRITORY: _("Park or sub-district"),
}
BROWSERS = (
    ("wxwork", _("WeCom")),
    ("micromessenger", _("WeChat")),
    ("dingtalk", _("DingTalk")),
    ("edg", "Edge"),
    ("firefox", "Firefox"),
    ("opr/", "Opera"),
    ("chrome", "Chrome"),
    ("crios", "Chrome"),
    ("safari", "Safari"),
)
SYSTEMS = (
    ("android", "Android"),
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("windows", "Windows"),
    ("mac os", "macOS"),
    ("linux", "Linux"),
)


def device_name(agent: str) -> str:
    """A browser's own description in two words: "Chrome · Windows"."""
    lowered = agent.lower()
    words = [next((str(word) for part, word in names if part in lowered), "") for names in (BROWSERS, SYSTEMS)]
    return " · ".join(word for word in words if word) or str(_("Unknown device"))


def duty_words(post: Post) -> str:
    """ "Manager", or "Manager · Listing" when the duty is bound to one field."""
    return str(ROLES[post.role]) if post.domain is None else f"{ROLES[post.role]} · {DOMAINS[post.domain]}"
