"""一企一档 on A4."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.accounts import requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db
from crm.core.web import page
from crm.desk import stream
from crm.desk.enterprise_file import open_file
from crm.desk.views import bp
from crm.enterprises import extras, facts, other_names, presence
from crm.handover import queries as handover
from crm.permissions import Permission
from crm.tiers import queries as tiers
from crm.visits.models import Visit, VisitState

VISITS_ON_PAPER = 10


@bp.get("/enterprises/<int:enterprise_id>/print")
@requires(Permission.ENTERPRISE_VIEW)
def print_enterprise(enterprise_id: int) -> ResponseReturnValue:
    """Everything on paper; phone numbers in full only for those who serve the firm."""
    file = open_file(enterprise_id, signed_in())
    firm = file.enterprise
    visits = select(Visit).where(Visit.enterprise_id == firm.id, Visit.state == VisitState.DONE)
    visits = visits.options(joinedload(Visit.author)).order_by(Visit.visited_on.desc(), Visit.id.desc())
    return page(
        "desk/enterprise_paper.html",
        file=file, enterprise=firm, bureau_name=bureau("bureau_name"), today_is=clock.today(),
        founded=facts.FACTS["founded"].read(firm),
        names=other_names.names_of(firm.id),
        extras=extras.shown(firm.id, is_direct=file.is_direct),
        history=handover.history(firm.id), periods=presence.periods(firm.id),
        tier_periods=db.session.scalars(tiers.tier_history(firm.id)).all(),
        titles_held=[t for t in db.session.scalars(tiers.titles_of(firm.id)) if t.removed_on is None],
        visits=db.session.scalars(visits.limit(VISITS_ON_PAPER)).all(),
        entries=stream.entries(firm.id)[0],
    )  # fmt: skip
