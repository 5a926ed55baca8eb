"""Filters somebody needs often become tabs: his own, or shared with a unit."""

from datetime import date

from sqlalchemy import select

from crm.accounts.models import SavedView
from crm.core.db import db, writing
from crm.followups import services as followups


def tabs(page):
    nav = next(n for n in page.all("nav") if n.get("class") == "views")
    return [" ".join("".join(a.itertext()).split()) for a in nav.iter("a")]


def test_a_list_becomes_a_tab_that_opens_the_same_list(page, make, cast):
    make.enterprise("甲公司", unit=cast.section, code=None)
    page.as_(cast.manager).open("/enterprises?provisional=yes&sort=-name")
    link = next(a.get("href") for a in page.all("a") if "/views/new" in a.get("href"))
    page.open(link)
    page.submit(form="view-form", name="待补代码")
    page.follow()

    assert "待补代码" in tabs(page) and "甲公司" in page.text
    here = [a for a in page.all("a") if a.get("aria-current") == "page" and "provisional" in a.get("href")]
    assert len(here) == 1


def active(page):
    """The tabs marked as the one shown."""
    nav = next(n for n in page.all("nav") if n.get("class") == "views")
    links = nav.iter("a")
    return ["".join(a.itertext()).strip() for a in links if a.get("aria-current") == "page"]


def test_one_tab_at_most_is_the_one_shown_even_when_several_keep_the_same_filters(page, cast):
    page.as_(cast.manager)
    for name, query in (("我的全部", ""), ("分给我的", "commissioner=me"), ("又一份", "commissioner=me")):
        page.open("desk.save_view", listing="enterprises", query=query)
        page.submit(form="view-form", name=name)
        page.follow()
        assert active(page) == [name]

    page.open("desk.enterprises")
    assert active(page) == ["全部"]
    for name in ("我的全部", "分给我的", "又一份"):
        page.open(next(a.get("href") for a in page.all("a") if "".join(a.itertext()).strip() == name))
        assert active(page) == [name]
    page.open("/enterprises?commissioner=me")
    assert active(page) == ["我的"]
    page.open("/enterprises?tier=T1&view=1")
    assert active(page) == []


def test_a_shared_view_is_seen_below_its_unit_and_shows_each_his_own(page, make, cast):
    make.enterprise("科室企业", unit=cast.section, commissioner=cast.lin, code=None)
    make.enterprise("别处企业", unit=cast.elsewhere, code=None)
    page.as_(cast.manager).open("desk.save_view", listing="enterprises", query="provisional=yes")
    page.submit(form="view-form", name="待补代码", unit=str(cast.bureau.id))

    page.as_(cast.lin).open("desk.enterprises")
    assert "待补代码" in tabs(page)
    page.open("/enterprises?provisional=yes")
    assert "科室企业" in page.text and "别处企业" not in page.text
    assert "待补代码" not in tabs(page.as_(cast.stranger).open("desk.enterprises"))


def test_only_those_who_may_share_are_offered_units(page, cast):
    page.as_(cast.lin).open("desk.save_view", listing="enterprises", query="tier=T1")
    assert len(page.all("option")) == 1
    page.submit(form="view-form", name="龙头", unit=str(cast.bureau.id), expect=422)
    assert db.session.scalar(select(SavedView.id)) is None


def test_a_view_is_renamed_and_deleted_by_its_owner_alone(page, cast):
    page.as_(cast.manager).open("desk.save_view", listing="enterprises", query="tier=T1")
    page.submit(form="view-form", name="龙头", unit=str(cast.bureau.id))
    view = db.session.scalars(select(SavedView)).one()

    page.as_(cast.clerk).open("desk.edit_view", view_id=view.id, expect=404)
    page.as_(cast.manager).open("desk.edit_view", view_id=view.id)
    page.submit(form="view-form", name="龙头企业", unit="")
    assert (view.name, view.unit_id) == ("龙头企业", None)
    page.open("desk.edit_view", view_id=view.id)
    form = next(f for f in page.all("form") if "delete" in (f.get("action") or ""))
    form.set("id", "delete")
    page.submit(form="delete")
    assert db.session.scalar(select(SavedView.id)) is None


def test_a_second_view_of_the_same_name_replaces_the_first(page, cast):
    for query in ("tier=T1", "tier=T2"):
        page.as_(cast.lin).open("desk.save_view", listing="enterprises", query=query)
        page.submit(form="view-form", name="我的")
    assert db.session.scalars(select(SavedView.query)).all() == ["tier=T2"]


def test_a_view_leads_nowhere_but_to_its_list(page, cast):
    page.as_(cast.lin).open("desk.save_view", listing="//evil.example", query="x", expect=404)
    page.open("desk.save_view", listing="enterprises", query="//evil.example/?a=b")
    page.submit(form="view-form", name="坏")
    assert page.response.headers["Location"].startswith("/enterprises?")


def test_filters_of_follow_ups_are_kept_as_those_of_other_lists(page, make, cast):
    firm = make.enterprise("甲公司", unit=cast.section, commissioner=cast.lin, code=None)
    with writing():
        followups.add(firm, owner=cast.lin, text="问用工", due_on=date(2026, 12, 1), by=cast.lin)
    page.as_(cast.manager).open("/followups?of=unit&q=用工")
    page.open(next(a.get("href") for a in page.all("a") if "/views/new" in a.get("href")))
    page.submit(form="view-form", name="用工的事").follow()

    assert (active(page), "问用工" in page.text) == (["用工的事"], True)
    page.open("desk.edit_view", view_id=1)
    page.post("desk.delete_view", {"csrf_token": page.all("input", name="csrf_token")[0].get("value")}, view_id=1)
    assert page.response.headers["Location"] == "/followups"
