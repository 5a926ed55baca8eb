"""The floor: the smallest Flask application of the same rows; no session, rights, ORM or layout. Its table is compiled
each time (0.7 ms of it). FLOOR_DATABASE: the path of an SQLite file or a postgresql:// address with the data."""

import os
import sqlite3

from flask import Flask, g, render_template_string, request

ADDRESS = os.environ.get("FLOOR_DATABASE", "")
COLUMNS = "id, name, short_name, credit_code, tier, industry, legal_representative, last_visit_on, standing, note"
LIST = f"SELECT {COLUMNS} FROM enterprise WHERE standing = 'active' ORDER BY sort_key, id LIMIT 50"
COUNT = "SELECT count(*) FROM enterprise WHERE standing = 'active'"
OF_VISIT = "v.id, e.name, v.visited_on, v.kind, u.name, v.met, v.text, v.state FROM visit v JOIN enterprise e"
VISITS = f"""SELECT {OF_VISIT} ON e.id = v.enterprise_id JOIN "user" u ON u.id = v.author_id
WHERE v.state = 'done' ORDER BY v.visited_on DESC, v.id DESC LIMIT 50"""
LIVE = "SELECT count(*) FROM enterprise e WHERE standing = 'active'"
SERVED = "EXISTS (SELECT 1 FROM assignment a WHERE a.enterprise_id = e.id AND ended_on IS NULL{})"
UNSEEN = f"(last_visit_on IS NULL OR last_visit_on <= ?) AND NOT {SERVED.format(' AND started_on > ?')}"
NUMBERS = f"""SELECT ({LIVE}), ({LIVE} AND NOT {SERVED.format("")}), ({LIVE} AND {UNSEEN}), ({LIVE} AND created_at > ?),
({LIVE} AND credit_code IS NULL), (SELECT count(*) FROM followup WHERE state = 'open' AND due_on < ?)"""
GRAM = "standing = 'active' AND id IN (SELECT enterprise_id FROM search_gram WHERE gram = ?)"
FOUND = f"SELECT {COLUMNS} FROM enterprise WHERE {GRAM} ORDER BY sort_key, id LIMIT 50"
FILE = f"SELECT {COLUMNS} FROM enterprise WHERE id = ?"
ENTRIES = "SELECT at, kind, actor_name FROM entry WHERE enterprise_id = ? ORDER BY id DESC LIMIT 30"
ASKED = {
    "list": (LIST, COUNT), "visits": (VISITS, "SELECT count(*) FROM visit WHERE state = 'done'"),
    "search": (FOUND, f"SELECT count(*) FROM enterprise WHERE {GRAM}"), "home": (NUMBERS, "SELECT 1"),
    "file": (ENTRIES, FILE),
}  # fmt: skip
TABLE = """<!doctype html><title>{{ total }}</title><table>{% for row in rows %}<tr>{% for cell in row %}
<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"""
POOL = []
app = Flask(__name__)


def query(sql, *values):
    if "connection" not in g:
        g.connection = POOL.pop() if POOL else connect()
    return g.connection.execute(sql.replace("?", "%s") if "postgresql" in ADDRESS else sql, values).fetchall()


def connect():
    if ADDRESS.startswith("postgresql"):
        import psycopg

        return psycopg.connect(ADDRESS, autocommit=True)
    return sqlite3.connect(ADDRESS, check_same_thread=False)


@app.teardown_appcontext
def give_back(_error):
    if "connection" in g:
        POOL.append(g.connection)


@app.get("/<any(list, visits, search, home, file):what>")
def rows(what):
    given = request.args.getlist("v")
    found, total = (query(sql, *given[: sql.count("?")]) for sql in ASKED[what])
    return render_template_string(TABLE, rows=found, total=total[0][0])
