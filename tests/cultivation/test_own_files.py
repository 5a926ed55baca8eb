"""A bureau adds kinds of its own as data: what is confidential about them is told to few, by their data alone."""

import shutil
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from crm.core import rulebook
from crm.core.db import db
from crm.cultivation import rungs, showing
from crm.cultivation.models import Track
from crm.cultivation.plan_models import EnterpriseRung
from crm.cultivation.rules import ladder as rules
from crm.cultivation.rules import yearly
from tests.cultivation.test_lists import Lists

OWN = """
editions:
  - version: own-1
    since: 2026-01-01
    kinds:
      - kind: OWN
        zh: 区域板
        en: Regional board
        phases: [{code: way, zh: 在途, en: On the way}, {code: there, zh: 到达, en: There}]
        states:
          - {code: OWN_PLAN, start: true, secret: true, zh: 内部筹划, en: Planned, phase: way, rung: coaching,
             next: [OWN_TALKS, OWN_DROPPED]}
          - {code: OWN_TALKS, secret: true, zh: 洽谈, en: In talks, phase: way, rung: review,
             next: [OWN_FILED, OWN_DROPPED]}
          - {code: OWN_FILED, zh: 公开申报, en: Filed in public, phase: way, rung: review, next: [OWN_TALKS, OWN_THERE]}
          - {code: OWN_THERE, zh: 挂牌, en: Quoted, phase: there, rung: neeq, next: [OWN_DROPPED]}
          - {code: OWN_DROPPED, end: true, secret: true, zh: 放弃, en: Dropped}
"""
LISTS = [
    {"code": "QUIET", "zh": "内部名单", "en": "Quiet list", "rung": "neeq_key", "confidential": True},
    {"code": "LOUD", "zh": "公开名单", "en": "Open list", "rung": "ipo_key"},
]


@pytest.fixture
def own_files(tmp_path, monkeypatch):
    """The shipped files with two kinds of lists more, and a ladder beside them."""
    there = tmp_path / "cultivation" / "data"
    for folder in Path(rulebook.PACKAGES).glob("*/data"):
        shutil.copytree(folder, tmp_path / folder.parent.name / "data")
    (there / "ladder_own.yaml").write_text(OWN, encoding="utf-8")
    told = yaml.safe_load((there / "lists.yaml").read_text(encoding="utf-8"))
    told["editions"][-1]["kinds"] += LISTS
    (there / "lists.yaml").write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr(rulebook, "PACKAGES", tmp_path)
    monkeypatch.setattr(rules, "DATA", there)
    forget()
    yield
    monkeypatch.undo()
    forget()


def forget():
    rulebook.rulebook.cache_clear()
    rules.ladder.cache_clear()
    yearly.list_kinds.cache_clear()


def stands():
    row = db.session.execute(select(EnterpriseRung.rung, EnterpriseRung.public_rung)).one_or_none()
    return tuple(row) if row else ("", "")


def test_a_ladder_of_a_file_is_told_to_few_until_its_first_public_step(own_files, page, way, firm, cast):
    """Public from the filing on, also when it goes back to a step that is secret in itself."""
    way.done("OWN", "OWN_PLAN", "2026-02-05")
    assert stands() == ("coaching", "")
    way.done("OWN", "OWN_TALKS", "2026-03-05")
    assert stands() == ("review", "")
    for who, sees in ((cast.manager, True), (cast.admin, False)):
        page.as_(who).open("desk.enterprise", enterprise_id=firm.id)
        assert ("区域板" in page.text, "审核" in page.text) == (sees, sees), who.name
    way.done("OWN", "OWN_FILED", "2026-04-05")
    assert stands() == ("review", "review")
    way.done("OWN", "OWN_TALKS", "2026-05-05")
    assert stands() == ("review", "review")
    assert [db.session.scalars(select(Track.is_restricted)).all(), rungs.wrong()] == [[False], []]
    assert showing.of(firm.id, restricted=False)


def test_lists_of_a_file_give_rungs_as_they_are_confidential(own_files, firm, cast):
    """Two kinds of list give the same rung, one of them told to few: the other still counts for everybody."""
    book = Lists(cast)
    book.make("QUIET", firms=[firm])
    assert stands() == ("neeq_key", "")
    book.make("NEEQ_KEY", firms=[firm])
    assert stands() == ("neeq_key", "neeq_key")
    book.make("LOUD", firms=[firm])
    assert stands() == ("ipo_key", "ipo_key")
    book.make("IPO_KEY", firms=[firm])
    assert stands() == ("ipo_key", "ipo_key"), "a confidential list that gives the same rung takes nothing away"
    assert rungs.wrong() == []
