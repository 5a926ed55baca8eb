"""In the enterprise file: a step is proposed, confirmed by another, corrected; plans stay with those entitled."""

from sqlalchemy import select

from crm.core.db import db
from crm.cultivation.models import Track, TrackEvent, TrackProposal

FILED = {"state": "IP_COACH", "on": "2026-06-05", "grade": "numbered", "document_no": "浙证监辅导〔2026〕12号"}


def test_a_commissioner_proposes_and_his_manager_confirms(page, way, firm, cast):
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    page.as_(cast.lin).open("cultivation.step", enterprise_id=firm.id, track_kind="IPO")
    page.submit(**FILED).follow()
    assert "待确认" in page.text and "辅导备案" in page.text
    proposal = db.session.scalars(select(TrackProposal)).one()

    page.as_(cast.manager).open("desk.enterprise", enterprise_id=firm.id, tab="tracks")
    assert "查看" in page.text
    page.open("cultivation.decide", proposal_id=proposal.id)
    assert "浙证监辅导〔2026〕12号" in page.text and "林晓" in page.text
    page.submit(word="confirm")

    assert ("IPO", 1, "IP_COACH", True) in way.tracks()
    page.open("desk.enterprise", enterprise_id=firm.id)
    assert "进行中： 上市 辅导备案" in page.text and "尚未： 省股交" in page.text


def test_what_is_lacking_stands_beside_its_field(page, way, firm, cast):
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    page.as_(cast.lin).open("cultivation.step", enterprise_id=firm.id, track_kind="IPO")
    page.submit(**{**FILED, "grade": "spoken"}, expect=422)
    assert "该节点的依据须为文号以上" in page.text
    page.submit(**{**FILED, "document_no": ""}, expect=422)
    assert "填写文件文号或公告编号" in page.text
    assert db.session.scalars(select(TrackProposal)).all() == []


def test_a_told_step_stands_at_once_and_is_marked(page, firm, cast):
    page.as_(cast.lin).open("cultivation.step", enterprise_id=firm.id, track_kind="REX")
    page.submit(state="REX_POOL", on="2026-06-05", grade="spoken", expect=422)
    assert "写明由谁反馈" in page.text and "写明何日告知" in page.text
    page.submit(state="REX_POOL", on="2026-06-05", expect=422)
    page.submit(state="REX_POOL", on="2026-06-05", grade="spoken", told_by="王总", told_on="2026-06-04").follow()
    assert "口头，待核" in page.text and "王总 2026-06-04" in page.text


def test_a_step_is_not_confirmed_without_a_reason(page, way, firm, cast):
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    proposal = way.step("IPO", "IP_COACH", "2026-06-05")
    page.as_(cast.manager).open("cultivation.decide", proposal_id=proposal.id)
    page.submit(word="reject", expect=422)
    other = page.response
    page.submit(word="reject", because="文号不对")
    db.session.expire_all()
    assert db.session.get_one(TrackProposal, proposal.id).outcome == "rejected"
    page.response = other
    page.submit(word="confirm", expect=409)


def test_a_manager_corrects_a_day(page, way, firm, cast):
    way.baseline("NEEQ", "NQ_BASE", "2015-03-02")
    track = db.session.scalars(select(Track)).one()
    page.as_(cast.manager).open("cultivation.correct", track_id=track.id, seq=1)
    page.submit(sort="redate", on="2015-03-12", reason="看错公告").follow()
    assert "更正日期" in page.text
    assert way.spans("NEEQ") == [("NQ_BASE", "2015-03-12", None)]
    page.open("cultivation.correct", track_id=track.id, seq=2, expect=404)
    assert len(db.session.scalars(select(TrackEvent)).all()) == 2


def test_the_head_and_the_tab_keep_a_plan_to_those_entitled(page, way, firm, cast):
    way.baseline("NEEQ", "NQ_BASE", "2015-03-02")
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    waiting = way.step("IPO", "IP_COACH", "2026-06-05")
    for who, sees in ((cast.lin, True), (cast.manager, True), (cast.auditor, True), (cast.admin, False)):
        for tab in ("timeline", "tracks"):
            page.as_(who).open("desk.enterprise", enterprise_id=firm.id, tab=tab)
            assert "已达到： 新三板 2015-03" in page.text
            assert ("保荐机构" in page.text) is sees, (who.name, tab)
            assert sees or "辅导" not in page.text
    page.as_(cast.admin).open("cultivation.decide", proposal_id=waiting.id, expect=403)


def test_the_file_costs_no_more_with_more_tracks(page, way, firm, cast, count_queries):
    way.baseline("NEEQ", "NQ_BASE", "2015-03-02")
    page.as_(cast.manager)

    def cost():
        with count_queries() as seen:
            page.open("desk.enterprise", enterprise_id=firm.id, tab="tracks")
        return len(seen)

    few = cost()
    for number in range(2, 8):
        way.done("NEEQ", "NQ_INNO" if number % 2 == 0 else "NQ_BASE", f"20{14 + number}-03-02")
    way.baseline("REX", "REX_LISTED", "2013-03-02")
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    assert cost() == few
