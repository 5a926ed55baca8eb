"""The shipped ladder is sound, says what the published processes say, and a broken file is refused with its faults."""

import copy
from datetime import date
from pathlib import Path

import pytest
import yaml

from crm.cultivation.rules import ladder as rules
from crm.cultivation.rules import soundness
from crm.cultivation.rules.gates import CHECKS
from crm.cultivation.rules.history import Event, Sort, obstacles
from crm.cultivation.rules.soundness import NEEDS

pytestmark = pytest.mark.rules

EDGES = yaml.safe_load((Path(__file__).parents[1] / "data" / "ladder_edges.yaml").read_text(encoding="utf-8"))["tracks"]
LADDER = rules.ladder()
DAY = date(2020, 1, 1)


def content(name="ladder"):
    raw = yaml.safe_load((rules.DATA / f"{name}.yaml").read_text(encoding="utf-8"))["editions"][-1]
    return copy.deepcopy(raw)


def faults_after(change):
    raw = content()
    change(raw["kinds"][0], {state["code"]: state for state in raw["kinds"][0]["states"]})
    return list(soundness.faults(rules.ladder_of([{**raw, "kinds": raw["kinds"][:1]}])))


@pytest.mark.parametrize("kind", EDGES)
def test_the_graph_is_the_published_one(kind):
    facts, known = EDGES[kind], LADDER.kinds[kind].states
    assert {code: set(state.next) for code, state in known.items() if state.next} == {
        code: set(after) for code, after in facts["edges"].items()
    }
    assert {code for code, state in known.items() if state.is_end} == set(facts["terminal"])
    assert list(LADDER.kinds[kind].starts) == facts["start"]


def test_a_ladder_of_ones_own_is_a_file():
    srdi = LADDER.kinds["SRDI"]
    assert srdi.states["SR_GIANT"].deadline.months == 36
    assert not srdi.is_confidential
    assert "SRDI" not in {raw["kind"] for raw in content()["kinds"]}


def test_the_shipped_files_have_no_fault():
    assert list(soundness.faults(LADDER)) == []
    assert set(CHECKS) == NEEDS


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("leads nowhere: REX_GONE", lambda _, s: s["REX_POOL"]["next"].append("REX_GONE")),
        ("REX_FILED: cannot be reached", lambda _, s: [
            each["next"].remove("REX_FILED") for each in s.values() if "REX_FILED" in each.get("next", ())
        ]),
        ("a label lacks a language", lambda _, s: s["REX_FILED"].update(en="")),
        ("a label lacks a language", lambda _, s: s["REX_FILED"]["evidence"][0].update(zh="")),
        ("must either end the track or lead on", lambda _, s: s["REX_FILED"].update(next=[])),
        ("unknown phase nowhere", lambda _, s: s["REX_FILED"].update(phase="nowhere")),
        ("unknown rung nowhere", lambda _, s: s["REX_FILED"].update(rung="nowhere")),
        ("unknown figure nothing", lambda _, s: s["REX_LISTED"].update(figure="nothing")),
        ("so it must be confirmed", lambda _, s: s["REX_LISTED"].update(confirm=False)),
        ("no state to start in", lambda _, s: s["REX_POOL"].pop("start")),
        ("a guard asks for luck", lambda _, s: s["REX_FILED"].update(
            guards=[{"is": "hard", "needs": "luck", "zh": "运气", "en": "Luck"}]
        )),
        ("brings along X", lambda _, s: s["REX_FILED"].update(effects=[{"closes": "REX", "with": "X"}])),
    ],
)  # fmt: skip
def test_a_broken_ladder_is_refused(what, change):
    assert any(what in fault for fault in faults_after(change))


def test_an_unknown_key_is_refused():
    with pytest.raises(TypeError):
        faults_after(lambda _, s: s["REX_FILED"].update(colour="red"))


def test_a_state_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="stands twice"):
        faults_after(lambda kind, _: kind["states"].append(kind["states"][0]))


def pairs():
    return [(kind.code, here, there) for kind in LADDER.kinds.values() for here in kind.states for there in kind.states]


def test_every_state_lets_only_its_own_steps_follow():
    """The table: from each state each other one, against the edges."""
    for code, here, there in pairs():
        kind = LADDER.kinds[code]
        board = next(iter(kind.boards), "")
        reason = next(iter(kind.states[there].reasons), None)
        opened = [Event(1, Sort.BASELINE, here, DAY, board, "history")]
        step = Event(2, Sort.STEP, there, DAY, board, reason.code if reason else "")
        may = obstacles(kind, opened, step, today=DAY) == []
        assert may == (there in kind.states[here].next), (here, there)


def test_an_attempt_begins_only_where_the_ladder_says():
    for kind in LADDER.kinds.values():
        for state in kind.states.values():
            reason = state.reasons[0].code if state.reasons else ""
            step = Event(1, Sort.STEP, state.code, DAY, next(iter(kind.boards), ""), reason)
            assert (obstacles(kind, [], step, today=DAY) == []) == state.is_start


def test_every_grade_reaches_itself_and_those_below():
    order = [grade.code for grade in LADDER.grades]
    for place, given in enumerate(order):
        assert [asked for asked in order if LADDER.reaches(given, asked)] == order[: place + 1]
    assert LADDER.reaches("", "") and not LADDER.reaches("", order[0])
