"""Firms for the stories about editing in the table."""

import pytest

from crm.core.db import writing
from crm.enterprises import extras


@pytest.fixture
def firms(make, cast):
    with writing():
        extras.add_field(label="产值", kind="number", choices=[], by=cast.admin)
    return [
        make.enterprise(f"杭州第{n}公司", unit=cast.section, contact=f"王{n}", phone=f"1380000000{n}") for n in range(3)
    ]
