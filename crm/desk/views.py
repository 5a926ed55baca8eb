"""The desk's pages: each file beside this one adds its own to this blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("desk", __name__)
