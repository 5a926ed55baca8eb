"""Papers behind a step: handed in, shown to those who see the track, taken away; the end of one opens a follow-up."""

from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.cultivation import papers_ending
from crm.cultivation.models import Track, TrackProposal
from crm.cultivation.paper_models import TrackPaper
from crm.followups.models import Followup

PDF = b"%PDF-1.4 notice %%EOF"


def sent(name="通知.pdf", content=PDF):
    return {"files": {"files": (BytesIO(content), name)}}


def papers():
    db.session.expire_all()
    return db.session.scalars(select(TrackPaper).order_by(TrackPaper.id)).all()


@pytest.fixture
def filed(page, way, firm, cast):
    """A step proposed with its paper."""
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    page.as_(cast.lin).open("cultivation.step", enterprise_id=firm.id, track_kind="IPO")
    number = "浙证监辅导〔2026〕12号"
    page.submit(state="IP_COACH", on="2026-06-05", grade="numbered", document_no=number, what="辅导协议", **sent())
    return page


def test_a_paper_comes_with_its_step_and_stays_with_it(filed, way, firm, cast):
    (paper,) = papers()
    assert (paper.what, paper.event_id, paper.file.name) == ("辅导协议", None, "通知.pdf")
    filed.as_(cast.manager).open("cultivation.decide", proposal_id=paper.proposal_id)
    assert "辅导协议" in filed.text and "文号" in filed.text
    filed.submit(word="confirm").follow()
    assert papers()[0].event_id is not None and "辅导协议" in filed.text


def test_a_paper_is_shown_through_the_clause_of_its_track(filed, way, cast):
    (paper,) = papers()
    address = f"/track-papers/{paper.id}"
    for who, answer in ((cast.lin, 200), (cast.manager, 200), (cast.admin, 404), (cast.zhou, 404)):
        shown = filed.as_(who).client.get(address)
        assert shown.status_code == answer, who.name
        shown.close()
    with filed.as_(cast.lin).client.get(address) as shown:
        assert shown.data == PDF


def test_what_is_missing_is_a_list_of_links(filed, way, firm, cast):
    way.confirm(db.session.query(TrackProposal).one())
    way.step("IPO", "IP_COACH_CHECK", "2026-09-05")
    filed.as_(cast.lin).open("desk.enterprise", enterprise_id=firm.id, tab="tracks")
    assert "尚缺事项" in filed.text
    link = next(a for a in filed.all("a") if "验收申请" in "".join(a.itertext()))
    filed.url = link.get("href")
    filed._take(filed.client.get(filed.url), 200)
    filed.submit(form="paper-form", **sent()).follow()
    assert [paper.what for paper in papers()] == ["辅导协议", "验收申请"]
    assert "尚缺事项" not in filed.text


def test_a_false_or_nameless_paper_is_refused_and_nothing_is_recorded(page, way, firm, cast):
    page.as_(cast.lin).open("cultivation.step", enterprise_id=firm.id, track_kind="REX")
    step = {"state": "REX_POOL", "on": "2026-06-05", "grade": "written"}
    page.submit(**step, what="名单文号", **sent("a.pdf", b"GIF89a"), expect=422)
    page.submit(**step, what="", **sent(), expect=422)
    assert "写明材料名称" in page.text
    assert (papers(), way.tracks()) == ([], [])


def test_a_paper_is_taken_away_and_the_same_bytes_count_once(page, way, firm, cast):
    way.step("REX", "REX_POOL", "2026-06-05")
    track = db.session.query(Track).one()
    for _twice in range(2):
        page.as_(cast.lin).open("track_papers.of_event", track_id=track.id, seq=1, what="名单文号")
        page.submit(form="paper-form", **sent())
    (paper,) = papers()
    page.open("track_papers.of_event", track_id=track.id, seq=1).submit()
    assert papers()[0].file.removed_at is not None
    assert page.client.get(f"/track-papers/{paper.id}").status_code == 404


@pytest.fixture
def certified(page, way, firm, cast):
    """A certificate with its end; `open_ones()` are the promises made for it."""

    def hand_in(ends_on, what="证书编号", kind="SRDI", state="SR_BASE", track=None):
        if not way.tracks():
            way.baseline(kind, state, "2024-01-05")
        track = track or db.session.query(Track).one()
        page.as_(cast.lin).open("track_papers.of_event", track_id=track.id, seq=1)
        page.submit(form="paper-form", what=what, ends_on=ends_on, **sent(content=PDF + ends_on.encode()))

    return hand_in


def promised():
    db.session.expire_all()
    return [(f.text, f.due_on.isoformat()) for f in db.session.scalars(select(Followup))]


def test_a_certificate_that_ends_opens_a_follow_up_once(certified, page, firm, cast):
    certified("2027-02-21")
    assert clock.today() == date(2026, 11, 23)
    papers_ending.nightly(), papers_ending.nightly()
    assert promised() == [("“证书编号”2027-02-21 到期，及时换新", "2027-01-22")]
    page.open("desk.enterprise", enterprise_id=firm.id, tab="tracks")
    assert "即将到期" in page.text


def test_one_far_off_or_renewed_opens_none(certified):
    certified("2027-02-22")
    assert promised() == [] and papers_ending.nightly() is None
    certified("2026-12-01"), certified("2029-12-01")
    papers_ending.nightly()
    assert promised() == []


def test_one_that_ends_no_more_or_whose_step_never_was_opens_none(certified, way, cast):
    certified("2026-12-01")
    certified("")
    papers_ending.nightly()
    assert promised() == [], "the later one has no end"

    begun = way.baseline("NEEQ", "NQ_REFORMED", "2024-03-01")
    track = db.session.scalars(select(Track).where(Track.kind == "NEEQ")).one()
    certified("2026-12-09", track=track)
    way.correct(begun, "void")
    papers_ending.nightly()
    assert promised() == []


def test_the_follow_up_of_a_plan_names_nothing_of_it(certified, cast):
    certified("2026-12-30", what="保荐机构协议", kind="IPO", state="IP_ENGAGED")
    papers_ending.nightly()
    ((text, _due),) = promised()
    assert "保荐" not in text and "2026-12-30" in text
