"""`send-reminders --once --json`: seven counts on stdout and nothing else there; who waits is told on stderr."""

import json
from dataclasses import replace

from tests.reminders.morning import promise

PROMISED = {"planned", "claimed", "accepted", "retry", "failed", "uncertain", "cancelled"}


def test_stdout_is_json_of_seven_counts_and_what_waits_is_told_beside_it(app, server, firm, cast, now):
    app.extensions["commissioner"] = replace(app.extensions["commissioner"], mail_per_minute=1)
    promise(firm, cast.lin, "2026-11-24"), promise(firm, cast.zhou, "2026-11-24")
    now.set("2026-11-24T08:31:00+08:00")
    done = app.test_cli_runner().invoke(args=["send-reminders", "--once", "--json"])

    counts = json.loads(done.stdout)
    assert set(counts) == PROMISED and counts["accepted"] == 1 and len(server.received) == 1
    assert "另有 1 封已到时间" in done.stderr or "1 more are due and wait" in done.stderr
