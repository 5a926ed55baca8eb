"""Every door runs the same gate: the page of a step, a card of the board, several at once, list and command."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.cultivation.models import Track, TrackEvent, TrackProposal
from tests.cultivation.test_taking_over import sheet  # noqa: F401 - a fixture
from tests.imports.conftest import check, command  # noqa: F401 - fixtures
from tests.imports.wizard import bring_to_check

JOINT_STOCK = "须为股份有限公司"
FILED = {"state": "NQ_ACCEPTED", "on": "2026-06-05", "grade": "numbered", "document_no": "股转受理〔2026〕1号"}


@pytest.fixture
def limited(way, make, cast):
    """A limited company before the door that only joint-stock companies pass."""
    way.firm = make.enterprise("杭州有限责任公司", unit=cast.section, commissioner=cast.lin)
    way.baseline("NEEQ", "NQ_KERNEL", "2026-01-05", firm=way.firm)
    return way.firm


def counted():
    db.session.expire_all()
    return [db.session.scalar(select(func.count()).select_from(model)) for model in (TrackEvent, TrackProposal)]


def by_the_page(page, firm, cast):
    page.as_(cast.lin).open("cultivation.step", enterprise_id=firm.id, track_kind="NEEQ").submit(**FILED, expect=422)


def by_a_card(page, firm, cast):
    track = db.session.query(Track).one()
    page.as_(cast.lin).open("cultivation.move", track_id=track.id, to="review", seen=1).submit(**FILED, expect=422)


def by_confirming_several(page, firm, cast):
    """It was a joint-stock company when the step was proposed."""
    with writing():
        firm.name = "杭州股份有限公司"
    page.as_(cast.lin).open("cultivation.step", enterprise_id=firm.id, track_kind="NEEQ").submit(**FILED)
    with writing():
        firm.name = "杭州有限责任公司"
    waiting = db.session.query(TrackProposal).one().id
    page.as_(cast.manager).open("track_steps.confirm_many", id=waiting).submit(expect=409)


@pytest.mark.parametrize("door", [by_the_page, by_a_card, by_confirming_several], ids=lambda door: door.__name__)
def test_a_hard_condition_refuses(page, limited, cast, door):
    door(page, limited, cast)
    assert JOINT_STOCK in page.text
    assert counted()[0] == 1


@pytest.mark.parametrize("door", ["page", "card"])
def test_evidence_that_is_too_weak_is_refused(page, limited, cast, door):
    with writing():
        limited.name = "杭州股份有限公司"
    place = (
        ("cultivation.step", {"enterprise_id": limited.id, "track_kind": "NEEQ"})
        if door == "page"
        else ("cultivation.move", {"track_id": db.session.query(Track).one().id, "to": "review", "seen": 1})
    )
    page.as_(cast.lin).open(place[0], **place[1])
    page.submit(**{**FILED, "grade": "spoken", "told_by": "王总", "told_on": "2026-06-04"}, expect=422)
    assert "该节点的依据须为文号以上" in page.text
    assert counted() == [1, 0]


@pytest.mark.parametrize("door", ["service", "command", "page"])
def test_an_attempt_taken_over_obeys_order_and_days(page, way, sheet, check, cast, door):  # noqa: F811
    """A listing on the BSE before the quotation that it ends, and a day that has not come."""
    ahead = (clock.today() + timedelta(days=1)).isoformat()
    way.baseline("NEEQ", "NQ_INNO", "2023-01-05")
    if door == "service":
        for on in ("2022-01-05", ahead):
            with pytest.raises(RuleBroken):
                way.baseline("IPO", "IP_LISTED", on, board="BSE")
            db.session.rollback()
    else:
        path = sheet(["杭州样板股份有限公司", "", "北交所", "2022-01-05", ""], ["杭州丙", "", "新三板", ahead, ""])
        if door == "command":
            told = check(path, "--provisional", kind="tracks", expect=1)
            assert [error["row"] for error in told["errors"]] == [2, 3]
        else:
            bring_to_check(page.as_(cast.clerk), path, kind="tracks")
            assert "与此不符" in page.text
    assert counted() == [1, 0]


ROLES = {"lin": 303, "manager": 303, "clerk": 303, "leader": 403, "handler": 404, "admin": 403, "auditor": 403,
         "zhou": 404, "stranger": 404}  # fmt: skip


@pytest.mark.parametrize(("state", "is_counted"), [("REX_FILED", False), ("REX_LISTED", True)])
def test_who_records_and_that_what_counts_waits_for_another(page, way, make, cast, state, is_counted):
    for who, answer in ROLES.items():
        way.firm = make.enterprise(f"杭州{who}股份有限公司", unit=cast.section, commissioner=cast.lin)
        way.baseline("REX", "REX_ENGAGED" if not is_counted else "REX_FILED", "2025-01-05", firm=way.firm)
        before = counted()
        opened = page.as_(getattr(cast, who)).client.get(f"/enterprises/{way.firm.id}/tracks/REX").status_code
        assert opened == (200 if answer == 303 else answer), who
        if answer == 303:
            page.open("cultivation.step", enterprise_id=way.firm.id, track_kind="REX")
            page.submit(state=state, on="2026-06-05", grade="numbered", document_no="浙股交〔2026〕1号")
        grown = [now - then for now, then in zip(counted(), before, strict=True)]
        assert grown == ([0, 0] if answer != 303 else [0, 1] if is_counted else [1, 0]), who
