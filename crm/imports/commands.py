"""`flask import`: the same engine as the pages, for scripts and first fillings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import select

from crm.accounts.models import Unit
from crm.accounts.queries import root
from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.pages import speaking
from crm.core.speech import spoken
from crm.core.staging import Choices, Handover
from crm.core.words import Say, say
from crm.files import store
from crm.imports import applying, export_commands, report, services
from crm.imports.checking import NoRows, check, usable
from crm.imports.models import ImportRun
from crm.imports.reading import read_tables
from crm.imports.synonyms import mapping_problems, vocabulary
from crm.sheets.unreadable import Unreadable
from crm.timeline import CLI

CLEAN, HAS_ERRORS, UNUSABLE = 0, 1, 2
MOST_BYTES = 64 << 20
imports = AppGroup("import", help="Import a table: check it, or write it.")


def install(app: Flask) -> None:
    app.cli.add_command(imports)
    app.cli.add_command(export_commands.exports)


def options(command: Any) -> Any:
    """What both kinds of import take."""
    for option in reversed(
        (
            click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
            click.option(
                "--check",
                "mode",
                flag_value="check",
                default=True,
                help="Only say what would happen.",
            ),
            click.option(
                "--apply", "mode", flag_value="apply", help="Write; nothing is written while there are errors."
            ),
            click.option("--skip-errors", is_flag=True, help="With --apply: write the rows without errors."),
            click.option("--unit", "unit_name", help="Responsible unit of new entries; default the root unit."),
            click.option(
                "--map",
                "mapping",
                multiple=True,
                metavar="HEAD=FIELD",
                help="What a column means: a field, 'extra' or '-'.",
            ),
            click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON."),
        )
    ):
        command = option(command)
    return command


@imports.command("enterprises")
@options
@click.option("--note", default="", help="Note for changed commissioners.")
@click.option("--document-no", default="", help="Document number for changed commissioners.")
@click.option("--on", "on_day", type=click.DateTime(["%Y-%m-%d"]), help="Day of the change; default today.")
@spoken
def enterprises(on_day: Any, note: str, document_no: str, **given: Any) -> None:
    """Import a roster of enterprises (.xlsx, .xls, .csv)."""
    on = on_day.date() if on_day else clock.today()
    if on > clock.today():
        raise click.UsageError(str(say("A change for a day to come is ordered on the page, by a person")))
    _run("roster", handover=(note, document_no, on), **given)


@imports.command("people")
@options
@spoken
def people(**given: Any) -> None:
    """Import a list of officials (.xlsx, .xls, .csv)."""
    _run("people", handover=("", "", clock.today()), **given)


@imports.command("visits")
@options
@spoken
def visits(**given: Any) -> None:
    """Import a ledger of visits (.xlsx, .xls, .csv); their authors and days stay as they are."""
    _run("visits", handover=("", "", clock.today()), **given)


@imports.command("tracks")
@options
@click.option("--provisional", is_flag=True, help="Enter enterprises that are not in the register, without a code.")
@spoken
def tracks(*, provisional: bool, **given: Any) -> None:
    """Import firms that are quoted or listed already, with the day since when (.xlsx, .xls, .csv)."""
    _run("tracks", handover=("", "", clock.today()), enters_unknown=provisional, **given)


@imports.command("figures")
@options
@click.option("--doubtful", is_flag=True, help="With --apply: write rows that look odd too, after a look at them.")
@spoken
def figures(*, doubtful: bool, **given: Any) -> None:
    """Import annual and quarterly figures of enterprises (.xlsx, .xls, .csv)."""
    _run("figures", handover=("", "", clock.today()), stands_by_doubts=doubtful, **given)


def _run(
    kind: str, *, mode: str, skip_errors: bool, as_json: bool, handover: tuple[str, str, date],
    enters_unknown: bool = False, stands_by_doubts: bool = False, **given: Any,
) -> None:  # fmt: skip
    file, unit = given["file"], _unit(given["unit_name"])
    mapping = _mapping(kind, given["mapping"])
    run_id = checked_run(kind, file, unit, mapping, enters_unknown=enters_unknown)
    run = db.session.get_one(ImportRun, run_id)
    outcome, has_errors = report.as_json(run), bool(run.counts["error"])
    writes = mode == "apply" and (skip_errors or not has_errors)
    left_out = 0
    if writes:
        note, document_no, on = handover
        change = Handover(note or _usual_note(file), document_no, on)
        choices = Choices(unit.id, True, True, change, stands_by_doubts)
        left_out = _apply(run_id, choices, skip_errors).get("left_out", 0)
    else:
        with writing():
            services.discard(db.session.get_one(ImportRun, run_id), by=CLI)
    _print(outcome, as_json)
    if not as_json:
        click.echo(str(_ending(outcome, mode, writes, left_out)))
    raise SystemExit(CLEAN if not left_out and (writes or not has_errors) else HAS_ERRORS)


def _usual_note(file: Path) -> str:
    """It stays in the register, so it is in the bureau's language, not in that of whoever typed the command."""
    with speaking(current_app.extensions["commissioner"].locale):
        return str(say("Import of %(file)s", file=file.name))


def checked_run(kind: str, file: Path, unit: Unit, mapping: dict[str, str], *, enters_unknown: bool = False) -> int:
    try:
        with file.open("rb") as source:
            stashed = store.stash(source, most=MOST_BYTES)
    except store.TooLarge:
        _stop(str(say("The file is larger than %(limit)s MB; split it", limit=MOST_BYTES >> 20)))
    try:
        path = store.path_of(stashed.stored_as)
        reading = usable(read_tables(path, name=file.name, kind=kind, mapping=mapping))
        defaults = services.sheet_defaults(kind, reading)
        with writing():
            wishes = {"mapping": mapping, "defaults": defaults}
            wishes |= {"enters_unknown": True} if enters_unknown else {}
            run_id = services.begin(kind, stashed, reading, name=file.name, unit=unit, by=CLI, options=wishes).id
        check(run_id, lambda done, total: None)
    except (Unreadable, NoRows) as unusable:
        store.drop(stashed)
        _stop("\n".join(map(str, services.reasons(unusable))))
    return run_id


def _apply(run_id: int, choices: Choices, skip_errors: bool) -> dict[str, int]:
    try:
        return applying.apply(run_id, by=CLI, choices=choices, skips_errors=skip_errors)
    except RuleBroken as broken:
        _stop("\n".join(str(obstacle.why) for obstacle in broken.obstacles))
    except Stale as stale:
        _stop(str(services.changed_since(stale)))


def _unit(name: str | None) -> Unit:
    if name is None:
        return root()
    found = db.session.scalars(select(Unit).where(Unit.name == name, Unit.closed_on.is_(None))).all()
    if len(found) != 1:
        _stop(
            str(
                say("There is no unit %(name)s", name=name)
                if not found
                else say("Several units are called %(name)s", name=name)
            )
        )
    return found[0]


def _mapping(kind: str, given: Iterable[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    if bad := [head for head, equals, field in pairs if not (head and equals and field)]:
        _stop(str(say("--map wants HEAD=FIELD, not %(given)s", given=bad[0])))
    mapping = {head: field for head, _, field in pairs}
    if problems := mapping_problems(vocabulary(kind), mapping):
        _stop("\n".join(map(str, problems)))
    return mapping


def _stop(words: str) -> NoReturn:
    click.echo(words, err=True)
    raise SystemExit(UNUSABLE)


def _print(outcome: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(outcome, ensure_ascii=False))
        return
    counted = {key: outcome[key] for key in ("rows", "new", "update", "same", "officials_new")}
    words = say(
        "%(rows)s rows: %(new)s new, %(update)s changed, %(same)s unchanged, %(wrong)s with errors; "
        "%(officials_new)s new officials",
        **counted, wrong=_wrong(outcome),
    )  # fmt: skip
    click.echo(str(words))
    for notice in outcome["notices"]:
        click.echo(f"- {notice}")
    for error in outcome["errors"]:
        place = f"{error['sheet']} {error['row']} {error['column']}"
        click.echo(": ".join(filter(None, (place, str(error["value"]), error["reason"]))))


def _wrong(outcome: dict[str, Any]) -> int:
    """Rows, each of which may have several errors."""
    return len({(error["sheet"], error["row"]) for error in outcome["errors"]})


def _ending(outcome: dict[str, Any], mode: str, writes: bool, left_out: int) -> Say:
    """What became of the file: written, refused, or only looked at."""
    if left_out:
        told = {"n": outcome["new"] + outcome["update"] - left_out, "odd": left_out}
        return say("%(n)s rows written, %(odd)s that look odd left out: compare them, then add --doubtful", **told)
    if writes:
        return say("%(n)s rows written", n=outcome["new"] + outcome["update"])
    if mode == "check":
        return say("Only checked: nothing was written. --apply writes")
    return say(
        "Nothing was written: %(n)s rows have errors. Mend them, or add --skip-errors to write only the others",
        n=_wrong(outcome),
    )
