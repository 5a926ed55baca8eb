"""Who must be told what by when, in the fewest words: what the planner and the digest are compared with."""

from collections import defaultdict
from datetime import timedelta

STEPS, TOO_LATE = (3, 1), 5
FORTNIGHT = timedelta(days=14)


class Model:
    """A promise is told on its day, and again one and three working days later, to whoever owns it then.

    What no longer holds before its mail leaves is forgotten; when it holds again, it is told as if for the first time.
    Of what the firm's commissioner was told within a fortnight and holds, his deputy has a copy of the last. What is
    late for five working days is told to the manager, once.
    """

    def __init__(self, calendar, commissioner, manager):
        self.calendar, self.commissioner, self.manager = calendar, commissioner, manager
        self.deputy = None
        self.promises = {}  # id → (owner, due day), while open
        self.told = defaultdict(dict)  # (id, owner, due day) → step → the day on which the app told it
        self.waiting = set()  # (id, owner, due day), step: for the next mail
        self.copied = defaultdict(set)  # deputy, (id, owner, due day) → steps
        self.copies = set()  # deputy, (id, owner, due day), step: for the next mail

        self.above, self.told_above = {}, set()  # id → due day: for the manager's next mail; ids he was told of

    def holds(self, key):
        return self.promises.get(key[0]) == key[1:]

    def beat(self, today, present):
        """What the app tells at this moment; whoever has left is told nothing."""
        for key, step in [row for row in self.waiting if not self.holds(row[0])]:
            self.waiting.remove((key, step))
            del self.told[key][step]
        for number, (owner, due) in self.promises.items():
            if owner in present and due <= today:
                self.tell((number, owner, due), self.calendar.between(due, today).count, today)
        self.copy(today, self.deputy if self.deputy in present else None)
        self.tell_above(today)

    def tell(self, key, late, today):
        steps = self.told[key]
        reached = next((s for s in STEPS if late >= s), 0)
        step = reached if steps.get(0, today) < today and max(STEPS) not in steps else 0
        if step not in steps:
            steps[step] = today
            self.waiting.add((key, step))

    def copy(self, today, deputy):
        for who, key, step in [row for row in self.copies if row[0] != deputy or not self.holds(row[1])]:
            self.copies.remove((who, key, step))
            self.copied[who, key].remove(step)
        for key in [key for key in self.told if deputy and key[1] == self.commissioner and self.holds(key)]:
            own, last = self.told.get((key[0], deputy, key[2]), ()), max(self.copied[deputy, key], default=-1)
            lately = [s for s, day in self.told[key].items() if day >= today - FORTNIGHT and s not in own and s > last]
            if lately:
                self.copied[deputy, key].add(max(lately))
                self.copies.add((deputy, key, max(lately)))

    def tell_above(self, today):
        days = {number: due for number, (_owner, due) in self.promises.items()}
        for number in [number for number, due in self.above.items() if days.get(number) != due]:
            del self.above[number]
            self.told_above.remove(number)
        for number, due in days.items():
            if number not in self.told_above and due < today and self.calendar.between(due, today).count >= TOO_LATE:
                self.above[number] = due
                self.told_above.add(number)

    def morning(self, today, present):
        """What each person who is present finds in the one mail of this morning."""
        self.beat(today, present)
        mail = defaultdict(set)
        for deputy, (number, *_rest), _step in self.copies:
            mail[deputy].add(number)
        mail[self.manager] |= set(self.above)
        self.copies.clear(), self.above.clear()
        for (number, owner, due), step in sorted(self.waiting):
            if owner in present:
                mail[owner].add(number)
                self.waiting.remove(((number, owner, due), step))
        return {person: numbers for person, numbers in mail.items() if numbers}
