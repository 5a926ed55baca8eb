"""Going through the import's pages as a clerk does, shared by its stories."""

from __future__ import annotations

import io

from sqlalchemy import select

from crm.core.db import db
from crm.enterprises.models import Enterprise
from crm.imports.models import ImportRun
from crm.jobs import jobs


def upload(page, path, *, expect=303, **more):
    page.open("imports.upload")
    return page.submit(form="upload", files={"file": (io.BytesIO(path.read_bytes()), path.name)}, expect=expect, **more)


def bring_to_check(page, path, kind=None, **columns):
    """Upload, accept the columns, let the background process check."""
    upload(page, path, kind=kind).follow()
    page.submit(form="columns", **columns).follow()
    assert jobs.work() == 1
    return page.open("imports.run", run_id=last().id)


def last() -> ImportRun:
    db.session.rollback()
    return db.session.scalars(select(ImportRun).order_by(ImportRun.id.desc())).first()


def firm(name):
    return db.session.scalars(select(Enterprise).filter_by(name=name)).one()


def row(make, number, name, *, official="", contact="王经理", phone="13812345678", park="东部医药港小镇"):
    return (name, make.code(number), official, contact, phone, 500, "2014-05-03", park, "医药制造业")


def token(page) -> str:
    return page.all("input", name="csrf_token")[0].get("value")
