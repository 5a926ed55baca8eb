"""Whatever a page changes about an enterprise, the same transaction says who did it."""

import re

import pytest
from sqlalchemy import event, select

from crm.core.db import db, writing
from crm.enterprises import contacts
from crm.enterprises.models import EnterpriseName, ExtraField, Merge
from crm.tiers.models import TitleHeld

WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)"?', re.IGNORECASE)
INDEX = {"search_gram", "search_key", "near_key"}
ALSO = {"enterprise", "extra_field", "saved_view"}


class Watch:
    """Per committed transaction the tables it wrote."""

    def __init__(self, engine):
        self.engine, self.now, self.acts = engine, set(), []
        event.listen(engine, "before_cursor_execute", self.saw)
        event.listen(engine, "commit", self.ended)
        event.listen(engine, "rollback", self.forgotten)

    def saw(self, _connection, _cursor, statement, *_):
        if found := WRITES.match(statement):
            self.now.add(found.group(1))

    def ended(self, _connection):
        self.acts.append(self.now)
        self.now = set()

    def forgotten(self, _connection):
        self.now = set()

    def stop(self):
        event.remove(self.engine, "before_cursor_execute", self.saw)
        event.remove(self.engine, "commit", self.ended)
        event.remove(self.engine, "rollback", self.forgotten)

    def silent(self):
        business = ALSO | {t.name for t in db.metadata.sorted_tables if "enterprise_id" in t.columns} - INDEX
        return [sorted(act & business) for act in self.acts if act & business and "entry" not in act]


@pytest.fixture
def watch(app):
    watching = Watch(db.engine)
    yield watching
    watching.stop()


def test_the_watch_notices_an_act_that_keeps_quiet(app, make, cast, watch):
    firm = make.enterprise(unit=cast.section)
    assert watch.acts and watch.silent() == []
    with writing():
        firm.note = "heimlich"
    assert watch.silent() == [["enterprise"]]


def test_every_act_of_the_register_is_recorded(page, make, cast, watch):
    firm = make.enterprise("杭州和达有限公司", unit=cast.section, contact="王", phone="13812346789")
    twin = make.enterprise("杭州和達有限公司", unit=cast.section, code=None)
    watch.acts.clear()
    here = {"enterprise_id": firm.id}

    page.as_(cast.admin).open("enterprises.extra_fields")
    page.submit(form="add-field", label="产值", kind="text")
    field = db.session.scalars(select(ExtraField)).one()
    page.open("enterprises.extra_field", field_id=field.id)
    page.submit(label="年产值")
    page.open("enterprises.extra_fields")
    page.submit(form=button(page, "retire"))
    page.open("enterprises.extra_fields")
    page.submit(form=button(page, "retire"))

    page.as_(cast.clerk).open("enterprises.edit", **here)
    page.submit(address="二号路", x1="100", name="杭州和远有限公司")
    page.open("enterprises.add_contact", **here)
    page.submit(name="沈秘书")
    second = contacts.of(firm.id)[1]
    page.open("enterprises.edit_contact", **here, contact_id=second.id)
    page.submit(position="行政")
    for act in ("make-primary", "remove", "restore"):
        page.open("desk.enterprise", **here, tab="contacts")
        page.submit(form=button(page, act))
    page.open("enterprises.names", **here)
    page.submit(form="add-name", name="钱江厂")
    page.open("enterprises.names", **here)
    page.submit(form=button(page, f"/names/{db.session.scalars(select(EnterpriseName.id)).all()[-1]}/remove"))
    page.open("tiers.set_tier", **here)
    page.submit(tier="T1")
    page.open("tiers.add_title", **here)
    page.submit(form="title-form", title="SRDI")
    title = db.session.scalars(select(TitleHeld)).one()
    page.open("tiers.edit_title", **here, title_id=title.id)
    page.submit(form="title-form", certificate_no="GR2026")
    page.open("tiers.edit_title", **here, title_id=title.id)
    page.submit(form=button(page, "remove"))
    page.follow()
    page.submit(form=button(page, "restore"))

    page.open("/enterprises?grid=1&columns=tier&columns=phone")
    page.submit(expect=200, **{f"{firm.id}-tier": "T2", f"{firm.id}-phone": "13700001111"})
    page.submit(form="save-table")
    page.follow()
    page.submit(form=button(page, "/undo/"))
    page.open("desk.leave", **here)
    page.submit(reason="迁出")
    page.open("desk.come_back", **here)
    page.submit(reason="迁回")
    page.open("enterprises.propose_merge", **here, q="和達")
    page.submit(form="merge-form", other=str(twin.id), kept="this", reason="同一家")
    page.as_(cast.manager).open("enterprises.merge", merge_id=db.session.scalars(select(Merge.id)).one())
    page.submit(form="confirm")
    page.open("enterprises.merge", merge_id=1)
    page.submit(form=button(page, "undo"))
    page.open("desk.save_view", listing="enterprises", query="tier=T1")
    page.submit(form="view-form", name="龙头")

    assert len(watch.acts) > 20
    assert watch.silent() == []


def button(page, address):
    """A button's form has no id: give it one."""
    form = next(f for f in page.all("form") if address in (f.get("action") or ""))
    form.set("id", "button")
    return "button"
