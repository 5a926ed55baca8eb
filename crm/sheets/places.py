"""Where things are in a sheet: rows count from 1 as Excel shows them, columns from 0 (A)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})\Z")


class Merge(NamedTuple):
    """A merged range; all four borders belong to it."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> int:
        return max(self.bottom - self.top + 1, 0) * max(self.right - self.left + 1, 0)

    def rows_among(self, numbers: Collection[int]) -> Iterable[int]:
        """The covered row numbers that exist, whichever is the shorter walk."""
        if self.bottom - self.top < len(numbers):
            return (n for n in range(self.top, self.bottom + 1) if n in numbers)
        return (n for n in numbers if self.top <= n <= self.bottom)


def letter(column: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


def column_index(letters: str) -> int:
    index = 0
    for character in letters.upper():
        index = index * 26 + ord(character) - 64
    return index - 1


def position(reference: str) -> tuple[int, int]:
    """ "C7" is (7, 2). Raises ValueError for anything that is not the reference of one cell."""
    match = REFERENCE.match(reference)
    if not match:
        raise ValueError(reference)
    return int(match[2]), column_index(match[1])
