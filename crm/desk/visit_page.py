"""One visit: what was talked about, with whom, what came of it, and what was done with its record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload
from wtforms import MultipleFileField

from crm.accounts import User, everyone, signed_in
from crm.core.db import db
from crm.core.forms import Form
from crm.core.web import page
from crm.desk import stream, visit_queries, visit_rows
from crm.desk.views import bp
from crm.enterprises.queries import may
from crm.followups.models import Followup
from crm.followups.queries import born_of
from crm.permissions import Permission
from crm.visits import attaching, company, policies, queries, restoring
from crm.visits.models import Visit, VisitState
from crm.visits.rules import AMEND_DAYS


@dataclass(frozen=True)
class Rights:
    """What this person may do with the visit; `sees_firm`: may he open the enterprise file?"""

    sees_firm: bool
    amends: bool
    is_own: bool
    restores: bool
    promises: bool
    """May he promise something there?"""


class FilesForm(Form):
    files = MultipleFileField(_l("Photos or PDF"))


@bp.get("/visits/<int:visit_id>")
@everyone
def visit(visit_id: int) -> ResponseReturnValue:
    me = signed_in()
    return show(queries.load(visit_id, me), me, None)


def show(found: Visit, me: User, refused: Form | None) -> ResponseReturnValue:
    return page(
        "desk/visits/visit.html",
        refused,
        visit=found,
        files_form=refused or FilesForm(formdata=None),
        files=attaching.of(found),
        attaches=may_attach(found, me),
        rights=rights_on(found, me),
        amend_days=AMEND_DAYS,
        line=visit_queries.line_of(found.enterprise),
        leaders=company.line(company.of(found, "leader")),
        companions=company.line(company.of(found, "companion")),
        followups=followups_of(found),
        policies=policies.told_on(found),
        mates=queries.group_of(found, me),
        history=stream.told(db.session.scalars(queries.history(found)).all()),
        beside=visit_rows.neighbours(found, me, request.args),
        back=f"?{request.query_string.decode()}" if request.query_string else "",
    )


def may_attach(found: Visit, me: User) -> bool:
    """Add and remove photos: whoever made or typed the visit, and the manager of the enterprise."""
    if found.state != VisitState.DONE:
        return False
    return queries.is_own(me, found) or may(me, Permission.VISIT_AMEND, found.enterprise)


def rights_on(found: Visit, me: User) -> Rights:
    sees = may(me, Permission.ENTERPRISE_VIEW, found.enterprise)
    promises = may(me, Permission.ENTERPRISE_EDIT, found.enterprise)
    restores = restoring.can_restore(found) and restoring.may_restore(me, found)
    own, amends = queries.is_own(me, found), queries.may_amend(me, found)
    return Rights(sees_firm=sees, amends=amends, is_own=own, restores=restores, promises=promises)


def followups_of(found: Visit) -> Sequence[Followup]:
    return db.session.scalars(born_of("visit", found.id).options(joinedload(Followup.owner))).all()
