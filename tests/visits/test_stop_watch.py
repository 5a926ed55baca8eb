"""Half a minute at the firm's gate: three taps and the words, and 60 KB in all with an empty cache."""

import gzip
from urllib.parse import urlsplit

MOST_TAPS, MOST_BYTES = 3, 60_000


def test_firm_day_save_are_all_the_taps(page, make, cast):
    """Every required choice has its default: besides the words only the firm, the day and the button are left."""
    firm = make.enterprise(commissioner=cast.lin, contact="王经理")
    page.as_(cast.lin).open("desk.new_visit")
    chip = next(a.get("href") for a in page.all("a") if f"enterprise={firm.id}" in (a.get("href") or ""))
    page.open(chip)
    groups = {f.get("name") for f in page.all("input", type="radio")}
    given = {f.get("name") for f in page.all("input", type="radio") if f.get("checked") is not None}
    left = groups - given - {"author"}
    boxes = [f for f in page.all("textarea") if not "".join(f.itertext()).strip()]
    page.submit(text="用电要增容", followup_on="2026-11-30")

    assert left == {"followup_on"} and [f.get("name") for f in boxes] == ["text"]
    assert len(["firm", *left, "save"]) <= MOST_TAPS
    assert page.follow().url == "/visits/1"


def test_the_page_weighs_little_with_an_empty_cache(page, make, cast):
    firm = make.enterprise("杭州和达生物技术有限公司", commissioner=cast.lin, contact="王经理")
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    weights = {"page": weight(page.response.data)}
    for address in sorted(fetched(page.tree)):
        answer = page.client.get(address)
        assert answer.status_code == 200, address
        weights[address] = weight(answer.data)
        answer.close()

    assert not any("bootstrap" in address and ".js" in address for address in weights)
    assert sum(weights.values()) <= MOST_BYTES, weights


def fetched(tree) -> set[str]:
    """Whatever a browser loads for the page: styles, scripts, icons, pictures."""
    found = set()
    for element in tree.iter():
        place = element.get("src") or (element.get("href") if element.tag in ("link", "use") else None)
        if place and not place.startswith("data:"):
            found.add(urlsplit(place)._replace(fragment="").geturl())
    return found


def weight(body: bytes) -> int:
    return len(gzip.compress(body, 9))
