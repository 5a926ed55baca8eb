"""Background work and daily work of the machine itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

from crm import jobs, timeline
from crm.core.words import say
from crm.files import store
from crm.ops import backup


def install() -> None:
    """What the scheduler process does for the machine: sealing, copies."""
    jobs.register("backup", run_backup, label=say("Backup"), then=lambda _job: ("ops.system", {}))
    jobs.each_minute("seal", timeline.seal)
    jobs.every_day("nightly copy", time(2, 30), backup.nightly)
    jobs.every_day("files nobody needs", time(3, 30), store.sweep)


def run_backup(_args: dict[str, Any], progress: Callable[[int, int], None]) -> dict[str, Any]:
    progress(0, 1)
    made = backup.back_up()
    progress(1, 1)
    return {"name": made.path.name, "size": made.size}
