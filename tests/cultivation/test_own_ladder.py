"""The ladder that the how-to shows can be used as it stands, and the how-to explains every key."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from crm.cultivation.rules import ladder as rules
from crm.cultivation.rules import soundness
from crm.cultivation.rules.soundness import NEEDS
from crm.cultivation.rules.states import Deadline, Guard, Paper, State

pytestmark = pytest.mark.rules

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "own-ladder.md").read_text(encoding="utf-8")


def test_the_example_is_sound_beside_the_shipped_ones():
    example = yaml.safe_load(re.search(r"```yaml\n(.*?)```", PAGE, re.S)[1])["editions"]
    shipped = [
        yaml.safe_load(path.read_text(encoding="utf-8"))["editions"][-1] for path in rules.DATA.glob("ladder*.yaml")
    ]
    made = rules.ladder_of([*shipped, *example])
    assert list(soundness.faults(made)) == []
    assert made.figure_states("listed")[-1] == "EU_LISTED"


def test_every_key_and_need_is_explained():
    given = {name: key for key, name in rules.RENAMED.items()}
    keys = {given.get(field.name, field.name) for field in fields(State)}
    keys |= {field.name for kind in (Deadline, Paper, Guard) for field in fields(kind)} - {"is_hard"}
    assert {name for name in keys | NEEDS if f"`{name}`" not in PAGE} == set()
