"""A text about an enterprise of others never reaches a stranger: through no page, count, search, paper or export."""

import io
import zipfile

import pytest

from crm.core.db import db, writing
from tests.rights.sample import Sample, rules
from tests.rights.test_routes import address

CANARIES = (
    "王样本",
    "13900001111",
    "样本跟进",
    "样本走访",
    "旧样本厂",
    "样本列入",
    "样本证券",
    "金丝雀路",
    "金丝雀备注",
)
SEARCHED = ("杭州样本", "样本", "王样本", "1111", "yangben", "yb", "旧样本")
STRANGERS = ("zhou", "stranger", "handler")


@pytest.fixture
def sample(make, cast):
    made = Sample(make, cast)
    with writing():
        made.firm.address, made.firm.note = "金丝雀路 7 号", "金丝雀备注"
        db.session.flush()
    return made


def words_of(answer):
    """Everything an answer tells, also inside a workbook."""
    data = answer.data
    answer.close()
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b"".join(book.read(name) for name in book.namelist())
    return data.decode("utf-8", "replace")


def told(page, sample, me):
    """Every page, paper and export this person can open, with every search, as (address, words)."""
    for endpoint, rule in sorted(rules(page.app).items()):
        if "GET" not in rule.methods or endpoint == "static":
            continue
        plain = address(page.app, rule, sample, me)
        for text in ("", *SEARCHED):
            url = f"{plain}{'&' if '?' in plain else '?'}q={text}" if text else plain
            answer = page.client.get(url)
            yield url, words_of(answer)
            if answer.status_code != 200:
                break
        db.session.rollback()
        db.session.expire_all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("database", "who"), [*(("sqlite", who) for who in STRANGERS), ("postgresql", "stranger")], indirect=["database"]
)
def test_no_page_search_or_export_tells_a_stranger_anything(page, sample, who):
    me = getattr(sample.cast, who)
    for url, words in told(page.as_(me), sample, me):
        typed = url.rpartition("q=")[2]
        heard = [canary for canary in CANARIES if canary in words and canary != typed]
        assert not heard, f"{who} reads {heard} at {url}"


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_same_words_are_told_to_those_whom_they_concern(page, sample):
    """Otherwise the story above could not fail."""
    me = sample.cast.lin
    heard = "".join(words for _, words in told(page.as_(me), sample, me))

    assert not [canary for canary in CANARIES if canary not in heard]


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("text", SEARCHED)
def test_a_search_finds_and_counts_nothing_of_others(page, sample, who, text):
    page.as_(getattr(sample.cast, who)).open("desk.enterprises", q=text)
    tables = [body for body in page.all("tbody") if list(body)]

    assert not tables
    assert "样本生物" not in page.text
