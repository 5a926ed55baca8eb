"""`flask export`: what the register knows as a file, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from crm.core.pages import speaking
from crm.core.speech import spoken
from crm.core.words import Say, say
from crm.imports import exporting
from crm.timeline import CLI, note
from crm.visits import records

WHY: dict[type[OSError], Say] = {
    FileNotFoundError: say("there is no such folder"), PermissionError: say("you may not write there"),
}  # fmt: skip
exports = AppGroup("export", help="Write what the register knows into a file.")


def options(*kinds: str) -> Callable[[Any], Any]:
    kind = click.option("--format", "kind", type=click.Choice(kinds), default="xlsx", show_default=True)
    out = click.option("--out", "target", type=click.Path(dir_okay=False, path_type=Path), required=True)
    return lambda command: kind(out(command))


@exports.command("enterprises")
@options("csv", "xlsx", "json")
@spoken
def enterprises(kind: str, target: Path) -> None:
    """Write all enterprises in the zone; the file can be imported again. Phone numbers are not hidden."""
    rows = _written(target, lambda path: exporting.write(kind, path))
    note("enterprises.exported", by=CLI, rows=rows, format=kind)
    click.echo(str(say("%(rows)s enterprises written to %(file)s", rows=rows, file=target)))


@exports.command("visits")
@options("csv", "xlsx")
@spoken
def visits(kind: str, target: Path) -> None:
    """Write all visits that took place; the file can be imported again."""
    with speaking("zh_Hans_CN"):
        rows = _written(target, lambda path: _visits(kind, path))
    note("visits.exported", by=CLI, rows=rows, format=kind)
    click.echo(str(say("%(rows)s visits written to %(file)s", rows=rows, file=target)))


def _visits(kind: str, path: Path) -> int:
    return records.write(kind, path, records.of(records.everything()), title=str(say("Ledger of visits")))


def _written(target: Path, write: Callable[[Path], int]) -> int:
    """Under another name until it is whole: an older file stays until then."""
    partial = target.with_name(f".{target.name}.part")
    try:
        rows = write(partial)
        partial.replace(target)
    except OSError as error:
        why = WHY[type(error)] if type(error) in WHY else error.strerror or str(error)
        words = say("%(file)s cannot be written: %(error)s", file=target, error=why)
        raise click.ClickException(str(words)) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return rows
