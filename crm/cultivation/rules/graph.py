"""The graph of a kind of track as a drawing: a column a phase, its states below each other, ends at the right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crm.core.words import say
from crm.cultivation.rules.states import Kind, State

HEIGHT, GAP_X, GAP_Y, TOP, EDGE = 36, 46, 18, 40, 12
"""In units of the drawing: a box, what lies between, the room for heads, the margin."""
WIDE, NARROW, MANY = 168, 112, 5
"""How wide a box is: narrow ones from so many columns on, so that a desk shows them all."""


@dataclass(frozen=True)
class Box:
    """A state; x and y are its upper left corner."""

    state: State
    x: int
    y: int
    is_clock: bool


@dataclass(frozen=True)
class Arrow:
    """A path from one box to another; one to an end is drawn fainter, one backwards below."""

    path: str
    before: State
    after: State

    @property
    def is_end(self) -> bool:
        return self.after.is_end


@dataclass(frozen=True)
class Drawing:
    """`box` is how wide its boxes are."""

    box: int
    width: int
    height: int
    heads: tuple[tuple[int, object], ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def drawn(kind: Kind) -> Drawing:
    columns: list[tuple[object, list[State]]] = [
        (phase, [s for s in kind.states.values() if s.phase == phase.code and not s.is_end]) for phase in kind.phases
    ]
    columns.append((say("Ends"), [s for s in kind.states.values() if s.is_end]))
    box = NARROW if len(columns) > MANY else WIDE
    at = [EDGE + place * (box + GAP_X) for place in range(len(columns))]
    heads = tuple((x, head) for x, (head, _states) in zip(at, columns, strict=True))
    boxes = {each.state.code: each for each in _boxes(columns, at)}
    height = TOP + max(len(states) for _head, states in columns) * (HEIGHT + GAP_Y) + EDGE
    return Drawing(box, at[-1] + box + EDGE, height, heads, tuple(boxes.values()), tuple(_arrows(kind, boxes, box)))


def _boxes(columns: list[tuple[object, list[State]]], at: list[int]) -> Iterator[Box]:
    for x, (_head, states) in zip(at, columns, strict=True):
        for row, state in enumerate(states):
            yield Box(state, x, TOP + row * (HEIGHT + GAP_Y), state.deadline is not None)


def _arrows(kind: Kind, boxes: dict[str, Box], width: int) -> Iterator[Arrow]:
    """Those to an end first, so that the way up lies over them."""
    pairs = [(boxes[state.code], boxes[code]) for state in kind.states.values() for code in state.next]
    for before, after in sorted(pairs, key=lambda pair: not pair[1].state.is_end):
        yield Arrow(_path(before, after, width), before.state, after.state)


def _path(before: Box, after: Box, width: int) -> str:
    """From the right side to the left one; to the box below straight down, else within a column along its right side;
    backwards along the lower edges."""
    y1, y2 = before.y + HEIGHT // 2, after.y + HEIGHT // 2
    right, left, x = before.x + width, after.x, before.x + width // 2
    if left > before.x:
        bend = max(GAP_X // 2, (left - right) // 2)
        return f"M{right} {y1} C{right + bend} {y1} {left - bend} {y2} {left} {y2}"
    if left < before.x:
        y1, y2 = before.y + HEIGHT, after.y + HEIGHT
        return (
            f"M{before.x + 20} {y1} C{before.x + 20} {y1 + 40} {left + width - 20} {y2 + 40} {left + width - 20} {y2}"
        )
    if after.y - before.y == HEIGHT + GAP_Y:
        return f"M{x} {before.y + HEIGHT} L{x} {after.y}"
    rows = abs(after.y - before.y) // (HEIGHT + GAP_Y)
    out = right + min(10 + 7 * rows, GAP_X)
    return f"M{right} {y1 + 6} C{out} {y1 + 6} {out} {y2 - 6} {right} {y2 - 6}"
