"""The parts of a zip file, unpacked under a cap that trusts no declared size."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from crm.sheets.limits import MIB, Limits
from crm.sheets.refusal import Reason, Refusal

CHUNK = 1 << 16
LOOK_AT_RATIO_FROM = 10 * MIB


class Meter:
    """Counts what has been unpacked from one file so far."""

    def __init__(self, limits: Limits, packed: int) -> None:
        self._cap = limits.unpacked_bytes
        self._ratio = limits.ratio
        self._packed = max(packed, 1)
        self.unpacked = 0

    def add(self, size: int) -> None:
        self.unpacked += size
        swollen = self.unpacked > LOOK_AT_RATIO_FROM and self.unpacked > self._ratio * self._packed
        if swollen or self.unpacked > self._cap:
            raise Refusal(Reason.UNPACKS)


def check_entries(archive: ZipFile, limits: Limits) -> None:
    """Refuse what no office program writes: passwords on parts, odd compression, two parts of one name."""
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise Refusal(Reason.UNPACKS)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refusal(Reason.PASSWORD)
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise Refusal(Reason.DAMAGED)
    if len({entry.filename.casefold() for entry in entries}) < len(entries):
        raise Refusal(Reason.DAMAGED)


def unpacked(archive: ZipFile, entry: ZipInfo, meter: Meter) -> Iterator[bytes]:
    """The bytes of a part, piece by piece; Refusal when there are more or fewer than declared."""
    undeclared = copy.copy(entry)
    undeclared.file_size = 1 << 40  # zipfile stops at the declared size, other readers do not: read to the real end
    size = 0
    with archive.open(undeclared) as part:
        while piece := part.read(CHUNK):
            size += len(piece)
            meter.add(len(piece))
            yield piece
    if size != entry.file_size:
        raise Refusal(Reason.UNPACKS)
