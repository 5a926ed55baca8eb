"""Every step after every other with every grade, against the files as they are written."""

from datetime import date

import pytest
import yaml

from crm.cultivation.rules import ladder as rules
from crm.cultivation.rules.gates import Proposed, lacking
from crm.cultivation.rules.history import Event, Origin, Sort, obstacles

pytestmark = pytest.mark.rules

FILES = [yaml.safe_load(path.read_text(encoding="utf-8"))["editions"][-1] for path in rules.DATA.glob("ladder*.yaml")]
RAW = {kind["kind"]: kind for content in FILES for kind in content["kinds"]}
GRADES = [grade["code"] for content in FILES for grade in content.get("grades", ())]
BEFORE, DAY, TODAY = date(2026, 1, 5), date(2026, 6, 5), date(2026, 11, 23)


@pytest.mark.parametrize("code", RAW)
def test_what_may_follow_what(code):
    kind, states = rules.ladder().kinds[code], {state["code"]: state for state in RAW[code]["states"]}
    board = next(iter(kind.boards), "")
    for name, state in states.items():
        begun = [Event(1, Sort.BASELINE, name, BEFORE, board, Origin.HISTORY)]
        for other, after in states.items():
            reason = after["reasons"][0]["code"] if after.get("reasons") else ""
            step = Event(2, Sort.STEP, other, DAY, board, reason)
            may_follow = other in state.get("next", ())
            assert (obstacles(kind, begun, step, TODAY) == []) is may_follow, (name, other)
        first = Event(1, Sort.STEP, name, DAY, board, state["reasons"][0]["code"] if state.get("reasons") else "")
        assert (obstacles(kind, [], first, TODAY) == []) is bool(state.get("start")), name


@pytest.mark.parametrize("code", RAW)
def test_what_each_grade_is_enough_for_and_what_waits(code):
    known = rules.ladder()
    for state in RAW[code]["states"]:
        asked = GRADES.index(state["grade"]) if "grade" in state else 0
        made = known.state(state["code"])
        assert made.asks_confirmation is state.get("confirm", False)
        assert made.asks_confirmation or not {"grade", "figure", "deadline"} & state.keys()
        for place, grade in enumerate(GRADES):
            step = Proposed(state["code"], DAY, 1, "", grade, "1号", told_by="王总", told_on=DAY)
            assert (lacking(known, made, step, TODAY) == []) is (place >= asked), (state["code"], grade)
            bare = Proposed(state["code"], DAY, 1, "", grade)
            fields = {obstacle.field for obstacle in lacking(known, made, bare, TODAY)}
            assert ("document_no" in fields) is ("grade" in state and place >= asked)
            assert ("told_by" in fields) is (grade == "spoken" and "grade" not in state)
