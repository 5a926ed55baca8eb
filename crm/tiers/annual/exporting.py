"""Figures as a table that the import reads back without a change: one row per enterprise and period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement

from crm.core.db import db
from crm.core.pages import speaking
from crm.enterprises.models import Enterprise
from crm.sheets.layout import Column, Content, Show
from crm.sheets.write import Target, write_csv, write_table
from crm.tiers.annual.models import PeriodFigures
from crm.tiers.annual.queries import everything
from crm.tiers.annual.rules import MEASURES, SOURCES, Sort

HEADS = {
    "name": "企业名称",
    "credit_code": "统一社会信用代码",
    "year": "年度",
    "period": "期间",
    "revenue": "营业收入（万元）",
    "net_profit": "净利润（万元）",
    "net_profit_adjusted": "扣非净利润（万元）",
    "rd_spending": "研发投入（万元）",
    "operating_cash_flow": "经营活动现金流量净额（万元）",
    "tax_paid": "缴纳税金（万元）",
    "total_assets": "资产总额（万元）",
    "net_assets": "净资产（万元）",
    "share_capital": "股本总额（万元）",
    "roe": "加权平均净资产收益率（%）",
    "employees": "从业人数",
    "rd_staff": "研发人员数",
    "is_audited": "是否经审计",
    "source": "数据来源",
    "note": "备注",
}
"""As the import knows them: crm/imports/data/synonyms.yaml."""
PARTS = {3: "1—3月", 6: "1—6月", 9: "1—9月", 12: "全年"}
TITLE = "经营数据"


def columns() -> list[Column]:
    numbers = {code: Show.NUMBER if each.sort == Sort.COUNT else Show.MONEY for code, each in MEASURES.items()}
    return [Column(head, numbers.get(key, Show.NUMBER if key == "year" else Show.TEXT)) for key, head in HEADS.items()]


def write(kind: str, target: Target, where: Sequence[ColumnElement[bool]] = ()) -> int:
    """All figures that stand and that the clause lets through; always in Chinese. Returns how many rows."""
    with speaking("zh_Hans_CN"):
        rows = _rows(where)
        if kind == "csv":
            return write_csv(target, columns=columns(), rows=rows)
        return write_table(target, columns=columns(), rows=rows, title=TITLE)


def _rows(where: Sequence[ColumnElement[bool]]) -> Iterator[list[Content]]:
    for row, firm in db.session.execute(everything(where)).yield_per(500):
        yield [_content(key, row, firm) for key in HEADS]


def _content(key: str, row: PeriodFigures, firm: Enterprise) -> Content:
    special: dict[str, Any] = {
        "name": firm.name,
        "credit_code": firm.credit_code,
        "period": PARTS[row.months],
        "is_audited": "是" if row.is_audited else "否",
        "source": SOURCES[row.source],
    }
    if key in special:
        return special[key]
    value = getattr(row, key)
    if key not in MEASURES or value is None or MEASURES[key].sort == Sort.COUNT:
        return value
    return Decimal(value) / (10_000 if MEASURES[key].sort == Sort.MONEY else 100)
