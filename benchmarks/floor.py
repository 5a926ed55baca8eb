"""The floor: the smallest Flask application of the same rows; no session, rights, ORM or layout. Its table is compiled
each time (0.7 ms of it). FLOOR_DATABASE: the path of an SQLite file or a postgresql:// address with the data."""

import os
import sqlite3

from flask import Flask, g, render_template_string, request

ADDRESS = os.environ["FLOOR_DATABASE"]
COLUMNS = "id, name, short_name, credit_code, tier, industry, legal_representative, last_visit_on, standing, note"
LIST = f"SELECT {COLUMNS} FROM enterprise WHERE standing = 'active' ORDER BY sort_key, id LIMIT 50"
COUNT = "SELECT count(*) FROM enterprise WHERE standing = 'active'"
GRAM = "standing = 'active' AND id IN (SELECT enterprise_id FROM search_gram WHERE gram = ?)"
FILE = f"SELECT {COLUMNS} FROM enterprise WHERE id = ?"
ENTRIES = "SELECT at, kind, actor_name FROM entry WHERE enterprise_id = ? ORDER BY id DESC LIMIT 30"
TABLE = """<!doctype html><title>{{ total }}</title><table>{% for row in rows %}<tr>{% for cell in row %}
<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"""

app = Flask(__name__)


def query(sql, *values):
    if "connection" not in g:
        if ADDRESS.startswith("postgresql"):
            import psycopg

            g.connection = POOL.pop() if POOL else psycopg.connect(ADDRESS, autocommit=True)
        else:
            g.connection = POOL.pop() if POOL else sqlite3.connect(ADDRESS, check_same_thread=False)
    if ADDRESS.startswith("postgresql"):
        sql = sql.replace("?", "%s")
    return g.connection.execute(sql, values).fetchall()


POOL = []


@app.teardown_appcontext
def give_back(_error):
    if "connection" in g:
        POOL.append(g.connection)


@app.get("/list")
def rows():
    return render_template_string(TABLE, rows=query(LIST), total=query(COUNT)[0][0])


@app.get("/search")
def search():
    gram = request.args["q"][:2]
    found = query(f"SELECT {COLUMNS} FROM enterprise WHERE {GRAM} ORDER BY sort_key, id LIMIT 50", gram)
    return render_template_string(
        TABLE, rows=found, total=query(f"SELECT count(*) FROM enterprise WHERE {GRAM}", gram)[0][0]
    )


@app.get("/file/<int:enterprise_id>")
def file(enterprise_id):
    return render_template_string(TABLE, rows=query(FILE, enterprise_id) + query(ENTRIES, enterprise_id), total=1)
