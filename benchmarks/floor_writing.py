"""The floor of writing: the smallest POST that keeps the same rows, and the bare statements of plan and claim.

*Visit* inserts a visit, its follow-up and their two entries and updates the days of the enterprise: one transaction.

Run as `floor_writing:app` with FLOOR_DATABASE as for `floor.py`; SQLite with the same WAL and synchronous=FULL.
"""

import json
import secrets
import time
from collections.abc import Callable

from flask import Flask, redirect, request

from benchmarks import floor

app = Flask(__name__)
POOL: list = []
NOW = "CURRENT_TIMESTAMP, CURRENT_TIMESTAMP"
VISIT = f"""INSERT INTO visit (enterprise_id, kind, counts, visited_on, state, author_id, contact_id, met, is_not_met,
text, client_key, source, no_followup, void_reason, version, created_at, updated_at)
VALUES (?, 'onsite', true, ?, 'done',
(SELECT commissioner_id FROM assignment WHERE enterprise_id = ? AND ended_on IS NULL),
(SELECT id FROM contact WHERE enterprise_id = ? AND is_primary AND removed_on IS NULL),
'王总', false, ?, ?, 'hand', false, '', 1, {NOW}) RETURNING id, author_id"""
FOLLOWUP = f"""INSERT INTO followup (enterprise_id, owner_id, kind, text, due_on, state, result, postponed, origin_kind,
origin_id, by_id, version, created_at, updated_at)
VALUES (?, ?, 'followup', ?, ?, 'open', '', 0, 'visit', ?, ?, 1, {NOW}) RETURNING id"""
DAYS = """UPDATE enterprise SET last_visit_on = ?, last_contact_on = ?, next_visit_due_on = ?, open_followups =
(SELECT count(*) FROM followup WHERE enterprise_id = ? AND state = 'open') WHERE id = ?"""
TOLD = "(CURRENT_TIMESTAMP, ?, ?, ?, ?, ?, '测速', 'web', '127.0.0.1', 'open', ?, ?, ?)"
ENTRIES = f"""INSERT INTO entry (at, kind, enterprise_id, subject_kind, subject_id, actor_id, actor_name, via, address,
level, body, salt, digest) VALUES {TOLD}, {TOLD}"""
DUE = """SELECT f.id FROM followup f WHERE f.state = 'open' AND f.due_on <= ? AND NOT EXISTS (SELECT 1 FROM reminder r
WHERE r.kind = 'followup_due' AND r.subject_kind = 'followup' AND r.subject_id = f.id
AND r.recipient_id = f.owner_id)"""
SILENT = """SELECT e.id FROM enterprise e JOIN assignment a ON a.enterprise_id = e.id AND a.ended_on IS NULL
WHERE e.standing = 'active' AND e.last_visit_on <= ? AND NOT EXISTS (SELECT 1 FROM reminder r
WHERE r.kind = 'enterprise_silent' AND r.subject_kind = 'enterprise' AND r.subject_id = e.id
AND r.recipient_id = a.commissioner_id)"""
WAITING = (
    "SELECT id FROM delivery WHERE state = 'pending' AND next_attempt_at <= ? ORDER BY next_attempt_at, id LIMIT 1"
)
CLAIM = "UPDATE delivery SET state = 'claimed', claim_token = ? WHERE id = ? AND state = 'pending'"
SETTLE = "UPDATE delivery SET state = 'accepted', claim_token = NULL WHERE id = ? AND claim_token = ?"


def connect():
    connection = floor.connect()
    if not on_postgresql():
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=FULL")
    return connection


def on_postgresql() -> bool:
    return floor.ADDRESS.startswith("postgresql")


def run(connection, sql: str, *values):
    return connection.execute(sql.replace("?", "%s") if on_postgresql() else sql, values)


@app.post("/visit")
def visit():
    connection = POOL.pop() if POOL else connect()
    firm, text, on, due_on = int(request.form["enterprise"]), *(request.form[name] for name in ("text", "on", "due_on"))
    run(connection, "BEGIN" if on_postgresql() else "BEGIN IMMEDIATE")
    [[made, by]] = run(connection, VISIT, firm, on, firm, firm, text, secrets.token_hex(12)).fetchall()
    [[promise]] = run(connection, FOLLOWUP, firm, by, text, due_on, made, by).fetchall()
    run(connection, DAYS, on, on, due_on, firm, firm)
    told = (("visit.recorded", firm, "visit", made), ("followup.added", firm, "followup", promise))
    rest = (by, json.dumps({"text": text, "on": on}), secrets.token_hex(16), secrets.token_hex(32))
    run(connection, ENTRIES, *told[0], *rest, *told[1], *rest)
    run(connection, "COMMIT")
    POOL.append(connection)
    return redirect("/", 303)


def plan(connection, today: str, silent_since: str) -> None:
    """One beat on which nothing is due: the two questions that grow with the register, then an empty commit."""
    run(connection, "BEGIN" if on_postgresql() else "BEGIN IMMEDIATE")
    run(connection, DUE, today).fetchall()
    run(connection, SILENT, silent_since).fetchall()
    run(connection, "COMMIT")


def claim(connection, now) -> None:
    """Take the delivery that has waited longest and settle it: two commits."""
    token = secrets.token_hex(12)
    [[found]] = run(connection, WAITING, now).fetchall()
    run(connection, CLAIM, token, found)
    run(connection, SETTLE, found, token)


def timed(act: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000
