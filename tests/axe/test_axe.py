"""axe finds nothing on any page: phone and desk, Chinese and English, light and dark, empty, refused and in dialogs."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import DESK, PHONE
from tests.everywhere import Lived, places

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

LOOKS = {"phone zh": {"size": PHONE, "language": "zh-CN"}, "desk en": {"size": DESK, "language": "en-GB"}}
AXE = Axe()
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}


@pytest.fixture
def lived(make, cast):
    return Lived(make, cast)


def found(page, options=None):
    """What axe has against the page: rule, element, why."""
    answer = AXE.run(page, options=options).response
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary'].splitlines()[1].strip()}"
        for fault in answer["violations"]
        for node in fault["nodes"]
    ]


def faults_of(page):
    """By day everything, by night the colours."""
    faults = found(page)
    page.emulate_media(color_scheme="dark")
    faults += [f"dark {fault}" for fault in found(page, COLOURS)]
    page.emulate_media(color_scheme="light")
    return faults


@pytest.mark.parametrize("look", LOOKS)
def test_every_page(site, app, lived, look):
    faults = {}
    windows = {}
    for place in places(app, lived):
        name = place.by.name if place.by else ""
        window = windows.get(name) or windows.setdefault(name, site.window(place.by, **LOOKS[look]))
        answer = window.page.goto(site.url + place.url)
        assert answer.status == 200, place
        if wrong := faults_of(window.page):
            faults[str(place)] = wrong
    assert faults == {}
