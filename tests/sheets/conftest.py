import pytest

from tests.sheets.books import xlsx


@pytest.fixture
def small(tmp_path):
    """An honest workbook of two rows, to be spoilt."""
    return xlsx(tmp_path / "small.xlsx", [["企业名称"], ["甲"]])
