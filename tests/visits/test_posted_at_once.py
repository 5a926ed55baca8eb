"""Twenty posts of one form through HTTP at the same moment: one visit, and all of them see the same page."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from crm.core.db import db
from crm.enterprises.models import Contact
from crm.followups.models import Followup
from crm.visits.models import Visit

AT_ONCE = 20


def test_twenty_posts_of_one_visit_make_one_and_all_see_its_page(app, page, make, cast):
    firm = make.enterprise(commissioner=cast.lin, contact="王总")
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    fields = {f.get("name"): f.get("value") for f in page.all("input", type="hidden")}
    cookie = page.client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value
    sent = {
        **fields, "kind": "onsite", "on": "2026-11-23", "met": "新来的赵总", "text": "用电", "request": "增容",
        "followup_on": "2026-12-07",
    }  # fmt: skip

    def post(_n: int) -> tuple[int, str]:
        client = app.test_client()
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
        answer = client.post(f"/visits/new?enterprise={firm_id}", data=sent)
        return answer.status_code, answer.headers.get("Location", "")

    firm_id = firm.id
    with ThreadPoolExecutor(AT_ONCE) as threads:
        outcomes = set(threads.map(post, range(AT_ONCE)))

    db.session.rollback()
    assert outcomes == {(303, "/visits/1")}
    counted = [db.session.scalar(select(func.count()).select_from(table)) for table in (Visit, Followup, Contact)]
    assert counted == [1, 2, 2], "visits, follow-up and request, contacts"
