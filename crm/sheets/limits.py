"""How much a file may cost before it is put down."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """A file's price is bounded by what its sender paid for it: the time allowed grows with its bytes on disk.

    A sheet of 100,000 rows × 10 columns (5 MB) fits; a small file that unpacks to much gets `seconds` and no more.
    """

    file_bytes: int = 20 * MIB
    unpacked_bytes: int = 150 * MIB
    ratio: int = 200  # unpacked : packed, looked at from 10 MiB on; honest sheets stay below 30
    entries: int = 2_000
    rows: int = 200_000
    columns: int = 1_000
    cells: int = 1_500_000  # rows and cells as written, empty ones too: what makes looking at a sheet long
    area: int = 4_000_000  # rows × columns down to the last value: the reader holds all of it
    memory: int = 280 * MIB  # of address space: below 300 MB whatever is counted
    answer_bytes: int = 128 * MIB
    seconds: float = 5.0  # of the processor
    seconds_per_mib: float = 4.0

    def seconds_for(self, size: int) -> float:
        return self.seconds + (size // MIB) * self.seconds_per_mib
