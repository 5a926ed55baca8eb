"""An administrator loads next year's holidays from a file, sees what changes, and gets plain words for a wrong file."""

import json
from datetime import date

import pytest

from crm.core.errors import RuleBroken
from crm.workdays import notices
from crm.workdays.rules import Calendar, Kind

pytestmark = pytest.mark.rules

YAML = """
year: 2027
source: 国办发明电〔2026〕9号
holidays:
  - {zh: 元旦, en: New Year's Day, from: 2027-01-01, to: 2027-01-03}
  - {zh: 国庆节, from: 2027-10-01, to: 2027-10-07, work: [2027-09-26, "2027-10-09"]}
"""


def as_json():
    notice = notices.parse(YAML)
    listed = [
        {"name": special.label, "date": on.isoformat(), "isOffDay": special.kind is Kind.REST}
        for on, special in notice.days.items()
    ]
    return json.dumps({"year": 2027, "papers": [notice.source], "days": listed})


def test_every_shipped_year_has_its_source():
    assert [year.year for year in notices.shipped()] == [2024, 2025, 2026]
    assert all("国办发明电" in year.source for year in notices.shipped())
    assert all(special.label and special.en for year in notices.shipped() for special in year.days.values())


def test_both_formats_give_the_same_year():
    ours, theirs = notices.parse(YAML), notices.parse(as_json())
    assert theirs.source == ours.source
    assert {on: s.kind for on, s in theirs.days.items()} == {on: s.kind for on, s in ours.days.items()}


def test_the_preview_lists_the_days_that_change():
    changed = notices.changes(Calendar(notices.shipped()), notices.parse(YAML))

    assert [c.day.isoformat() for c in changed if c.is_working] == ["2027-09-26", "2027-10-09"]
    assert changed[0] == notices.Change(date(2027, 1, 1), was_working=True, is_working=False, label="元旦")
    assert len(changed) == 8  # the weekends inside the holidays rest anyway
    assert notices.changes(Calendar([notices.parse(YAML)]), notices.parse(YAML)) == []


def test_a_corrected_notice_shows_the_days_it_gives_back():
    corrected = notices.parse(YAML.replace("to: 2027-10-07", "to: 2027-10-06"))
    (change,) = notices.changes(Calendar([notices.parse(YAML)]), corrected)
    assert (change.day, change.is_working) == (date(2027, 10, 7), True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "neither a holiday table"),
        ("序号,企业名称", "neither a holiday table"),
        ("{", "neither a holiday table"),
        ("[1, 2]", "neither a holiday table"),
        ("a: [", "neither a holiday table"),
        ("!!python/object/apply:os.system ['true']", "neither a holiday table"),
        ("holidays: []", "say its year"),
        ("year: 2027", "neither a holiday table"),
        (YAML.replace("2027-01-03", "2027-01-33"), "neither a holiday table"),
        (YAML.replace("to: 2027-01-03", "to: 2026-01-03"), "neither a holiday table"),
        (YAML.replace("2027-09-26", "2028-09-26"), "does not belong"),
        (YAML.replace("2027-09-26", "2027-10-01"), "both as a holiday"),
        (YAML.replace("to: 2027-10-07", "to: 2027-10-02"), "seems incomplete"),
        ('{"year": 2027, "days": [{"date": "2027-01-01"}]}', "neither a holiday table"),
        ('{"year": 2027, "days": 5}', "neither a holiday table"),
        ("#" * 200_000, "too long"),
    ],
)
def test_a_wrong_file_is_refused_in_plain_words(text, words):
    with pytest.raises(RuleBroken) as refused:
        notices.parse(text)
    (obstacle,) = refused.value.obstacles
    assert obstacle.field == "file" and words in obstacle.why.msgid
