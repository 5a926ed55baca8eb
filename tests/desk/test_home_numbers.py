"""Every number on home is the number of rows of the list it opens: in bureaus drawn at random, for everybody."""

import random
import re
from datetime import timedelta

import pytest

from crm.accounts import services as people
from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises import assignment
from crm.followups import services as followups
from crm.permissions import POSTS

SHARE = ("section", "bureau", "elsewhere", "park")


def furnish(draw, make, cast):
    """Firms here and there, with and without commissioner, code and visit; promises of every age; stray posts."""
    today, officials = clock.today(), [cast.lin, cast.zhou, cast.stranger, cast.manager]
    units = [getattr(cast, name) for name in SHARE]
    for person in draw.sample([*officials, cast.leader], 3):
        with writing():
            people.give_post(person, role=draw.choice(POSTS), unit=draw.choice(units), by=cast.admin)
    for _ in range(8):
        since = today - timedelta(days=draw.randrange(0, 200))
        owner = draw.choice([*officials, None])
        firm = make.enterprise(
            unit=draw.choice(units), commissioner=owner, since=since, code=draw.choice(["", "", None])
        )
        with writing():
            firm.last_visit_on = draw.choice([None, today, today - timedelta(days=draw.randrange(200))])
            firm.created_at = clock.now() - timedelta(days=draw.randrange(20))
            for _ in range(draw.randrange(4)):
                made = followups.add(firm, owner=draw.choice(officials), text="事", due_on=today, by=cast.admin)
                made.due_on = today + timedelta(days=draw.randrange(-9, 12))
                made.owner_id = draw.choice([made.owner_id, made.owner_id, None])
            db.session.flush()
        if owner is not None and draw.random() < 0.2:
            with writing():
                assignment.end(assignment.commissioner_of(firm.id), on=today, reason="handed_over", by=cast.admin)


def told(page):
    """(address, number) of every number card and every heading that says how many there are."""
    for card in page.all("a", **{"class": "number"}):
        yield card.get("href"), int("".join(card.itertext()).split()[0].replace(",", ""))
    for head in page.all("div", **{"class": "card-head"}):
        n = [span for span in head.iter("span") if span.get("class") == "n"]
        link = [a.get("href") for a in head.iter("a")]
        if n and link:
            yield link[0], int("".join(n[0].itertext()))
    for row in page.all("a", **{"class": "grow"}):
        figure = [span for span in row.iter("span") if span.get("class") == "figure"]
        if figure and "person=" in row.get("href"):
            yield row.get("href"), int("".join(figure[0].itertext()))


@pytest.mark.parametrize("seed", [3, 14])
def test_each_number_is_the_rows_of_its_list(page, make, cast, seed):
    furnish(random.Random(seed), make, cast)
    seen = set()
    for who in ("lin", "zhou", "stranger", "manager", "leader", "clerk", "admin"):
        page.as_(getattr(cast, who)).open("desk.home")
        for address, number in list(told(page)):
            listed = re.search(r"共\s*([\d,]+)\s*条", page.open(address).text)
            assert int(listed[1]) == number, f"{who}: {address}"
            seen.add(address.split("person=")[0])
    assert len(seen) >= 9, seen
