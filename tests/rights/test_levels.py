"""Confidentiality level by level: what is restricted is absent for those without the right, as if it did not exist."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy
from io import BytesIO

import pytest

from crm.core import clock
from crm.core.db import db, writing
from crm.cultivation import correcting, lists, papers, planning, reviewing, services
from crm.cultivation.models import Track
from crm.cultivation.rules.gates import Proposed
from crm.cultivation.rules.history import Origin, Sort
from crm.cultivation.rules.plan import Plan
from crm.enterprises import extras, names
from crm.files import store
from crm.followups import services as followups
from crm.jobs import jobs
from crm.outbox.jobs import Mailroom, deliver
from crm.permissions import WHO_MAY, Domain, Permission, Role
from crm.reminders.models import Reminder
from crm.reminders.planning import plan as plan_reminders
from crm.tiers.annual import services as annual
from crm.tiers.annual.rules import Period, Source
from crm.visits import services as visits
from tests.imports.conftest import book  # noqa: F401 - fixture
from tests.imports.wizard import last, upload
from tests.rights.sample import Sample, rules
from tests.rights.test_canary import words_of
from tests.rights.test_routes import address
from tests.services.smtp import mail_server

RESTRICTED = (
    "金丝雀进场", "金丝雀辅导", "金丝雀文号", "金丝雀原话", "金丝雀卡点", "金丝雀推迟", "金丝雀审阅", "金丝雀更正",
    "金丝雀入库", "金丝雀附件", "金丝雀证明", "金丝雀报表", "98,765.43", "金丝雀撤销",
)  # fmt: skip
INTERNAL = ("金丝雀挂牌", "金丝雀备注", "金丝雀自建栏", "金丝雀谈话")
OPEN = ("金丝雀待办",)
LISTS = ("desk.enterprises", "desk.export_enterprises", "desk.visits", "desk.export_visits", "followups.followups")
SEARCHED = ("金丝雀", "98,765.43")
NARROWED = ("sort=rung", "sort=-rung", "rung=ipo_key", "rung=pool", "rung=listed")
RESTRICTED_RIGHTS = (Permission.TRACK_RESTRICTED, Permission.FIGURES_VIEW)


@pytest.fixture
def world(make, cast):
    """Open and internal rows in the sample; `keep_secrets` adds the restricted ones. That there is a list of firms
    that prepare to go public is no secret, who is on it is."""
    made = World(make, cast)
    with writing():
        made.watcher = make.user("诉求科长", unit=cast.bureau, role=Role.MANAGER, domain=Domain.ISSUES)
    return made


class World(Sample):
    def __init__(self, make, cast):
        super().__init__(make, cast)
        self.today = clock.today()
        field = self.rows["field_id"]
        with writing():
            self.firm.note, self.firm.name = "金丝雀备注", "杭州样本生物科技股份有限公司"
            self.firm.name_key = names.normal(self.firm.name)
            self.key_list = lists.make("IPO_KEY", self.today.year, self.today, name="上市重点", by=cast.manager)
            extras.put(self.firm.id, {field.id: "金丝雀自建栏"})
            visits.record(self.firm, by=cast.lin, kind="onsite", on=self.today, met="王样本", text="金丝雀谈话",
                          client_key="levels of today")  # fmt: skip
            followups.add(self.firm, owner=cast.lin, text="金丝雀待办", due_on=self.today, by=cast.lin)
            listed = Proposed("HK_LISTED", date(2020, 1, 5), 0, board="HK_MAIN", note="金丝雀挂牌")
            services.baseline(self.firm, "HK", listed, origin=Origin.HISTORY, by=cast.manager)

    def keep_secrets(self):
        """A plan to go public in every place where something about it may be written, and figures."""
        cast, day = self.cast, self.today - timedelta(days=300)
        with writing():
            services.baseline(self.firm, "IPO", Proposed("IP_COACH_DONE", day, 0, note="金丝雀进场"),
                              origin=Origin.HISTORY, by=cast.manager)  # fmt: skip
        stashed = store.stash(BytesIO(b"%PDF-1.4 canary %%EOF"), most=1 << 20)
        paper = papers.Sent(stashed, "金丝雀附件.pdf", "application/pdf", "金丝雀证明")
        track = db.session.scalars(db.select(Track).where(Track.kind == "IPO")).one()
        with writing():
            wanted = Plan("", next_on=self.today + timedelta(9), blocker="金丝雀卡点", blocked_by="bureau")
            planning.plan(track, wanted, seq=1, by=cast.lin)
            planning.plan(track, replace(wanted, next_on=self.today + timedelta(20)), seq=2, by=cast.lin,
                          reason="金丝雀推迟")  # fmt: skip
            reviewing.review(track, remark="金丝雀审阅", by=cast.manager)
            correcting.correct(track, 1, Sort.REDATE, seq=2, reason="金丝雀更正", by=cast.manager,
                               on=day - timedelta(days=1))  # fmt: skip
            lists.enter(self.key_list, [self.firm], from_on=self.today, reason="金丝雀入库", by=cast.manager)
            attempt, seq = services.next_seq(self.firm.id, "IPO")
            evidence = {"grade": "published", "document_no": "金丝雀文号", "wording": "金丝雀原话"}
            step = Proposed("IP_ACCEPTED", self.today, attempt, board="MAIN", note="金丝雀辅导", **evidence)
            waits = services.propose(self.firm, "IPO", step, seq=seq, by=cast.lin)
            self.rows["proposal_id"], self.rows["paper_id"] = waits, papers.attach(waits, paper, by=cast.lin)
        self.rows["list_id"] = self.key_list
        self._figures()

    def _figures(self):
        given = annual.Entered(Period(2025), {"revenue": 987_654_300}, Source.TAX, note="金丝雀报表")
        row = self.rows["figures_id"].id
        with writing():
            made = annual.enter(self.firm, given, replaces=row, stands_by=self._stands_by(given), by=self.cast.lin)
            past = annual.Entered(Period(2023), {"tax_paid": 5}, Source.TAX)
            gone = annual.enter(self.firm, past, replaces=None, by=self.cast.lin)
            annual.withdraw(gone, by=self.cast.lin, reason="金丝雀撤销")
        assert made is not None

    def _stands_by(self, given):
        from crm.tiers.annual.queries import standing

        return annual.digest(annual.doubts_about(given, standing(self.firm.id)))


def crawl(page, world, me):
    """Everything each GET tells this person: address → words."""
    found = {}
    for endpoint, rule in sorted(rules(page.app).items()):
        if "GET" in rule.methods and endpoint != "static":
            plain = address(page.app, rule, world, me)
            found[plain] = look(page, plain)
            if endpoint in LISTS:
                found |= {url: look(page, url) for text in SEARCHED if (url := f"{plain}?q={text}")}
    tabs = (f"/enterprises/{world.firm.id}?tab={tab}" for tab in ("basics", "tiers", "tracks", "figures", "audit"))
    sorted_by = (f"/enterprises?{asked}" for asked in NARROWED)
    return found | {url: look(page, url) for url in (*tabs, *sorted_by)}


def look(page, url):
    words = words_of(page.client.get(url))
    db.session.rollback()
    db.session.expire_all()
    return words


def told(found, canaries):
    """(canary, address) of each that is heard; a search box shows again what was typed."""
    return {
        (canary, url)
        for url, words in found.items()
        for canary in canaries
        if canary in words and canary != url.rpartition("q=")[2]
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("database", "who", "hears"),
    [
        ("sqlite", "manager", (RESTRICTED, INTERNAL, OPEN)),
        ("sqlite", "admin", (INTERNAL, OPEN)),
        ("postgresql", "watcher", (INTERNAL, OPEN)),
        ("postgresql", "zhou", ()),
    ],
    indirect=["database"],
)
def test_each_level_is_told_to_those_with_its_right_and_to_nobody_else(page, world, who, hears):
    world.keep_secrets()
    me = world.watcher if who == "watcher" else getattr(world.cast, who)
    found = crawl(page.as_(me), world, me)

    heard = {canary for canary, _url in told(found, (*RESTRICTED, *INTERNAL, *OPEN))}
    due = {canary for level in hears for canary in level}
    assert heard - due == set(), sorted(told(found, heard - due))
    assert due - heard == set(), "otherwise the story could not fail"


@pytest.mark.slow
@pytest.mark.parametrize(("database", "who"), [("sqlite", "watcher"), ("postgresql", "admin")], indirect=["database"])
def test_what_is_restricted_changes_nothing_for_those_without_the_right(page, world, who):
    """No count, no order, no search, no file differs: every answer is the same before and after."""
    me = world.watcher if who == "watcher" else world.cast.admin
    rows = dict(world.rows)
    before = crawl(page.as_(me), world, me)
    world.keep_secrets()
    world.rows = rows
    after = crawl(page, world, me)
    assert [url for url in before if FLEETING.sub("", before[url]) != FLEETING.sub("", after[url])] == []


FLEETING = re.compile(
    r'name="csrf_token" [^>]*|nonce-\S+|>[0-9a-f]{10}<|<dcterms:(?:created|modified)[^<]*|[0-9a-f]{24}'
)
"""Tokens, keys of forms, the number of an error, and when a file was made."""


OF_PLANS = ("辅导", "完成函", "上市", "受理", "培育", "IPO")
"""What no mail says of any enterprise, though a term of its plan is running out and a step waits."""


def test_mails_tell_the_open_level_alone(app, page, world, now):
    world.keep_secrets()
    with mail_server() as server:
        app.extensions["commissioner"] = replace(app.extensions["commissioner"], smtp_url=server.url)
        for day in ("2026-11-24", "2026-11-25", "2026-12-14", "2027-03-01"):
            now.set(f"{day}T09:00:00+08:00")
            plan_reminders(clock.now())
            deliver(Mailroom(app.extensions["commissioner"]))
        mails = [message_from_bytes(bytes(mail.message), policy=policy.default) for mail in server.received]
    words = "".join(
        f"{mail['subject']} {part.get_content()}" for mail in mails for part in mail.walk() if not part.is_multipart()
    )
    assert "样本生物" in words, "otherwise the story could not fail"
    assert {"track_deadline", "step_waiting"} <= set(db.session.scalars(db.select(Reminder.kind)))
    named = (*RESTRICTED, *INTERNAL, *OPEN, *OF_PLANS)
    assert [canary for canary in named if canary in words] == []


def test_files_of_the_command_line_that_leave_the_house_hold_nothing_restricted(app, world, tmp_path):
    world.keep_secrets()
    run = app.test_cli_runner(catch_exceptions=False).invoke
    for what, kind in (("enterprises", "json"), ("enterprises", "csv"), ("visits", "csv")):
        path = tmp_path / f"{what}.{kind}"
        assert run(args=["export", what, "--format", kind, "--out", str(path)]).exit_code == 0
        text = path.read_text(encoding="utf-8-sig")
        assert "金丝雀" in text and [canary for canary in RESTRICTED if canary in text] == []


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_staged_table_of_figures_is_its_senders_alone(page, cast, world, book):  # noqa: F811
    head = ("企业名称", "年度", "营业收入（万元）", "备注")
    path = book([head, (world.firm.name, 2022, "98765.43", "金丝雀报表")])
    upload(page.as_(cast.clerk), path, kind="figures").follow()
    page.submit(form="columns")
    while last().state == "checking":
        jobs.work()
    assert last().counts["new"] == 1
    world.rows["run_id"] = last()
    for me in (cast.admin, cast.manager):
        found = crawl(page.as_(me), world, me)
        assert told(found, ("金丝雀报表", "98,765.43", "98765.43")) == set()


@pytest.mark.parametrize("right", RESTRICTED_RIGHTS)
def test_one_circle_sees_what_is_restricted(right):
    """The record has one level for it, so its rights are given together."""
    assert WHO_MAY[right] == WHO_MAY[Permission.TRACK_RESTRICTED]
