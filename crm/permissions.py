"""Who may do what: one table, role × permission → scope; rights are the union over a person's posts.

Being a commissioner is not a post: `Role.SERVING` stands for whoever has an open assignment or stands in,
`Role.OFFICIAL` for everyone who is signed in and works with enterprises (not: those who only administer or audit, as
long as they serve none themselves).
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    MANAGER = "manager"
    LEADER = "leader"
    CLERK = "clerk"
    HANDLER = "handler"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    SERVING = "serving"
    OFFICIAL = "official"


POSTS = (Role.MANAGER, Role.LEADER, Role.CLERK, Role.HANDLER, Role.ADMINISTRATOR, Role.AUDITOR)


class Domain(StrEnum):
    LISTING = "listing"
    ISSUES = "issues"
    SAFETY = "safety"


class Scope(StrEnum):
    SERVED = "served"  # open assignment or stand-in
    SUBTREE = "subtree"  # responsible unit, territory or commissioner's unit below the post's unit
    ROUTED = "routed"  # issues sent to the post's department
    ALL = "all"


class Permission(StrEnum):
    ENTERPRISE_VIEW = "enterprise.view"
    ENTERPRISE_EDIT = "enterprise.edit"
    ENTERPRISE_CREATE = "enterprise.create"
    CONTACT_DIRECT = "contact.direct"
    CONTACT_REVEAL = "contact.reveal"
    ASSIGN_FIRST = "assignment.first"
    ASSIGN = "assignment.change"
    ASSIGN_BY_DOCUMENT = "assignment.by_document"  # with note and document number
    STAND_IN = "standin.edit"
    MERGE_PROPOSE = "merge.propose"
    MERGE_CONFIRM = "merge.confirm"
    IMPORT = "import.run"
    IMPORT_PEOPLE = "import.people"
    EXPORT = "export.run"
    VISIT_RECORD = "visit.record"
    VISIT_VIEW = "visit.view"
    VISIT_AMEND = "visit.amend"  # correct, void or move one of somebody else, or one long past
    VISIT_ON_BEHALF = "visit.on_behalf"  # of these people (代录)
    POLICIES_EDIT = "policies.edit"
    FOLLOWUP_VIEW = "followup.view"
    TRACK_RESTRICTED = "track.restricted"  # see plans of a listing before they are public
    TRACK_RECORD = "track.record"
    TRACK_CONFIRM = "track.confirm"  # steps proposed by others; corrections
    LISTS_EDIT = "lists.edit"  # yearly lists and who is on them
    TARGETS_EDIT = "targets.edit"  # what a year is to bring
    FIGURES_VIEW = "figures.view"  # annual and quarterly figures of an enterprise
    FIGURES_ENTER = "figures.enter"
    FIGURES_IMPORT = "figures.import"
    HISTORY_VIEW = "history.view"
    PEOPLE_VIEW = "people.view"
    PEOPLE_EDIT = "people.edit"
    INVITE = "people.invite"
    UNITS_EDIT = "units.edit"
    SETTINGS = "settings.edit"
    SYSTEM_VIEW = "system.view"
    SHARE_VIEW = "view.share"


_SUBTREE_READERS = {Role.MANAGER: Scope.SUBTREE, Role.CLERK: Scope.SUBTREE, Role.LEADER: Scope.SUBTREE}
_READERS = {**_SUBTREE_READERS, Role.SERVING: Scope.SERVED, Role.ADMINISTRATOR: Scope.ALL, Role.AUDITOR: Scope.ALL}

WHO_MAY: dict[Permission, dict[Role, Scope]] = {
    Permission.ENTERPRISE_VIEW: _READERS,
    Permission.ENTERPRISE_EDIT: {Role.SERVING: Scope.SERVED, Role.MANAGER: Scope.SUBTREE, Role.CLERK: Scope.SUBTREE},
    Permission.ENTERPRISE_CREATE: {Role.MANAGER: Scope.SUBTREE, Role.CLERK: Scope.SUBTREE},
    Permission.CONTACT_DIRECT: {Role.SERVING: Scope.SERVED},
    Permission.CONTACT_REVEAL: _READERS,
    Permission.ASSIGN_FIRST: {Role.MANAGER: Scope.SUBTREE, Role.CLERK: Scope.SUBTREE},
    Permission.ASSIGN: {Role.MANAGER: Scope.SUBTREE},
    Permission.ASSIGN_BY_DOCUMENT: {Role.MANAGER: Scope.SUBTREE, Role.CLERK: Scope.SUBTREE},
    Permission.STAND_IN: {Role.MANAGER: Scope.SUBTREE, Role.SERVING: Scope.SERVED},
    Permission.MERGE_PROPOSE: {Role.MANAGER: Scope.SUBTREE, Role.CLERK: Scope.SUBTREE},
    Permission.MERGE_CONFIRM: {Role.MANAGER: Scope.SUBTREE},
    Permission.IMPORT: {Role.CLERK: Scope.SUBTREE, Role.ADMINISTRATOR: Scope.ALL},
    Permission.IMPORT_PEOPLE: {Role.CLERK: Scope.SUBTREE, Role.ADMINISTRATOR: Scope.ALL},
    Permission.EXPORT: _READERS,
    Permission.VISIT_RECORD: {Role.OFFICIAL: Scope.ALL},
    Permission.VISIT_VIEW: _READERS,
    Permission.VISIT_AMEND: {Role.MANAGER: Scope.SUBTREE},
    Permission.VISIT_ON_BEHALF: {Role.CLERK: Scope.SUBTREE},
    Permission.POLICIES_EDIT: {Role.CLERK: Scope.SUBTREE, Role.ADMINISTRATOR: Scope.ALL},
    Permission.FOLLOWUP_VIEW: _READERS,
    Permission.TRACK_RESTRICTED: {**_SUBTREE_READERS, Role.SERVING: Scope.SERVED, Role.AUDITOR: Scope.ALL},
    Permission.TRACK_RECORD: {Role.SERVING: Scope.SERVED, Role.MANAGER: Scope.SUBTREE, Role.CLERK: Scope.SUBTREE},
    Permission.TRACK_CONFIRM: {Role.MANAGER: Scope.SUBTREE},
    Permission.LISTS_EDIT: {Role.MANAGER: Scope.SUBTREE, Role.CLERK: Scope.SUBTREE},
    Permission.TARGETS_EDIT: {Role.MANAGER: Scope.SUBTREE},
    Permission.FIGURES_VIEW: {**_SUBTREE_READERS, Role.SERVING: Scope.SERVED, Role.AUDITOR: Scope.ALL},
    Permission.FIGURES_ENTER: {Role.SERVING: Scope.SERVED, Role.MANAGER: Scope.SUBTREE, Role.CLERK: Scope.SUBTREE},
    Permission.FIGURES_IMPORT: {Role.MANAGER: Scope.SUBTREE, Role.CLERK: Scope.SUBTREE},
    Permission.HISTORY_VIEW: {**_SUBTREE_READERS, Role.ADMINISTRATOR: Scope.ALL, Role.AUDITOR: Scope.ALL},
    Permission.PEOPLE_VIEW: {**_SUBTREE_READERS, Role.ADMINISTRATOR: Scope.ALL, Role.AUDITOR: Scope.ALL},
    Permission.PEOPLE_EDIT: {Role.ADMINISTRATOR: Scope.ALL},
    Permission.INVITE: {Role.MANAGER: Scope.SUBTREE, Role.CLERK: Scope.SUBTREE, Role.ADMINISTRATOR: Scope.ALL},
    Permission.UNITS_EDIT: {Role.ADMINISTRATOR: Scope.ALL},
    Permission.SETTINGS: {Role.ADMINISTRATOR: Scope.ALL},
    Permission.SYSTEM_VIEW: {Role.ADMINISTRATOR: Scope.ALL, Role.AUDITOR: Scope.ALL},
    Permission.SHARE_VIEW: {Role.MANAGER: Scope.SUBTREE, Role.CLERK: Scope.SUBTREE},
}

DOMAIN_POST_CARRIES = frozenset(
    {
        Permission.ENTERPRISE_VIEW,
        Permission.CONTACT_REVEAL,
        Permission.EXPORT,
        Permission.VISIT_VIEW,
        Permission.FOLLOWUP_VIEW,
        Permission.HISTORY_VIEW,
        Permission.SHARE_VIEW,
    }
)
"""What a post limited to one domain carries from this table, whatever the domain."""

DOMAIN_ACTS = {
    Domain.LISTING: frozenset(
        {
            Permission.TRACK_RESTRICTED,
            Permission.TRACK_RECORD,
            Permission.TRACK_CONFIRM,
            Permission.LISTS_EDIT,
            Permission.TARGETS_EDIT,
            Permission.FIGURES_VIEW,
            Permission.FIGURES_ENTER,
            Permission.FIGURES_IMPORT,
        }
    ),
}
"""What it carries besides, in its own domain."""


def carries(domain: Domain | None, permission: Permission) -> bool:
    """Whether a post for this domain, None for all, has what its role has."""
    return domain is None or permission in DOMAIN_POST_CARRIES | DOMAIN_ACTS.get(domain, frozenset())


LIAISON_CARRIES = frozenset(
    {
        Permission.ENTERPRISE_VIEW,
        Permission.CONTACT_DIRECT,
        Permission.CONTACT_REVEAL,
        Permission.EXPORT,
        Permission.VISIT_VIEW,
        Permission.FOLLOWUP_VIEW,
        Permission.TRACK_RESTRICTED,
        Permission.FIGURES_VIEW,
    }
)
"""What a liaison leader (联系领导) has of a commissioner's rights on his enterprises: seeing and calling, no acts."""
