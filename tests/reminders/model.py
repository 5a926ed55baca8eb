"""Who must be told what by when, in the fewest words: what the planner and the digest are compared with."""

from collections import defaultdict

STEPS = (3, 1)


class Model:
    """A promise is told on its day, and again one and three working days later, to whoever owns it then."""

    def __init__(self, calendar):
        self.calendar = calendar
        self.promises = {}  # id → (owner, due day), while open
        self.told = {}  # (id, owner, due day) → (when first, step reached)

    def morning(self, today, present):
        """What each person who is present finds in the one mail of this morning."""
        mail = defaultdict(set)
        for number, (owner, due) in self.promises.items():
            key, late = (number, owner, due), self.calendar.between(due, today).count
            step = next((s for s in STEPS if late >= s), 0)
            first, reached = self.told.get(key, (today, -1))
            fresh = reached < 0 or (first < today and step > reached)
            if owner in present and due <= today and fresh:
                self.told[key] = (first, step if reached >= 0 else 0)
                mail[owner].add(number)
        return dict(mail)
