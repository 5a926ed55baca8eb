"""Officials and contacts are read out of cells with remarks, posts, spaces and several names."""

import pytest

from crm.imports import cells, persons
from crm.imports.synonyms import vocabulary
from tests.imports.made import cell, value, why

pytestmark = pytest.mark.rules

FIELDS = vocabulary("roster").fields | vocabulary("people").fields


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("杜建", ("杜建",)),
        ("杜建、黎静", ("杜建", "黎静")),
        ("杜建/黎静", ("杜建", "黎静")),
        ("杜建和黎静", ("杜建", "黎静")),
        ("杜建\n黎静", ("杜建", "黎静")),
        ("杜建 黎静", ("杜建", "黎静")),
        ("A角杜建 B角黎静", ("杜建", "黎静")),
        ("杜建（A角）、黎静（B角）", ("杜建", "黎静")),
        ("张　三", ("张三",)),
        ("欧阳 锋", ("欧阳锋",)),
        ("李 明、王 红", ("李明", "王红")),
        ("杜建（科长）", ("杜建",)),
        ("杜建科长", ("杜建",)),
        ("杜建 13812345678", ("杜建",)),
        ("杜建、杜建", ("杜建",)),
        ("阿里木·买买提", ("阿里木·买买提",)),
        ("和珅", ("和珅",)),
        ("John Smith", ("John Smith",)),
    ],
)
def test_officials_are_read_out_of_a_cell(written, names):
    assert value(persons.officials(cell(written))) == names


def test_two_officials_are_shown_for_confirmation():
    note = persons.officials(cell("杜建、黎静")).note
    assert note.params == {"first": "杜建", "second": "黎静"}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("杜建、黎静、邹英", "3 people"),
        ("张科长", "names a post"),
        ("经发局", "names an office"),
        ("企业服务科", "names an office"),
        ("12", "not a person's name"),
        ("（杜建）", "not a person's name"),
    ],
)
def test_what_names_no_official_is_refused(written, words):
    assert words in why(persons.officials(cell(written)))


def test_a_list_of_people_has_one_per_row():
    assert value(cells.parse(FIELDS["name"], cell("杜 建"))) == "杜建"
    assert "two people" in why(persons.official(cell("杜建、黎静")))


def test_a_contact_is_kept_as_written_but_no_number_is_a_person():
    assert value(persons.person(cell("江敏涛（委派代表）"))) == "江敏涛（委派代表）"
    assert value(persons.person(cell("张　三"))) == "张三"
    assert "columns swapped" in why(persons.person(cell(13812345678)))
