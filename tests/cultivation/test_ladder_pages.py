"""The ladder as a page a kind: its graph shows every state and edge, its list what each asks for."""

import pytest

from crm.cultivation.rules.graph import HEIGHT, drawn
from crm.cultivation.rules.ladder import ladder

KINDS = ladder().kinds.values()


@pytest.mark.rules
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_state_and_edge_is_drawn_and_no_box_lies_on_another(kind):
    drawing = drawn(kind)
    assert {box.state.code for box in drawing.boxes} == set(kind.states)
    edges = {(state.code, code) for state in kind.states.values() for code in state.next}
    assert {(arrow.before.code, arrow.after.code) for arrow in drawing.arrows} == edges
    places = [(box.x, box.y) for box in drawing.boxes]
    assert len(set(places)) == len(places)
    assert all(x + drawing.box <= drawing.width and y + HEIGHT <= drawing.height for x, y in places)


@pytest.mark.parametrize("code", [kind.code for kind in KINDS])
def test_the_page_says_what_each_state_asks_for(page, cast, code):
    kind = ladder().kinds[code]
    page.as_(cast.admin).open("ladder.of_kind", track_kind=code)
    for state in kind.states.values():
        for words in (state.zh, state.en, *(paper.zh for paper in state.evidence), *(g.zh for g in state.guards)):
            assert words in page.text, (state.code, words)
    assert page.response.text.count('<svg class="ladder-graph"') == 1
    page.open("ladder.of_kind", track_kind="NONE", expect=404)
