"""Six rosters as six bureaus lay them out; each says the same two firms in its own way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import xlwt

from crm.ops.builders import Make

FIRST, SECOND = Make.code(501), Make.code(502)


def _book(path: Path, lines: list[str], merges: tuple[str, ...] = ()) -> Path:
    """Cells apart by |; a number begins with =."""
    made = openpyxl.Workbook()
    made.active.title = "Sheet1"
    for line in lines:
        made.active.append([_value(text) for text in line.split("|")])
    for area in merges:
        made.active.merge_cells(area)
    made.save(path)
    return path


def _value(text: str) -> str | float | None:
    return float(text[1:]) if text.startswith("=") else text or None


def plain_with_title(folder: Path) -> Path:
    """Title, line with unit, one row of heads, 合计, signature."""
    lines = [
        "企业包联工作安排表",
        "填报单位：经济发展局|||||||单位：万元",
        "序号|单位全称|机构代码|挂联干部|街道|企业负责人|联系电话|注册资金",
        f"=1|杭州甲一科技有限公司|{FIRST}|林晓|下沙街道|赵一|13811110001|=500",
        f"=2|杭州乙二医药有限公司|{SECOND}|周敏|白杨街道|钱二|13811110002|=1200.5",
        "合计|||||||=1700.5",
        "填表人：|||审核人：||||日期：",
    ]
    return _book(folder / "a.xlsx", lines, ("A1:H1",))


def two_levels(folder: Path) -> Path:
    """Heads in two rows with merged groups; the park merged over both firms."""
    lines = [
        "所在园区|企业信息|||联系人||包联干部",
        "|公司名称|社会信用代码|注册资本（万元）|姓名|手机|",
        f"下沙街道|杭州甲一科技有限公司|{FIRST}|=500|赵一|13811110001|林晓",
        f"|杭州乙二医药有限公司|{SECOND}|=1200.5|钱二|13811110002|周敏",
    ]
    return _book(folder / "b.xlsx", lines, ("A1:A2", "B1:D1", "E1:F1", "G1:G2", "A3:A4"))


def sheets_by_town(folder: Path) -> Path:
    """One sheet per sub-district and no column for it."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for town, name, code, official in (
        ("下沙街道", "杭州甲一科技有限公司", FIRST, "林晓"),
        ("白杨街道", "杭州乙二医药有限公司", SECOND, "周敏"),
    ):
        sheet = made.create_sheet(town)
        sheet.append(["企业名称", "统一社会信用代码", "对接人", "联系人", "联系电话"])
        sheet.append(
            [
                name,
                code,
                official,
                "赵一" if town == "下沙街道" else "钱二",
                13811110001 if town == "下沙街道" else 13811110002,
            ]
        )
    made.save(folder / "c.xlsx")
    return folder / "c.xlsx"


def old_csv(folder: Path) -> Path:
    """A CSV in GB18030 whose money is in 亿元, with a line break inside a quoted name."""
    lines = [
        "公司全称,信用代码,联络员,镇街,注册资本(亿元),成立时间",
        f'"杭州甲一\n科技有限公司",{FIRST},林晓,下沙街道,0.05,2014年5月',
        f"杭州乙二医药有限公司,{SECOND},周敏,白杨街道,0.12005,2015.10.1",
    ]
    (folder / "d.csv").write_bytes("\r\n".join(lines).encode("gb18030"))
    return folder / "d.csv"


def old_excel(folder: Path) -> Path:
    """An .xls with serial dates and phones as numbers."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("名单")
    rows = [
        ["企业名称", "统一社会信用代码", "服务专员", "所属街道", "联系人", "手机号码", "成立日期"],
        ["杭州甲一科技有限公司", FIRST, "林晓", "下沙街道", "赵一", 13811110001, 41760],
        ["杭州乙二医药有限公司", SECOND, "周敏", "白杨街道", "钱二", 13811110002, 42278],
    ]
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.save(str(folder / "e.xls"))
    return folder / "e.xls"


def deep_and_ragged(folder: Path) -> Path:
    """The table begins far down and to the right; captions between the rows; a head that repeats."""
    lines = [
        "|",
        "||2026年度助企服务名单",
        "||（内部使用，注意保存）",
        "|",
        "||序号|市场主体名称|税号|首席服务员|产业平台|联系方式",
        "||一、规上企业",
        f"||=1|杭州甲一科技有限公司|{FIRST}|林晓|下沙街道|13811110001",
        "||二、规下企业",
        "||序号|市场主体名称|税号|首席服务员|产业平台|联系方式",
        f"||=1|杭州乙二医药有限公司|{SECOND}|周敏|白杨街道|13811110002",
        "||备注：以上名单动态调整",
    ]
    return _book(folder / "f.xlsx", lines)


_ONE = {"credit_code": FIRST, "name": "杭州甲一科技有限公司", "commissioner": "林晓"}
_TWO = {"credit_code": SECOND, "name": "杭州乙二医药有限公司", "commissioner": "周敏"}
_BOTH: dict[str, dict[str, object]] = {
    "甲": {**_ONE, "territory": "下沙街道", "phone": "13811110001"},
    "乙": {**_TWO, "territory": "白杨街道", "phone": "13811110002"},
}
Layout = tuple[Callable[[Path], Path], dict[str, dict[str, object]], dict[str, dict[str, object]]]
LAYOUTS: list[Layout] = [
    (
        plain_with_title,
        _BOTH,
        {
            "甲": {"legal_representative": "赵一", "registered_capital": 500},
            "乙": {"legal_representative": "钱二", "registered_capital": 1200.5},
        },
    ),
    (
        two_levels,
        _BOTH,
        {
            "甲": {"contact": "赵一", "registered_capital": 500},
            "乙": {"contact": "钱二", "registered_capital": 1200.5, "territory": "下沙街道"},
        },
    ),
    (sheets_by_town, _BOTH, {"甲": {"contact": "赵一"}, "乙": {"contact": "钱二"}}),
    (
        old_csv,
        _BOTH,
        {
            "甲": {"founded_on": "2014-05", "registered_capital": 500, "phone": None},
            "乙": {"founded_on": "2015-10-01", "registered_capital": 1200.5, "phone": None},
        },
    ),
    (
        old_excel,
        _BOTH,
        {"甲": {"contact": "赵一", "founded_on": "2014-05-01"}, "乙": {"contact": "钱二", "founded_on": "2015-10-01"}},
    ),
    (deep_and_ragged, _BOTH, {"甲": {}, "乙": {}}),
]
