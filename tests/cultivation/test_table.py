"""The table in pages: in whatever order, each track stands on one of them, once."""

import pytest

from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.presence import leave


@pytest.fixture
def register(make, cast, way):
    """Twenty-four firms, some on two ladders, some spoken alike; one that has left."""
    firms = [make.enterprise(f"杭州{name}{n % 10}有限公司", unit=cast.section) for n, name in enumerate("张章彰" * 8)]
    for firm in firms:
        way.baseline("REX", "REX_LISTED", "2020-01-05", firm=firm)
    for n, firm in enumerate(reversed(firms)):
        if n % 3 == 0:
            way.baseline("NEEQ", "NQ_ENGAGED", "2024-01-05", firm=firm)
    with writing():
        gone = db.session.get_one(Enterprise, firms[4].id)
        leave(gone, Standing.MOVED_OUT, on=clock.today(), reason="外迁", by=cast.manager)
    return firms


def pages(page, sort):
    found = []
    for number in (1, 2):
        page.open(f"/board/table?size=20&sort={sort}&page={number}")
        found += [tuple(" ".join(cell.itertext()).strip() for cell in row)[:2] for row in page.all("tbody")[0]]
    return found


@pytest.mark.parametrize("sort", ["name", "-name", "kind", "since", "commissioner"])
def test_each_track_stands_on_one_page(page, register, cast, sort):
    page.as_(cast.manager)
    found = pages(page, sort)
    assert len(found) == len(set(found)) == 31
    assert not any(register[4].name in name for name, _kind in found)
    if sort.endswith("name"):
        ordered = sorted(
            (firm for firm in register if firm is not register[4]), key=lambda firm: (firm.sort_key, firm.id)
        )
        names = list(dict.fromkeys(name for name, _kind in found))
        assert names == [firm.name for firm in (ordered if sort == "name" else reversed(ordered))]
