"""Pages of the yearly lists: set up, filled by search, by names and from the enterprise list, carried forward."""

import io
import zipfile

import pytest
from sqlalchemy import select

from crm.accounts.models import Preference
from crm.core.db import db, writing
from crm.cultivation.list_choosing import MOST
from crm.cultivation.yearly_models import ListMember, YearlyList
from crm.permissions import Role
from tests.cultivation.test_lists import Lists


@pytest.fixture
def book(cast):
    return Lists(cast)


@pytest.fixture
def firms(make, cast):
    names = ("杭州甲测机电有限公司", "杭州乙测食品有限公司", "杭州丙测医药有限公司")
    return [make.enterprise(name, unit=cast.section, commissioner=cast.lin) for name in names]


def on_it():
    rows = db.session.scalars(select(ListMember).order_by(ListMember.id))
    return [(row.enterprise.name[2], row.from_on.isoformat(), row.entry_reason, row.exit_reason) for row in rows]


def test_a_clerk_sets_up_a_list_and_fills_it(page, firms, cast):
    page.as_(cast.clerk).open("cultivation.new_list")
    page.submit(kind="NEEQ_KEY", year=2026, from_on="2026-02-15", document_no="杭开办〔2026〕9号", name="").follow()
    made = db.session.scalars(select(YearlyList)).one()
    assert made.name == "2026年度新三板重点培育企业名单"
    page.open("cultivation.enter_list", list=made.id, q="乙测")
    assert "杭州乙测食品有限公司" in page.text and "杭州甲测机电有限公司" not in page.text
    lines = f"杭州甲测机电有限公司\n{firms[2].credit_code}"
    more = {"from_on": "2026-02-15", "reason": "首批"}
    page.submit(id=firms[1].id, names=f"{lines}\n没有的公司", **more, expect=422)
    assert "没有的公司" in page.text and on_it() == []
    page.submit(id=firms[1].id, names=lines, **more).follow()
    assert sorted(on_it()) == sorted((name, "2026-02-15", "首批", "") for name in "甲乙丙")


def test_the_ticked_rows_of_the_enterprise_list_are_offered(page, firms, book, cast):
    made = book.make(year=2026, from_on="2026-02-15")
    page.as_(cast.manager).open("cultivation.enter_list", id=[firms[0].id, firms[1].id])
    assert "杭州丙测医药有限公司" not in page.text
    page.submit(list=made.id, id=[firms[0].id, firms[1].id], from_on="2026-03-01", reason="增补").follow()
    assert "杭州甲测机电有限公司" in page.text and len(on_it()) == 2
    page.open("cultivation.enter_list", list=made.id)
    page.submit(from_on="2026-03-01", expect=422)


def test_a_firm_is_struck_off_with_a_reason(page, firms, book, cast):
    made = book.make(firms=firms, year=2026, from_on="2026-02-15")
    row = db.session.scalars(select(ListMember).where(ListMember.enterprise_id == firms[0].id)).one()
    page.as_(cast.clerk).open("cultivation.strike_list", list_id=made.id, id=row.id)
    page.submit(until_on="2026-06-01", reason="", expect=422)
    page.submit(until_on="2026-06-01", reason="放弃挂牌计划").follow()
    assert "杭州甲测机电有限公司" not in page.text
    page.open("cultivation.yearly_list", list_id=made.id, state="left")
    assert "杭州甲测机电有限公司" in page.text and "放弃挂牌计划" in page.text
    page.open("cultivation.yearly_list", list_id=made.id, q="丙测", state="all")
    assert "杭州丙测医药有限公司" in page.text and "甲测" not in page.text


def test_all_that_match_are_struck_off_and_no_other(page, firms, book, cast):
    made = book.make(firms=firms, year=2026, from_on="2026-02-15")
    page.as_(cast.clerk).open("cultivation.strike_list", list_id=made.id, all=1, q="乙测")
    assert "杭州乙测食品有限公司" in page.text and "杭州甲测机电有限公司" not in page.text
    page.submit(until_on="2026-06-01", reason="放弃挂牌计划").follow()
    assert [row[3] for row in on_it()].count("放弃挂牌计划") == 1


def test_who_answers_for_a_part_of_the_zone_does_not_keep_its_lists(page, firms, book, cast, make):
    part = make.user("科内勤", unit=cast.section, role=Role.CLERK)
    made = book.make(year=2026, from_on="2026-02-15")
    page.as_(part).open("cultivation.new_list", expect=403)
    page.open("cultivation.edit_list", list_id=made.id, expect=403)
    page.open("cultivation.yearly_list", list_id=made.id)
    assert f"/lists/{made.id}/edit" not in page.response.text
    page.open("cultivation.enter_list", list=made.id, id=firms[0].id)
    page.submit(list=made.id, id=firms[0].id, from_on="2026-03-01", reason="增补").follow()
    assert len(on_it()) == 1


def test_more_than_are_taken_at_a_time_are_refused_not_cut(page, firms, book, cast):
    book.make(year=2026, from_on="2026-02-15")
    lines = "\n".join([firms[0].name, *(f"没有的公司{n}" for n in range(MOST))])
    page.as_(cast.clerk).open("cultivation.enter_list")
    page.submit(names=lines, from_on="2026-02-15", reason="首批", expect=422)
    assert "每次最多 500 家，其余企业分批列入" in page.text and on_it() == []


def test_the_check_page_says_who_stays_and_why_others_do_not(page, firms, book, cast, way):
    made = book.make(firms=firms, year=2025, from_on="2025-02-15")
    way.baseline("NEEQ", "NQ_BASE", "2026-01-05", firm=firms[0])
    page.as_(cast.manager).open("cultivation.forward_list", list_id=made.id)
    assert "已达成：新三板挂牌企业" in page.response.text
    ids = [firm.id for firm in firms]
    head = {"year": 2026, "from_on": "2026-02-20", "document_no": "", "name": "", "seen": ids}
    page.submit(**head, stay=[ids[1]], **{f"why-{ids[0]}": "已挂牌", f"why-{ids[2]}": ""}, expect=422)
    page.submit(**head, stay=[ids[1]], **{f"why-{ids[0]}": "已挂牌", f"why-{ids[2]}": "停产"}).follow()
    new = db.session.scalars(select(YearlyList).where(YearlyList.year == 2026)).one()
    page.open("cultivation.yearly_list", list_id=new.id)
    assert "杭州乙测食品有限公司" in page.text and "杭州甲测机电有限公司" not in page.text
    page.open("cultivation.yearly_list", list_id=made.id, state="left")
    assert "停产" in page.text


def test_reasons_of_the_product_are_read_in_the_language_of_who_reads_them(page, firms, book, cast, way):
    """Carried forward by a clerk who reads English, looked at in Chinese: on the list, in the file, in its record."""
    made = book.make(firms=firms, year=2025, from_on="2025-02-15")
    way.baseline("NEEQ", "NQ_BASE", "2026-01-05", firm=firms[0])
    ids = [firm.id for firm in firms]
    with writing() as session:
        session.add(Preference(user_id=cast.manager.id, key="language", value="en"))
    page.as_(cast.manager).open("cultivation.forward_list", list_id=made.id)
    reason = next(box.get("value") for box in page.all("input", name=f"why-{ids[0]}"))
    assert reason == "Has reached it: Firms quoted on NEEQ"
    head = {"year": 2026, "from_on": "2026-02-20", "document_no": "", "name": "", "seen": ids}
    page.submit(**head, stay=[ids[1]], **{f"why-{ids[0]}": reason, f"why-{ids[2]}": "Production stopped"}).follow()
    new = db.session.scalars(select(YearlyList).where(YearlyList.year == 2026)).one()
    assert "Carried over from 2025" in page.open("cultivation.yearly_list", list_id=new.id).text
    page.as_(cast.clerk).open("cultivation.yearly_list", list_id=new.id)
    assert "2025 年名单续列" in page.text and "Carried over" not in page.text
    page.open("cultivation.yearly_list", list_id=made.id, state="left")
    assert "已达成：新三板挂牌企业" in page.text and "Production stopped" in page.text
    assert "2025 年名单续列" in page.open("cultivation.print_list", list_id=new.id).text
    for tab in ("tracks", ""):
        page.open("desk.enterprise", enterprise_id=ids[0], tab=tab)
        assert "已达成：新三板挂牌企业" in page.text and "Has reached it" not in page.text, tab


def test_a_list_that_is_partly_anothers_is_not_carried_forward(page, firms, book, cast, make):
    other = make.enterprise("杭州他测化工有限公司", unit=cast.elsewhere)
    made = book.make(firms=[*firms, other], year=2025, from_on="2025-02-15")
    page.as_(cast.manager).open("cultivation.yearly_list", list_id=made.id)
    assert "他测" not in page.text
    page.open("cultivation.forward_list", list_id=made.id, expect=303).follow()
    assert "须由负责全部企业的人员结转" in page.text


def test_who_sees_a_part_of_a_list_is_told_so(page, firms, book, cast, make):
    other = make.enterprise("杭州他测化工有限公司", unit=cast.elsewhere)
    made = book.make(firms=[*firms, other], year=2025, from_on="2025-02-15")
    for door in ("yearly_list", "print_list"):
        page.as_(cast.manager).open(f"cultivation.{door}", list_id=made.id)
        assert "名单中另有 1 家企业不在本人可查看的范围内" in page.text
        page.as_(cast.auditor).open(f"cultivation.{door}", list_id=made.id)
        assert "他测" in page.text and "不在本人可查看的范围内" not in page.text


def test_a_confidential_list_is_absent_for_those_without_the_right(page, firms, book, cast):
    secret = book.make("IPO_KEY", firms=firms[:2], year=2026, from_on="2026-02-15", name="金丝雀名单")
    plain = book.make(firms=firms[:1], year=2026, from_on="2026-02-15")
    for who, sees in ((cast.manager, True), (cast.lin, True), (cast.auditor, True), (cast.admin, False)):
        page.as_(who).open("cultivation.yearly_lists")
        assert ("金丝雀名单" in page.text) is sees, who.name
        for door in ("yearly_list", "print_list"):
            page.open(f"cultivation.{door}", list_id=secret.id, expect=200 if sees else 404)
            assert ("甲测" in page.text) is sees
        page.open("cultivation.yearly_list", list_id=plain.id)
        assert "甲测" in page.text
    page.as_(cast.zhou).open("cultivation.yearly_list", list_id=plain.id)
    assert "甲测" not in page.text


def test_the_file_is_the_list_as_filtered(page, firms, book, cast):
    made = book.make(firms=firms, year=2026, from_on="2026-02-15", name="2026年度名单")
    answer = page.as_(cast.clerk).client.get(f"/lists/{made.id}/export?q=乙测")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book_file:
        words = "".join(book_file.read(name).decode() for name in book_file.namelist() if name.endswith(".xml"))
    assert "乙测" in words and "甲测" not in words and "2026年度名单" in words and "林晓" in words


def test_a_list_costs_no_more_with_more_members(page, book, cast, make, count_queries):
    made = book.make(year=2026, from_on="2026-02-15")

    def cost():
        with count_queries() as seen:
            page.open("cultivation.yearly_list", list_id=made.id)
        return len(seen)

    page.as_(cast.manager)
    counts = []
    for _ in range(2):
        more = [make.enterprise(unit=cast.section, commissioner=make.user(unit=cast.section)) for _ in range(10)]
        book.enter(made, *more, from_on="2026-03-01")
        counts.append(cost())
    assert counts[0] == counts[1] <= 12
