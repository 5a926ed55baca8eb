"""上市挂牌培育台账 as the bureau hands it in: the tracks under the table's filters, A4 landscape or as CSV."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import abort, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, and_, select

from crm import timeline
from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import read
from crm.core.pages import speaking
from crm.core.words import Say, say
from crm.cultivation import board, board_filters, ledger_parts, terms, words
from crm.cultivation.models import Track
from crm.cultivation.rules import lanes
from crm.cultivation.rules.deadlines import Due
from crm.cultivation.rules.gates import JOINT_STOCK
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.terms import Terms
from crm.cultivation.views import bp
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Liaison
from crm.permissions import Permission
from crm.sheets import layout as forms
from crm.sheets.names import file_name
from crm.sheets.paper import write_paper
from crm.sheets.write import write_csv

TITLE = say("Ledger of cultivation for quotation and listing")
MOST = 20_000
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
COLUMNS = (
    forms.Column(say("No."), forms.Show.NUMBER, 5),
    forms.Column(say("Enterprise name"), width=28),
    forms.Column(say("Unified social credit code"), width=21),
    forms.Column(say("Industry it belongs to"), width=14),
    forms.Column(say("Legal representative"), width=10),
    forms.Column(say("Broker or sponsor, auditor, lawyer"), width=22),
    forms.Column(say("Joint-stock company"), width=8),
    forms.Column(say("Board aimed at"), width=11),
    forms.Column(say("Present step"), width=14),
    forms.Column(say("Day of the present step"), forms.Show.DATE, 12),
    forms.Column(say("Next milestone and when it is expected"), width=22),
    forms.Column(say("Revenue / net profit of three years (10,000 yuan)"), width=26),
    forms.Column(say("Difficulties"), width=18),
    forms.Column(say("Who has to move"), width=11),
    forms.Column(say("Service commissioner"), width=9),
    forms.Column(say("Liaison leader"), width=9),
)


@bp.get("/board/export")
@requires(Permission.EXPORT, confirmed=True)
def export_tracks() -> ResponseReturnValue:
    """In Chinese whoever asks, and recorded."""
    me, kind = signed_in(), request.args.get("format", "xlsx")
    if kind not in TYPES:
        abort(404)
    with speaking("zh_Hans_CN"), tempfile.TemporaryDirectory() as folder:
        path, rows = Path(folder) / "ledger", _rows(me)
        count = write_csv(path, columns=COLUMNS, rows=rows) if kind == "csv" else _paper(path, rows)
        name = file_name(f"{clock.today():%Y年%m月}{TITLE}", unit=bureau("bureau_name"), on=clock.today(), suffix=kind)
        content = path.read_bytes()
    timeline.note("track.exported", by=me, rows=count, filters=request.query_string.decode()[:500], format=kind)
    return send_file(BytesIO(content), mimetype=TYPES[kind], as_attachment=True, download_name=name)


def _paper(path: Path, rows: Iterator[list[forms.Content]]) -> int:
    layout = forms.Layout(
        title=TITLE, columns=COLUMNS, unit_left=forms.reporting_unit(bureau("bureau_name")),
        unit_right=say("As of %(day)s", day=clock.today().isoformat()), sign_off=forms.SIGN_OFF,
    )  # fmt: skip
    return write_paper(path, layout=layout, rows=rows)


def _rows(me: User) -> Iterator[list[forms.Content]]:
    where = [*board_filters.where(me, request.args, Permission.EXPORT), Track.state.in_(ladder().owner)]
    found = read(_lines(me).where(*where).order_by(Enterprise.sort_key, Track.id).limit(MOST)).all()
    firms = sorted({row.enterprise_id for row in found})
    partners, reformed = ledger_parts.partners([row.id for row in found]), ledger_parts.reformed(firms, me)
    results, running_out = ledger_parts.results(firms, me), terms.of_open(found)
    return (
        _cells(
            number,
            row,
            partners.get(row.id, ""),
            row.enterprise_id in reformed,
            results.get(row.enterprise_id, ""),
            running_out.get(row.id, terms.NOTHING),
        )
        for number, row in enumerate(found, 1)
    )


def _lines(me: User) -> Select[Any]:
    led = and_(Liaison.enterprise_id == Track.enterprise_id, Liaison.until_on.is_(None))
    leader = select(User.name).where(User.id == Liaison.leader_id).correlate(Liaison).scalar_subquery()
    more = (Enterprise.credit_code, Enterprise.industry, Enterprise.legal_representative, leader.label("leader"))
    return board.details(me).add_columns(*more).outerjoin(Liaison, led)


def _cells(
    number: int, row: Any, partners: str, is_reformed: bool, results: str, running_out: Terms
) -> list[forms.Content]:
    kind = ladder().kinds[row.kind]
    state = kind.states[row.state]
    is_joint_stock = is_reformed or row.name.endswith(JOINT_STOCK)
    return [
        number, row.name, row.credit_code or "", row.industry, row.legal_representative, partners,
        say("Yes") if is_joint_stock else say("No"), words.board_word(row.board) or str(kind), str(state), row.since_on,
        _expected(lanes.next_step(kind, state), row, running_out.due), results, row.blocker or "",
        words.move_word(row.blocked_by) if row.blocked_by else "", row.commissioner or "", row.leader or "",
    ]  # fmt: skip


def _expected(after: Any, row: Any, due: Due | None) -> str:
    """股改完成 2027-03-01；挂牌（上市）2027-09；辅导工作完成函到期 2027-03-01，剩 90 天."""
    pieces: list[str | Say] = []
    if after is not None:
        pieces.append(" ".join(filter(None, (str(after), row.next_on.isoformat() if row.next_on else ""))))
    if row.goal_on is not None:
        pieces.append(say("Quoted or listed: %(month)s", month=f"{row.goal_on:%Y-%m}"))
    if due is not None:
        pieces.append(terms.due_words(due))
    return "；".join(map(str, pieces))
