"""The floor of writing: the smallest POST that inserts one row and commits, and the bare statements of plan and claim.

Run as `floor_writing:app` with FLOOR_DATABASE as for `floor.py`; SQLite with the same WAL and synchronous=FULL.
"""

import secrets
import time
from collections.abc import Callable

from flask import Flask, redirect, request

from benchmarks import floor

app = Flask(__name__)
POOL: list = []
VISIT = """INSERT INTO visit (enterprise_id, kind, counts, visited_on, state, author_id, met, is_not_met, text,
client_key, source, no_followup, void_reason, version, created_at, updated_at)
SELECT ?, 'onsite', counts, visited_on, 'done', author_id, met, is_not_met, ?, ?, source, no_followup, '', 1,
created_at, updated_at FROM visit WHERE enterprise_id = ? LIMIT 1"""
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
    firm = int(request.form["enterprise"])
    run(connection, VISIT, firm, request.form["text"], secrets.token_hex(12), firm)
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
