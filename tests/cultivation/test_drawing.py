"""The strip in the head of a file and the ladder drawn over time, as far as the reader may know."""

from datetime import date

from crm.core.db import db, writing
from crm.cultivation import planning
from crm.cultivation.models import Track
from crm.cultivation.rules.drawing import LEFT, WIDTH, Stay, draw
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.plan import Plan

TODAY = date(2026, 11, 23)


def test_higher_rungs_are_above_and_later_days_to_the_right():
    stays = [
        Stay("REX", "REX_LISTED", date(2015, 6, 1), None),
        Stay("NEEQ", "NQ_RESTRUCT", date(2020, 1, 1), date(2020, 1, 1)),
        Stay("NEEQ", "NQ_BASE", date(2021, 1, 1), None),
        Stay("SRDI", "SR_SRDI", date(2022, 1, 1), None),
    ]
    made = draw(ladder(), stays, TODAY)
    assert [(row.rung.code, row.kind.code) for row in made.rows] == [
        ("neeq", "NEEQ"), ("exchange", "REX"), ("pool", "NEEQ"),
    ]  # fmt: skip
    exchange, reform, base = made.bars
    assert base.y < exchange.y < reform.y and exchange.x < reform.x < base.x
    assert reform.width > 0 and base.x + base.width <= WIDTH and exchange.x > LEFT
    assert len(made.ticks) <= 8 and made.ticks[0] == (LEFT, 2015)


def test_nothing_to_draw_without_a_rung():
    assert draw(ladder(), [Stay("SRDI", "SR_SRDI", date(2022, 1, 1), None)], TODAY) is None
    assert draw(ladder(), [Stay("REX", "REX_POOL", TODAY, None)], TODAY).bars[0].width > 0


def test_the_file_draws_and_tells_it_as_far_as_one_may_know(page, way, cast, firm):
    way.baseline("REX", "REX_LISTED", "2015-06-05")
    way.baseline("NEEQ", "NQ_RESTRUCT", "2026-02-14")
    way.baseline("IPO", "IP_COACH", "2026-03-05")
    track = db.session.scalars(db.select(Track).where(Track.kind == "NEEQ")).one()
    with writing():
        planning.plan(track, Plan("", blocker="确权", blocked_by="bureau"), seq=1, by=cast.lin)
    for who, sees in ((cast.lin, True), (cast.admin, False)):
        page.as_(who).open("desk.enterprise", enterprise_id=firm.id, tab="tracks")
        words = ["".join(item.itertext()) for item in page.all("ol", **{"class": "strip"})[0]]
        told = [" ".join(text.split()) for text in words]
        assert told[:2] == ["已达到： 省股交 2015-06", "进行中： 新三板 股改中 （卡点：确权）"]
        assert told[2] == ("进行中： 上市 辅导备案" if sees else "尚未： 上市")
        assert len(page.all("{http://www.w3.org/2000/svg}rect") or page.all("rect")) in (0, 3 if sees else 2)
        assert "省股权交易中心 省股交挂牌：2015-06-05 至今" in page.text
        assert ("境内上市 辅导备案" in page.text) is sees
