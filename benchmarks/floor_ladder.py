"""The floor of the ladder's pages: the same rows by bare statements in one table; what floor.py leaves out is left out.
FLOOR_LANES: by board the lanes of its page, each as [states, how many cards it shows]."""

import json
import os

from flask import render_template_string, request

from benchmarks.floor import ADDRESS, TABLE, app, query

OPEN = "is_open" if "postgresql" in ADDRESS else "is_open = 1"
CARD = f"""t.id, t.kind, t.attempt, t.state, t.board, t.since_on, t.last_seq, t.is_restricted, t.enterprise_id, e.name,
e.short_name, o.next_on, o.goal_on, o.goal_class, o.blocker, o.blocked_by, o.slips, o.reviewed_on, u.name, p.state
FROM track t JOIN enterprise e ON e.id = t.enterprise_id LEFT JOIN track_outlook o ON o.track_id = t.id
LEFT JOIN assignment a ON a.enterprise_id = e.id AND a.ended_on IS NULL LEFT JOIN "user" u ON u.id = a.commissioner_id
LEFT JOIN track_proposal p ON p.enterprise_id = e.id AND p.kind = t.kind AND p.outcome = 'waiting'
WHERE t.{OPEN} AND e.standing <> 'left'"""
TOTALS = f"SELECT state, count(*), min(since_on) FROM track WHERE {OPEN} GROUP BY state"
LEG = f"SELECT * FROM (SELECT id FROM track WHERE {OPEN} AND state IN ({{}}) ORDER BY since_on, id LIMIT {{}}) AS l{{}}"
ROWS = f"SELECT {CARD}"
PAGE = " ORDER BY e.sort_key, t.id LIMIT 50"
COUNT = f"SELECT count(*) FROM track t LEFT JOIN track_outlook o ON o.track_id = t.id WHERE t.{OPEN}"
CHOSEN = " AND o.goal_class = 'sure' AND t.kind = 'NEEQ'"
HOLDS = """figure <> '' AND from_on <= ? AND (until_on IS NULL OR until_on > ?) AND NOT EXISTS (SELECT 1 FROM presence p
WHERE p.enterprise_id = s.enterprise_id AND p.until_on <= ?)"""
STOCK = f"""SELECT figure, s.board, unit_id, count(DISTINCT enterprise_id) FROM track_span s
JOIN enterprise e ON e.id = s.enterprise_id WHERE {HOLDS} GROUP BY figure, s.board, unit_id"""
NEW = "SELECT figure, count(DISTINCT enterprise_id) FROM track_span WHERE is_new{} AND from_on > ? AND from_on <= ? {}"
TAKEN = "SELECT state, count(DISTINCT enterprise_id) FROM track_span WHERE from_on > ? AND from_on <= ? GROUP BY state"
PLANNED = f"""SELECT kind, goal_class, count(DISTINCT enterprise_id) FROM track t
JOIN track_outlook o ON o.track_id = t.id WHERE t.{OPEN} AND goal_on BETWEEN ? AND ? GROUP BY kind, goal_class"""


def lanes(which: str) -> str:
    """The union of the first cards of all lanes."""
    found = json.loads(os.environ["FLOOR_LANES"])[which]
    states = [", ".join(f"'{state}'" for state in each) for each, _n in found]
    return " UNION ALL ".join(LEG.format(states[n], found[n][1], n) for n in range(len(found)))


def drawn(rows, total) -> str:
    return render_template_string(TABLE, rows=rows, total=total)


@app.get("/board/<which>")
def board(which):
    return drawn(query(f"{ROWS} AND t.id IN ({lanes(which)})"), query(TOTALS))


@app.get("/table")
def table():
    more = CHOSEN if request.args.get("chosen") else ""
    return drawn(query(ROWS + more + PAGE), query(COUNT + more))


@app.get("/figures")
def figures():
    since, on = request.args["since"], request.args["on"]
    new = NEW.format("" if "postgresql" in ADDRESS else " = 1", "GROUP BY figure")
    return drawn([*query(STOCK, *[since] * 3), *query(STOCK, *[on] * 3)], query(new, since, on))


@app.get("/targets")
def targets():
    since, on = request.args["since"], request.args["on"]
    return drawn(query(TAKEN, since, on), query(PLANNED, on[:4] + "-01-01", on[:4] + "-12-31"))
