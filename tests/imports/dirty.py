"""The workbook nobody would want to get: every habit of bureaus in one file, written down row by row."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from crm.ops.builders import Make

TITLE = "开发区企业服务专员联系安排表（2026年）"
SHEET, OTHER, LETTER = "下沙街道", "白杨街道", "填表说明"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
UPPER = [
    "序号",
    "企业基本信息",
    None,
    None,
    None,
    "联系人",
    None,
    None,
    "服务专员",
    "联系领导",
    "企业层级",
    "是否规上",
    "备注",
]
LOWER = [
    None,
    "企业名称",
    "统一社会信用代码",
    "成立日期",
    "注册资本",
    "姓名",
    "职务",
    "手机",
    None,
    None,
    None,
    None,
    None,
]


def code(number: int) -> str:
    return Make.code(number)


BAD_CHECK = code(6)[:-1] + ("A" if code(6)[-1] != "A" else "B")
# Cells apart by |, an empty one is "", a number begins with =, a break is ⏎.
TYPED = {
    5: f"=1|杭州和达⏎生物医药有限公司|{code(1).translate(FULL_WIDTH)} |2017.3.5|=5000"
    "|王经理|总经理|１３８１２３４５６７８|杜建|徐建国|龙头企业|是|重点",
    6: f"=2|杭州启明环保有限公司 |{code(2)}|2017年3月|约500|李敏|/|138 1234 5679|杜建、黎静||T2|否",
    7: f"=3|杭州正泰智能装备有限公司|{code(3)}|=20170305|500万美元|张强|—|0571-86912345|黎静||||无",
    8: f"=4|杭州远明汽车零部件有限公司|{code(4)}|=40475|无|无||无|张伟",
    9: "=5|杭州瑞康新材料有限公司|=9.14403E17|2010.11|=800|赵亮||13812345670|杜建",
    10: f"=6|杭州海昂食品有限公司|{BAD_CHECK}|2011-01-01|=800|钱多||13812345671|杜建",
    11: f"=7|杭州凯盛机械有限公司|{code(7)}|不记得了|=800|孙立||1381234|杜建||第九层",
    12: "",
    13: "小计||||=8400",
    14: "|企业名称|统一社会信用代码|成立日期|注册资本|姓名|职务|手机|服务专员",
    15: f"=8|杭州新宇信息技术有限公司|{code(8)}|2012-05-06|=100|周红||13812345672|黎静",
    16: f"=9|杭州新宇信息科技有限公司|{code(8)}|2012-05-06|=100|周红||13812345672|黎静",
    17: f"=10|杭州光奥电子有限公司|{code(10)}|2013-05-06|=100|吴刚||13812345673|黎静",
    18: f"=11|杭州光奥电子有限公司|{code(10)}|2013-05-06|=100|吴刚||13812345673|黎静",
    19: "=12|杭州晶润物流有限公司|待补|2014-05-06|=100|郑洁||13812345674|新来的人",
    20: f"=13|杭州泽林生物有限公司|{code(13)}|2015-05-06|=100|冯涛||186****1402|杜建",
    21: "合计||||=9600",
    22: "注：本表一式两份。",
    23: "填表人：陈芳||||审核人：李军||||填报日期：2026.11.20",
}
HIDDEN = 15
CODE, FOUNDED, PHONE, OFFICIAL, TIER = 3, 4, 8, 9, 11
UNDER_FIRM, UNDER_CONTACT = "企业基本信息/", "联系人/"
ERRORS = [
    (SHEET, 8, "服务专员", "张伟"),
    (SHEET, 9, f"{UNDER_FIRM}统一社会信用代码", "9.14403E+17"),
    (SHEET, 10, f"{UNDER_FIRM}统一社会信用代码", BAD_CHECK),
    (SHEET, 11, f"{UNDER_FIRM}成立日期", "不记得了"),
    (SHEET, 11, f"{UNDER_CONTACT}手机", "1381234"),
    (SHEET, 11, "企业层级", "第九层"),
    (SHEET, 15, f"{UNDER_FIRM}统一社会信用代码", code(8)),
    (SHEET, 16, f"{UNDER_FIRM}统一社会信用代码", code(8)),
]
"""What is wrong with it where two officials are called 张伟: sheet, row, column, what stands there."""
MENDED = {
    (8, OFFICIAL): "杜建",
    (9, CODE): code(5),
    (10, CODE): code(6),
    (11, FOUNDED): "2011-04",
    (11, PHONE): "13812345679",
    (11, TIER): "重点企业",
    (15, CODE): code(8),
    (16, CODE): code(9),
}
"""What a clerk types into the cells that were marked, by row and column."""


def write(folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append([TITLE])
    sheet.append(
        [
            "填报单位：经济发展局",
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            "联系电话：0571-88888888",
            None,
            None,
            "单位：万元",
        ]
    )
    sheet.append(UPPER)
    sheet.append(LOWER)
    for number in range(5, 24):
        for column, text in enumerate(TYPED[number].split("|"), start=1):
            sheet.cell(number, column).value = _value(text)
    for area in ("A1:M1", "A3:A4", "B3:E3", "F3:H3", "I3:I4", "J3:J4", "K3:K4", "L3:L4", "M3:M4", "A22:M22"):
        sheet.merge_cells(area)
    sheet.row_dimensions[HIDDEN].hidden = True
    _other(book.create_sheet(OTHER))
    book.create_sheet(LETTER).append(["请各科室于月底前报送，联系人陈芳。"])
    book.save(folder / "包联名单.xlsx")
    return folder / "包联名单.xlsx"


def _value(text: str) -> str | float | None:
    if text.startswith("="):
        return float(text[1:]) if "E" in text else int(text[1:])
    return text.replace("⏎", "\n") or None


def _other(sheet) -> None:
    """One row of heads in other words, a merged park over two firms, figures in 元."""
    sheet.append(["单位名称", "信用代码（18位）", "包联干部", "镇街", "法人", "联系电话", "注册资金（元）", "成立时间"])
    sheet.append(["杭州峰林科技有限公司", code(20), "杜建", "高教东区", "何平", 13812345680, 3000000, "2018/6/1"])
    sheet.append(
        ["杭州百诚科技有限公司", code(21), "黎静", None, "罗英", "13812345681、0571-86912346", 12345678, "2019年"]
    )
    sheet.merge_cells("D2:D3")
