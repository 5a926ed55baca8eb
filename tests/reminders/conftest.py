"""A bureau with a mail server and one firm."""

from dataclasses import replace
from datetime import date

import pytest

from tests.services.smtp import mail_server


@pytest.fixture
def server(app):
    with mail_server() as running:
        app.extensions["commissioner"] = replace(app.extensions["commissioner"], smtp_url=running.url)
        yield running


@pytest.fixture
def firm(make, cast):
    return make.enterprise(
        "杭州和达生物技术有限公司", short_name="和达生物", commissioner=cast.lin, since=date(2026, 11, 2)
    )


@pytest.fixture
def silent_firm(make, cast):
    return make.enterprise("杭州静默科技有限公司", short_name="静默", commissioner=cast.lin, since=date(2026, 1, 4))
