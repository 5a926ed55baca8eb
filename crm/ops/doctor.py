"""The doctor: what is wrong with this installation, and what to do about it, in plain words.

Each check is a small function in `checks_machine` or `checks_data`; it returns findings, none when all is well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import click
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from crm.core.pages import speaking
from crm.core.settings import Settings
from crm.core.speech import command_language
from crm.core.words import Say, say


class Weight(StrEnum):
    ERROR = "E"
    WARNING = "W"
    NOTE = "N"


@dataclass(frozen=True)
class Finding:
    """`code` is stable (CRM-E001 …), so that people and monitors can talk about it."""

    weight: Weight
    number: int
    what: Say
    do: Say

    @property
    def code(self) -> str:
        return f"CRM-{self.weight}{self.number:03d}"


Check = Callable[[Settings], Iterable[Finding]]


def examine() -> list[Finding]:
    """Run every check; one that cannot run is a finding itself."""
    from crm.ops import checks_data, checks_machine

    settings: Settings = current_app.extensions["commissioner"]
    found: list[Finding] = []
    for check in (*checks_machine.ALL, *checks_data.ALL):
        try:
            found.extend(check(settings))
        except (SQLAlchemyError, OSError) as error:
            found.append(_could_not(check, error))
    return found


def _could_not(check: Check, error: Exception) -> Finding:
    reason = str(error).splitlines()[0][:200]
    return Finding(
        Weight.ERROR,
        99,
        say("The check %(name)s could not run: %(reason)s", name=check.__name__, reason=reason),
        say("Mend what is named above first, then run doctor again"),
    )


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print a list of findings as JSON.")
@click.option("--mend", is_flag=True, help="Recompute derived columns that disagree with the rows they come from.")
def doctor(as_json: bool, mend: bool) -> None:
    """Say what is wrong with this installation and what to do next; exit 1 when there is an error."""
    from crm.ops import checks_data

    with speaking(command_language()):
        if mend:
            click.echo(str(say("%(n)s derived values mended", n=checks_data.mend())))
        found = examine()
        if as_json:
            click.echo(
                json.dumps([{"code": f.code, "what": str(f.what), "do": str(f.do)} for f in found], ensure_ascii=False)
            )
        else:
            _tell(found)
    raise SystemExit(1 if any(f.weight == Weight.ERROR for f in found) else 0)


def _tell(found: list[Finding]) -> None:
    for finding in found:
        click.echo(f"{finding.code}  {finding.what}\n           → {finding.do}")
    if not found:
        click.echo(str(say("Everything is in order")))
