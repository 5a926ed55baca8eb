"""Who must be told what by when, in the fewest words: what the planner and the digest are compared with."""

from collections import defaultdict

STEPS = (3, 1)


class Model:
    """A promise is told on its day, and again one and three working days later, to whoever owns it then.

    What no longer holds before its mail leaves is forgotten; when it holds again, it is told as if for the first time.
    """

    def __init__(self, calendar):
        self.calendar = calendar
        self.promises = {}  # id → (owner, due day), while open
        self.told = defaultdict(dict)  # (id, owner, due day) → step → the day on which the app told it
        self.waiting = set()  # (id, owner, due day), step: for the next mail

    def beat(self, today, present):
        """What the app tells at this moment; whoever has left is told nothing."""
        for row in [row for row in self.waiting if self.promises.get(row[0][0]) != row[0][1:]]:
            self.waiting.remove(row)
            del self.told[row[0]][row[1]]
        for number, (owner, due) in self.promises.items():
            if owner in present and due <= today:
                self.tell((number, owner, due), self.calendar.between(due, today).count, today)

    def tell(self, key, late, today):
        steps = self.told[key]
        reached = next((s for s in STEPS if late >= s), 0)
        step = reached if steps.get(0, today) < today and max(STEPS) not in steps else 0
        if step not in steps:
            steps[step] = today
            self.waiting.add((key, step))

    def morning(self, today, present):
        """What each person who is present finds in the one mail of this morning."""
        self.beat(today, present)
        mail = defaultdict(set)
        for (number, owner, due), step in sorted(self.waiting):
            if owner in present:
                mail[owner].add(number)
                self.waiting.remove(((number, owner, due), step))
        return dict(mail)
