"""Every page of the application at an address that shows something, opened by somebody who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Flask, url_for
from werkzeug.routing import Rule

from crm.accounts import User, invitations
from crm.accounts.models import SavedView
from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.presence import leave
from crm.followups import services as followups
from crm.followups.models import Followup
from crm.ops.builders import Cast
from crm.reminders import planning
from crm.tiers import services as tiers
from crm.visits import services as visits
from tests.rights.sample import Sample, rules
from tests.visitor import Visitor

WHO = ("clerk", "manager", "admin", "lin")
NO_PAGES = {
    *("static", "health.healthz", "health.readyz", "enterprises.similar"),
    *("desk.contact_sheet", "desk.export_enterprises", "desk.exported", "imports.error_book", "imports.template"),
    *("ops.export_suggestions", "followups.export", "desk.visit_file", "desk.visit_files", "track_papers.paper"),
    *("cultivation.export_tracks", "cultivation.begin_round"),
    *("desk.export_people", "desk.export_loads", "desk.export_imports", "demo.mail_html"),
    *("cultivation.export_list", "cultivation.export_figures"),
    *("desk.export_visits", "desk.export_visit_figures", "desk.visit_ledger", "desk.own_sheet"),
    "tiers.export_figures",
}
"""Answers that are no whole page: a file, a line of JSON, a part of a page."""


@dataclass(frozen=True)
class Place:
    endpoint: str
    url: str
    by: User | None
    """None = nobody is signed in."""

    def __str__(self) -> str:
        return f"{self.url} ({self.by.name if self.by else '-'})"


class Lived(Sample):
    """The sample in a bureau that has been at work: promises of every age, visits, titles, a firm that left."""

    def __init__(self, make: Any, cast: Cast) -> None:
        super().__init__(make, cast)
        self.make, self.today = make, clock.today()
        with writing():
            self._promises()
            self._visits()
            self._register()
            self.slip = invitations.make(self.newcomer(), by=cast.clerk)
            db.session.add(
                SavedView(
                    listing="enterprises", owner_id=cast.manager.id, unit_id=cast.bureau.id, name="无人服务", query=""
                )
            )
        with writing():
            planning.plan_within(clock.now())

    def newcomer(self) -> User:
        person = self.make.user("新来", unit=self.cast.section)
        person.password_hash = None
        return person

    def _promises(self) -> None:
        for days, text in ((-9, "了解用电增容进度"), (0, "送政策汇编"), (1, "约谈财务负责人"), (12, "回访")):
            self._promise(days, text)
        done = self._promise(2, "核对联系人")
        followups.finish(done, by=self.cast.lin, result="已核对")
        followups.hand_back(self._promise(3, "安监事项"), reason="不是我的", by=self.cast.lin)
        followups.postpone(
            self._promise(4, "协调班车"), to_on=self.today + timedelta(days=8), reason="厂里放假", by=self.cast.lin
        )

    def _promise(self, days: int, text: str) -> Followup:
        made = followups.add(
            self.firm, owner=self.cast.lin, text=text, due_on=max(self.today, self._day(days)), by=self.cast.lin
        )
        if days < 0:
            made.due_on = self._day(days)
            db.session.flush()
        return made

    def _visits(self) -> None:
        text = "新厂房下月封顶\n用电要增容"
        for days, kind in ((-40, "onsite"), (-12, "call")):
            on, key = self._day(days), f"lived {days}"
            visits.record(self.firm, by=self.cast.lin, kind=kind, on=on, met="王样本", text=text, client_key=key)

    def _register(self) -> None:
        officials = self.cast.lin, self.cast.zhou
        for number in range(1, 25):
            self.make.enterprise(
                f"杭州在册{number}机电有限公司", unit=self.cast.section, commissioner=officials[number % 2],
                territory_id=self.cast.park.id, founded_on=date(2014, 5, 1), founded_precision="month",
                registered_capital=50_000_000, contact=f"联系{number}",
                phone=f"138{number:08d}",
            )  # fmt: skip
        self.make.enterprise("杭州暂无代码食品厂", unit=self.cast.section, code=None)
        left = self.make.enterprise("杭州已迁出纺织有限公司", unit=self.cast.section, commissioner=self.cast.zhou)
        leave(left, Standing.MOVED_OUT, on=self.today, reason="土地收储", by=self.cast.manager)
        tiers.set_tier(self.firm, "T2", by=self.cast.manager)

    def _day(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def told(self, rule: Rule) -> dict[str, Any]:
        """What an address must be asked so that its page has something to show."""
        firms = list(db.session.scalars(db.select(Enterprise.id).order_by(Enterprise.id).limit(2)))
        return {
            "accounts.accept": {"code": invitations.code_of(self.slip)},
            "accounts.invite_many": {"id": self.cast.zhou.id},
            "accounts.print_slips": {"id": self.slip.id},
            **{f"desk.{act}": {"id": firms} for act in ("assign_many", "chase_visits", "visit_names")},
            "desk.group_visit": {"enterprise": firms},
            "desk.plan_visit": {"enterprise": self.firm.id},
            "desk.set_many": {"id": firms},
            "handover.assign": {"enterprise_id": self.twin.id},
            "desk.new_followup": {"enterprise": self.firm.id},
            **{f"followups.{act}": {"id": self.rows["followup_id"].id} for act in ("settle", "chase", "names")},
            "desk.save_view": {"listing": "enterprises", "query": "sort=name"},
            "enterprises.similar": {"name": "样本"},
            "track_steps.confirm_many": {"id": self.rows["proposal_id"].id},
            "cultivation.enter_list": {"list": self.rows["list_id"].id, "q": "杭州"},
            "cultivation.figure_firms": {"figure": "NEEQ_KEY"},
            "cultivation.strike_list": {"id": self.member.id},
        }.get(rule.endpoint, {})


def places(app: Flask, lived: Sample) -> list[Place]:
    """One address for every GET route, opened by the first of the cast whom it lets in."""
    visitors = {name: Visitor(app).as_(getattr(lived.cast, name)) for name in WHO} | {"nobody": Visitor(app)}
    found, refused = [], []
    for endpoint, rule in sorted(rules(app).items()):
        if "GET" in rule.methods and endpoint not in NO_PAGES:
            opened = next(filter(None, (_opened(rule, lived, name, visitors[name]) for name in visitors)), None)
            found.append(opened) if opened else refused.append(endpoint)
    assert not refused, f"nobody sees a page there: {refused}"
    return found


def _opened(rule: Rule, lived: Sample, who: str, visitor: Visitor) -> Place | None:
    me = getattr(lived.cast, who, None)
    told = lived.told(rule) if isinstance(lived, Lived) else {}
    with visitor.app.test_request_context():
        known = lived.values(rule, db.session.get(User, (me or lived.cast.lin).id))
        url = url_for(rule.endpoint, **{**known, **told})
    answer = visitor.client.get(url)
    db.session.rollback()
    is_page = answer.status_code == 200 and answer.mimetype == "text/html"
    answer.close()
    return Place(rule.endpoint, url, me) if is_page else None
