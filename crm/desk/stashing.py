"""Files that came with a form: checked and on the disk before the act begins, off it again when the act fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO

from werkzeug.datastructures import FileStorage

from crm.core.errors import RuleBroken
from crm.core.words import Say
from crm.files import checked, store
from crm.files.checked import Checked
from crm.visits import attaching


def looked_at(sent: Sequence[FileStorage]) -> list[Checked]:
    """Those that were really chosen, as many as a visit takes. Raises RuleBroken with the name of an unfit one."""
    chosen = [file for file in sent if file.filename]
    return [checked.checked(file.stream, file.filename or "") for file in chosen[: attaching.MOST_FILES]]


@contextmanager
def stashed(ready: Sequence[Checked], *, full: Say) -> Iterator[list[store.Stashed]]:
    """On the disk, in the same order. Raises RuleBroken with these words when it is full."""
    kept: list[store.Stashed] = []
    try:
        kept += [store.stash(BytesIO(one.content), most=checked.MOST_BYTES) for one in ready]
        yield kept
    except OSError as error:
        _drop(kept)
        raise RuleBroken(full, "files") from error
    except BaseException:
        _drop(kept)
        raise


def _drop(kept: list[store.Stashed]) -> None:
    for one in kept:
        store.drop(one)
