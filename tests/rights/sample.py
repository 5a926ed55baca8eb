"""One row of everything a route may name, around an enterprise that Lin of the section serves."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

from flask import Flask
from sqlalchemy import inspect
from werkzeug.routing import Rule

from crm.accounts import sessions
from crm.accounts.models import Post, SavedView, Suggestion, User
from crm.core import clock
from crm.core.db import db, writing
from crm.cultivation.models import Track, TrackEvent, TrackProposal
from crm.cultivation.paper_models import TrackPaper
from crm.cultivation.partner_models import Partner, TrackPartner
from crm.cultivation.yearly_models import ListMember, Target, YearlyList
from crm.enterprises.models import Contact, Enterprise, EnterpriseName, ExtraField, Merge
from crm.enterprises.serving_models import AssignmentOrder, StandIn
from crm.enterprises.undo_models import UndoStep
from crm.files import store
from crm.files.models import StoredFile
from crm.followups.models import Followup
from crm.imports import services
from crm.imports.models import ImportRun
from crm.imports.reading import read_tables
from crm.jobs.models import Job
from crm.ops.builders import Cast
from crm.outbox.models import Delivery, DemoMail
from crm.tiers.annual.models import PeriodFigures
from crm.tiers.models import TitleHeld
from crm.visits import services as visits
from crm.visits.models import Policy, Visit, VisitFile

WHO = ("lin", "zhou", "manager", "leader", "clerk", "handler", "admin", "auditor", "stranger")
"""The cast; `zhou` is Lin's colleague without any tie to the enterprise, `stranger` sits in another bureau."""


ROSTER = "企业名称,统一社会信用代码,服务专员\n杭州新样本科技有限公司,,林晓\n"
NOTED = "%.exported"
"""Entries of `timeline.note`: the only thing a GET may write."""

MAIL = "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<!doctype html><title>m</title><h1>m</h1>\n"


class Sample:
    """Rows for every kind of object in an address; `values(rule)` fills a rule's parameters with them."""

    def __init__(self, make: Any, cast: Cast) -> None:
        self.cast = cast
        self.firm: Enterprise = make.enterprise(
            "杭州样本生物科技有限公司", unit=cast.section, commissioner=cast.lin, contact="王样本", phone="13900001111"
        )
        self.twin: Enterprise = make.enterprise("杭州样本生物科技公司", unit=cast.section)
        self.rows: dict[str, Any] = {"enterprise_id": self.firm, "person_id": cast.manager, "unit_id": cast.park}
        with writing():
            for name, row in self._rows().items():
                db.session.add(row)
                db.session.flush()
                self.rows[name] = row
        self._event()
        self._member()
        self.rows["run_id"] = self._import()
        self.rows["file_id"] = self._photo()
        self.rows["paper_id"] = self._paper()
        self.plan_id = self._plan()
        self.rows["contact_id"] = db.session.query(Contact).filter_by(enterprise_id=self.firm.id).one()
        self.rows["post_id"] = db.session.query(Post).filter_by(user_id=cast.manager.id).one()

    def _rows(self) -> dict[str, Any]:
        cast, today, firm = self.cast, clock.today(), self.firm.id
        return {
            "name_id": EnterpriseName(enterprise_id=firm, name="旧样本厂", name_key="旧样本厂"),
            "field_id": ExtraField(label="样本栏", kind="text"),
            "followup_id": Followup(enterprise_id=firm, owner_id=cast.lin.id, text="样本跟进", due_on=today),
            "title_id": TitleHeld(enterprise_id=firm, title="HIGH_TECH", from_on=today),
            "figures_id": PeriodFigures(
                enterprise_id=firm, year=today.year - 1, months=12, revenue=1, source="tax", entered_by_name="样本"
            ),
            "view_id": SavedView(listing="enterprises", owner_id=cast.lin.id, name="样本视图", query="sort=name"),
            "order_id": AssignmentOrder(
                enterprise_id=firm,
                to_id=cast.zhou.id,
                on=today + timedelta(days=30),
                document_no="样本〔2026〕1号",
                ordered_by_id=cast.manager.id,
            ),
            "stand_in_id": StandIn(
                official_id=cast.lin.id, deputy_id=cast.leader.id, from_on=today + timedelta(days=9)
            ),
            "job_id": Job(kind="sample", args={}, by_id=cast.clerk.id),
            "visit_id": Visit(
                enterprise_id=firm,
                kind="onsite",
                counts=True,
                visited_on=today,
                author_id=cast.lin.id,
                text="样本走访",
                met="王样本",
                client_key="sample",
            ),
            "delivery_id": Delivery(
                key="sample",
                recipient_id=cast.lin.id,
                template="password_reset",
                params={"n": 1},
                message_id="<1@sample>",
            ),
            "track_id": Track(
                enterprise_id=firm,
                kind="REX",
                state="REX_POOL",
                since_on=today,
                is_open=True,
                is_restricted=False,
                last_seq=1,
            ),
            "proposal_id": TrackProposal(
                enterprise_id=firm,
                kind="NEEQ",
                attempt=1,
                seq=1,
                state="NQ_POOL",
                happened_on=today,
                proposed_by_id=cast.lin.id,
            ),
            "list_id": YearlyList(kind="NEEQ_KEY", year=2026, name="样本名单", from_on=today),
            "target_id": Target(
                measure="step",
                subject="REX_LISTED",
                year=2026,
                unit_id=cast.bureau.id,
                low=1,
                high=2,
                from_on=today,
                set_by_id=cast.manager.id,
                set_by_name="样本",
            ),
            "partner_id": Partner(name="样本证券", name_key="样本证券"),
            "policy_id": Policy(title="样本政策", office="样本局"),
            "mail_id": DemoMail(
                recipient="lin@example.cn", subject="样本邮件", message_id="<1@sample>", raw=MAIL, at=clock.now()
            ),
            "suggestion_id": Suggestion(user_id=cast.lin.id, text="样本建议"),
            "step_id": UndoStep(kind="enterprise.edited_in_table", by_id=cast.clerk.id, changes=[]),
            "merge_id": Merge(kept_id=firm, gone_id=self.twin.id, reason="同一家", proposed_by_id=cast.clerk.id),
        }

    def _event(self) -> None:
        """What the track stands on."""
        made = {"state": "REX_POOL", "happened_on": clock.today(), "ladder": "sample", "proposed_by_name": "样本"}
        with writing():
            db.session.add(TrackEvent(track_id=self.rows["track_id"].id, seq=1, sort="step", **made))

    def _member(self) -> None:
        """The firm on the list, a partner at its track."""
        of_list = {"list_id": self.rows["list_id"].id, "entry_reason": "样本列入"}
        at = {"enterprise_id": self.firm.id, "track_id": self.rows["track_id"].id}
        with writing():
            self.rows["row_id"] = TrackPartner(**at, partner_id=self.rows["partner_id"].id, role="recommender")
            db.session.add(self.rows["row_id"])
            self.member = ListMember(enterprise_id=self.firm.id, from_on=clock.today(), **of_list)
            db.session.add(self.member)

    def _import(self) -> ImportRun:
        """A roster that the clerk has uploaded; it waits for its columns to be looked at."""
        stashed = store.stash(BytesIO(ROSTER.encode()), most=1 << 20)
        reading = read_tables(store.path_of(stashed.stored_as), name="样本.csv", kind="roster", mapping={})
        options: dict[str, Any] = {"mapping": {}, "name_heads": [], "offered": {}, "defaults": {}}
        with writing():
            return services.begin(
                "roster", stashed, reading, name="样本.csv", unit=self.cast.bureau, by=self.cast.clerk, options=options
            )

    def _photo(self) -> StoredFile:
        """A paper that hangs on the visit."""
        stashed = store.stash(BytesIO(b"%PDF-1.4 sample %%EOF"), most=1 << 20)
        with writing():
            kept = store.keep(stashed, name="样本.pdf", media_type="application/pdf", by_id=self.cast.lin.id)
            db.session.add(VisitFile(visit_id=self.rows["visit_id"].id, file_id=kept.id))
        return kept

    def _paper(self) -> TrackPaper:
        """Behind the step of the track."""
        stashed, event = (
            store.stash(BytesIO(b"%PDF-1.4 paper %%EOF"), most=1 << 20),
            db.session.query(TrackEvent).first(),
        )
        with writing():
            kept = store.keep(stashed, name="样本通知.pdf", media_type="application/pdf", by_id=self.cast.lin.id)
            made = {"enterprise_id": self.firm.id, "event_id": event.id, "file_id": kept.id, "added_by_name": "林晓"}
            paper = TrackPaper(**made, what="名单文号")
            db.session.add(paper)
            db.session.flush()
        return paper

    def _plan(self) -> int:
        on = clock.today() + timedelta(days=9)
        plan = {"kind": "onsite", "on": on, "at": None, "note": "", "client_key": "sample plan"}
        with writing():
            return visits.plan(self.firm, by=self.cast.lin, **plan)[0].id

    def values(self, rule: Rule, me: User) -> dict[str, Any]:
        """The sample's ids for the parameters of a rule; a session is always one's own."""
        known = {name: inspect(row).identity[0] for name, row in self.rows.items()}
        if "session_id" in rule.arguments:
            known["session_id"] = next((own.id for own in sessions.open_of(me.id)), 0)
        known |= {"code": "NONE-NONE-NONE-NONE", "filename": "favicon.svg"}
        known |= {
            "block": "error",
            "kind": "roster",
            "topic": "today",
            "track_kind": "NEEQ",
            "seq": 1,
            "state": "NQ_POOL",
        }
        if rule.endpoint == "desk.replan_visit":
            known["visit_id"] = self.plan_id
        missing = sorted(set(rule.arguments) - set(known))
        assert not missing, f"{rule.endpoint}: tests/rights/sample.py has no row for {missing}"
        return {name: known[name] for name in rule.arguments}


def rules(app: Flask) -> dict[str, Rule]:
    """Every address of the application by endpoint."""
    return {rule.endpoint: rule for rule in app.url_map.iter_rules()}


def whole_database() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, except when somebody was last seen and what reading itself writes down (NOTED)."""
    fresh = {("session", "seen_at"), ("user", "last_seen_at"), ("user", "updated_at")}
    found = {}
    for table in db.metadata.sorted_tables:
        columns = [c for c in table.columns if (table.name, c.name) not in fresh]
        query = db.select(*columns)
        rows = db.session.execute(query.where(table.c.kind.not_like(NOTED)) if table.name == "entry" else query).all()
        found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    db.session.rollback()
    return found
