"""A reader who tries to work out what isn't shown, by what adds up."""

import numpy as np
from scipy.optimize import linprog


class Reader:
    """Knows numbers that are shown, and sums; finds what the others can be.

    Keys stand for numbers, shown or not; nothing is below zero, and all are whole.
    """

    def __init__(self):
        self.shown, self.sums, self.keys = {}, [], {}

    def see(self, key, value, slack=0):
        """A number that is shown, or ``None`` where it isn't; with how much it may be rounded by."""
        self.keys.setdefault(key)
        if value is not None:
            least, most = self.shown.get(key, (0, value + slack))
            self.shown[key] = max(least, value - slack), min(most, value + slack)
            assert self.shown[key][0] <= self.shown[key][1], f"{key} is shown as two numbers"

    def add_up(self, total, parts):
        """The whole is the sum of its parts."""
        for key in (total, *parts):
            self.keys.setdefault(key)
        self.sums.append((total, tuple(parts)))

    def hidden(self):
        """The keys of what isn't shown."""
        return [key for key in self.keys if key not in self.shown]

    def work_out(self, key):
        """The least and the most that a number can be; the most is ``None`` where there is no limit."""
        return self._solve(key, 1), self._solve(key, -1)

    def _solve(self, key, sign):
        places = {name: place for place, name in enumerate(self.keys)}
        equations = np.zeros((len(self.sums), len(places)))
        for row, (total, parts) in enumerate(self.sums):
            equations[row, places[total]] -= 1
            for part in parts:
                equations[row, places[part]] += 1
        aim = np.zeros(len(places))
        aim[places[key]] = sign
        much = 10 * round(sum(most for _least, most in self.shown.values())) + 1000
        bounds = [self.shown.get(name, (0, much)) for name in places]
        found = linprog(
            aim,
            A_eq=equations if self.sums else None,
            b_eq=np.zeros(len(self.sums)) if self.sums else None,
            bounds=bounds,
            integrality=1,
        )
        assert found.success, f"What is shown doesn't add up: {found.message}"
        value = round(found.x[places[key]])
        return None if value == much else value
