"""Files that came with a form: checked and on the disk before the act begins, off it again when the act fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO

from flask import Response, abort, make_response, send_file
from werkzeug.datastructures import FileStorage

from crm.core.errors import RuleBroken
from crm.core.words import Say
from crm.files import checked, store
from crm.files.checked import Checked
from crm.files.models import StoredFile

PLAIN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'"
SHUT_POLICY = "default-src 'none'; sandbox"
"""A picture opened by itself can do nothing; the browser's own PDF viewer does not start in a sandbox."""


def looked_at(sent: Sequence[FileStorage], most: int) -> list[Checked]:
    """Those that were really chosen. Raises RuleBroken with the name of an unfit one."""
    chosen = [file for file in sent if file.filename]
    return [checked.checked(file.stream, file.filename or "") for file in chosen[:most]]


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


def shown(file: StoredFile) -> Response:
    """The bytes, kept by no browser, in a page that can do nothing; 404 when they are not on the disk."""
    path = store.path_of(file.stored_as)
    if not path.is_file():
        abort(404)
    answer = make_response(send_file(path, mimetype=file.media_type, download_name=file.name, conditional=False))
    answer.headers["Content-Security-Policy"] = PLAIN_POLICY if file.media_type == checked.PDF else SHUT_POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer
