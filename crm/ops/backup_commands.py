"""`backup` and `restore` on the command line."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app

from crm.core.pages import speaking
from crm.core.settings import Settings
from crm.core.speech import command_language
from crm.core.words import say
from crm.ops import backup as backups
from crm.ops import restore as restoring


@click.command("backup")
@click.option(
    "--to",
    "to",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder; default: backups/ in the data directory.",
)
def backup(to: Path | None) -> None:
    """Make a verified backup of the database and the stored files; prints its path."""
    with speaking(command_language()):
        try:
            made = backups.back_up(to)
        except backups.BackupFailed as failed:
            raise click.ClickException(str(failed.why)) from failed
        click.echo(str(made.path))


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--to", required=True, help="A folder (SQLite) or postgresql://… of an empty database.")
@click.option("--files", type=click.Path(path_type=Path, file_okay=False), help="Where stored files go (PostgreSQL).")
@click.option("--force", is_flag=True, help="Replace what is there.")
def restore(file: Path, to: str, files: Path | None, force: bool) -> None:
    """Verify a backup and put it into a new place; never overwrites without --force."""
    settings: Settings = current_app.extensions["commissioner"]
    with speaking(command_language()):
        try:
            url = restoring.restore(file, to=to, files=files or settings.data_dir, force=force)
        except backups.BackupFailed as failed:
            raise click.ClickException(str(failed.why)) from failed
        except OSError as error:
            raise click.ClickException(str(say("Nothing was restored: %(error)s", error=error))) from error
        click.echo(str(restoring.what_next(url)))
