"""Six more layouts, each brought in through the command and read back field by field."""

from __future__ import annotations

import json

import pytest

from crm.accounts.models import UnitKind
from tests.imports.conftest import counts
from tests.imports.layouts import LAYOUTS


@pytest.mark.parametrize(("lay", "both", "own"), LAYOUTS, ids=[layout[0].__name__ for layout in LAYOUTS])
def test_a_layout_says_exactly_these_fields(apply, command, make, cast, tmp_path, lay, both, own):
    for name in ("下沙街道", "白杨街道"):
        make.unit(name, kind=UnitKind.TERRITORY)

    outcome = apply(lay(tmp_path))

    assert counts(outcome) == (2, 2, 0, 0) and outcome["errors"] == [] and outcome["officials_new"] == 0
    command("export", "enterprises", "--format", "json", "--out", tmp_path / "out.json")
    found = {each["name"][2]: _said(each) for each in json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))}
    assert found == {key: {k: v for k, v in {**both[key], **own[key]}.items() if v is not None} for key in ("甲", "乙")}


def _said(each: dict[str, object]) -> dict[str, object]:
    quiet = ("registered_capital_currency", "registered_capital_is_approximate")
    return {key: value for key, value in each.items() if value not in (None, "", [], {}) and key not in quiet}
