"""Which numbers of a publication stay hidden, so that nothing about fewer than five people is told.

A number is hidden of itself where it counts fewer than five people or tells something about
fewer than five (their minutes, a share). Where sums that stand beside it would give it away,
further ones are hidden, the smallest first, until the greatest value that a reader could work out
for it from all that is shown is

*   five or more for a count of people: so nobody can tell that it is small, still less how small;
*   for any other number a tenth, and at least an hour, above what it is.

All hidden numbers have to look alike: a reader mustn't see which are hidden for their own sake.
A reader is taken to know all sums, and that nothing is below zero.
"""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

#: A number about fewer people than this is hidden.
FEW = 5

#: What others than counts have to be uncertain by: this, and a tenth of themselves.
LEAST_ROOM = 60


def is_small(people, few=FEW, zero=True):
    """Whether a number is about so few people that it is hidden.

    :param people: how many it is about
    :param zero: whether *nobody* tells something, as it does of a group whose members are known

    >>> is_small(4), is_small(5), is_small(0), is_small(0, zero=False), is_small(None)
    (True, False, True, False, False)
    """
    return people is not None and people < few and (people > 0 or zero)


def hide(cells, people=None, totals=(), parts=(), derived=None, zeros=True, keep=(), few=FEW, unseen=()):
    """The keys of what must not be shown, of numbers that are shown together.

    :param cells: dict of key → number; what is ``None`` isn't there
    :param people: dict of key → how many people a number is about. What isn't named counts people itself.
    :param totals: pairs of a key and the keys of its parts, of which it is the sum
    :param parts: pairs of a key and the key of the whole it is a part of, where the rest isn't
        shown but could be worked out: it may not be about few either
    :param derived: dict of key → keys of the numbers it is worked out from (a share, a difference,
        the change against the period before): hidden with any of them. Numbers that aren't shown but
        follow from it, such as how many a share is of those asked, belong into ``cells``.
    :param zeros: whether *nobody* is hidden as well: for all, or a collection of keys
    :param keep: keys of what matters most, which is hidden for another's sake last
    :param unseen: keys of what stands nowhere, but could be worked out: what is left of a whole
    :return: set of keys, without those of ``unseen``

    Of both, only giving and only receiving with their sum, the smallest goes with the small one:

    >>> sorted(hide({"all": 40, "both": 25, "giving": 12, "receiving": 3},
    ...             totals=[("all", ["both", "giving", "receiving"])]))
    ['giving', 'receiving']

    What is kept is hidden last, here after the sum:

    >>> cells, totals = {"ended": 17, "left": 1, "stayed": 16}, [("ended", ["left", "stayed"])]
    >>> sorted(hide(cells, totals=totals)), sorted(hide(cells, totals=totals, keep=["stayed"]))
    (['left', 'stayed'], ['ended', 'left'])

    Two small ones are not enough if together they are small:

    >>> sorted(hide({"all": 29, "a": 20, "b": 7, "c": 2, "d": 0}, totals=[("all", "abcd")]))
    ['b', 'c', 'd']
    >>> sorted(hide({"all": 29, "a": 20, "b": 7, "c": 2, "d": 0}, totals=[("all", "abcd")], zeros=False))
    ['b', 'c']

    A share goes with what it is a share of, a change with either side, minutes with their people:

    >>> sorted(hide({"all": 30, "some": 3, "before": 12},
    ...             derived={"share": ["some", "all"], "change": ["all", "before"]}))
    ['share', 'some']
    >>> sorted(hide({"minutes": 900, "a": 600, "b": 180, "c": 120}, totals=[("minutes", "abc")],
    ...             people={"minutes": 30, "a": 20, "b": 8, "c": 2}))
    ['b', 'c']

    All but two of a group say something about the two:

    >>> hide({"all": 30, "most": 28}, parts=[("most", "all")])
    {'most'}
    >>> hide({"all": 30, "half": 15}, parts=[("half", "all")])
    set()

    So does what is left of a whole when several parts of it are taken away:

    >>> sorted(hide({"all": 30, "a": 18, "b": 10, "others": 2}, totals=[("all", ["a", "b", "others"])],
    ...             unseen=["others"]))
    ['b']
    """
    values = {key: value for key, value in cells.items() if value is not None}
    people, sums = dict(people or {}), [(total, tuple(keys)) for total, keys in totals]
    for part, whole in parts:
        if part in values and whole in values:
            rest = ("rest", part, whole)
            values[rest] = values[whole] - values[part]
            if part in people and whole in people:
                people[rest] = people[whole] - people[part]
            sums.append((whole, (part, rest)))
    unseen = {key for key in values if key in unseen or key not in cells}
    sums = [(total, keys) for total, keys in sums if all(key in values for key in (total, *keys))]

    def small(key):
        zero = zeros if isinstance(zeros, bool) else key in zeros
        return is_small(people.get(key, values[key]), few, zero)

    needed = {
        key: value + max(LEAST_ROOM, value // 10) if key in people else few
        for key, value in values.items()
        if small(key)
    }
    hidden = _Search(values, sums, needed, unseen, keep).run() - (unseen - set(needed))
    derived, before = dict(derived or {}), None
    while before != len(hidden):
        before = len(hidden)
        hidden |= {key for key, sources in derived.items() if hidden & set(sources)}
    return hidden - unseen


class Table:
    """A table with the sums of its rows and columns, to be shown without what tells of few.

    ``None`` stands for all rows, or all columns.

    :param cells: dict of (row, column) → number; what isn't there is nothing
    :param people: dict of (row, column) → how many people, also for sums, which are not the sums of
        these where a person is in several; without it the numbers count people, each once
    :param zeros: as for :func:`hide`

    >>> table = Table({("May", "shop"): 30, ("May", "café"): 2, ("May", "garden"): 9,
    ...                ("June", "shop"): 25, ("June", "café"): 8, ("June", "garden"): 11})
    >>> table.get("May"), table.get(None, "café"), table.get()
    (41, 10, 85)
    >>> sorted(table.hidden)
    [('June', 'café'), ('June', 'garden'), ('May', 'café'), ('May', 'garden')]
    >>> table.shown("May", "café") is None, table.shown("May", "shop")
    (True, 30)
    """

    def __init__(self, cells, people=None, zeros=True, few=FEW):
        self.rows = list(dict.fromkeys(row for row, _column in cells))
        self.columns = list(dict.fromkeys(column for _row, column in cells))
        inner = {(row, column): cells.get((row, column)) or 0 for row in self.rows for column in self.columns}
        self.cells, totals = dict(inner), []

        def add_sum(key, parts):
            self.cells[key] = sum(self.cells[part] for part in parts)
            totals.append((key, parts))

        for row in self.rows:
            add_sum((row, None), [(row, column) for column in self.columns])
        for column in (*self.columns, None):
            add_sum((None, column), [(row, column) for row in self.rows])
        totals.append(((None, None), [(None, column) for column in self.columns]))
        if people is not None:
            people = {key: people.get(key, 0 if key in inner else None) for key in self.cells}
        self.people, self.totals = people, totals
        self.hidden = hide(self.cells, people, totals, zeros=zeros, few=few)

    def get(self, row=None, column=None):
        """The number, shown or not."""
        return self.cells[row, column]

    def shown(self, row=None, column=None):
        """The number, or ``None`` where it is hidden."""
        return None if (row, column) in self.hidden else self.cells[row, column]


class Together:
    """Numbers that stand beside each other and add up in several ways, gathered for :func:`hide`.

    ``values``, ``people``, ``totals`` and ``unseen`` are what it takes.

    >>> given = Together()
    >>> shop, rest = given.tell("shop", 840, 18), given.tell_rest("rest", 60, 2)
    >>> given.divide(given.tell("all", 900, 20), [shop, *rest])
    >>> sorted(hide(given.values, given.people, given.totals, unseen=given.unseen, keep=["all"]))
    ['shop']
    """

    def __init__(self):
        self.values, self.people, self.totals, self.unseen = {}, {}, [], []

    def tell(self, key, minutes, people):
        """A number, and about how many people it is; its key."""
        self.values[key], self.people[key] = minutes, people
        return key

    def tell_rest(self, key, minutes, people):
        """What stands nowhere, but is left of a whole; a list of its key, of none where nothing is left."""
        if not minutes:
            return []
        self.unseen.append(key)
        return [self.tell(key, minutes, people)]

    def tell_table(self, name, table):
        """All of a :class:`Table`, by its name, row and column."""
        for place, number in table.cells.items():
            self.tell((name, *place), number, table.people[place])
        self.totals += [
            ((name, *total), [(name, *place) for place in parts]) for total, parts in table.totals
        ]

    def divide(self, whole, parts):
        """A whole is the sum of its parts, where there are any."""
        if parts:
            self.totals.append((whole, parts))


class _Search:
    """Hides more and more, until all that need it are uncertain enough.

    :param sums: pairs of a key and its parts, and :param needed: dict of key → the value that a
        reader has to hold for possible
    :param unseen: keys that are never shown, and so may be hidden at no cost
    :param keep: keys that are hidden last
    """

    def __init__(self, values, sums, needed, unseen, keep=()):
        self.values, self.sums, self.needed, self.keep = values, sums, needed, set(keep)
        self.hidden, self.unseen = set(needed) | unseen, unseen
        self.order = {key: number for number, key in enumerate(values)}
        self.within = {key: [] for key in values}
        for number, (total, parts) in enumerate(sums):
            for key in (total, *parts):
                self.within[key].append(number)

    def run(self):
        while True:
            while self._hide_beside():
                pass
            exposed = self._find_exposed()
            if exposed is None:
                return self.hidden
            self._hide_around(exposed)

    def _hide_beside(self):
        """Hide one more in a sum that by itself gives one away; whether there was any."""
        kept = self.hidden - (self.unseen - set(self.needed))  # that of a rest of many may be worked out
        for key in sorted(kept, key=lambda key: (key not in self.needed, self.order[key])):
            for number in self.within[key]:
                if self._gives_away(number, key) and self._hide_one([number], key in self.needed):
                    return True
        return False

    def _gives_away(self, number, key):
        """Whether a sum alone tells a hidden one, or that it is less than it needs."""
        total, parts = self.sums[number]
        hidden = [part for part in parts if part in self.hidden]
        if total in self.hidden:
            return key == total and not hidden
        together = sum(self.values[part] for part in hidden)
        return len(hidden) == 1 or together < self.needed.get(key, 0)

    def _hide_around(self, exposed):
        """Hide one more in the sums that are linked by hidden numbers to an exposed one."""
        linked, queue = set(), [exposed]
        while queue:
            for number in self.within[queue.pop()]:
                if number not in linked:
                    linked.add(number)
                    total, parts = self.sums[number]
                    queue += [key for key in (total, *parts) if key in self.hidden]
        if not self._hide_one(sorted(linked), True):
            raise AssertionError("A number with all beside it hidden can't be worked out.")

    def _hide_one(self, numbers, smallest):
        """Hide the best choice in some sums: the smallest, or first the one that gives no other away."""
        shown = {
            key: None
            for number in numbers
            for key in (self.sums[number][0], *self.sums[number][1])
            if key not in self.hidden
        }
        if not shown:
            return False
        self.hidden.add(
            min(
                shown,
                key=lambda key: (
                    key in self.keep,
                    not self.values[key],  # nothing adds no uncertainty
                    any(key == self.sums[number][0] for number in numbers),
                    0 if smallest else self._count_alone(key, numbers),
                    self.values[key],
                    self._count_alone(key, numbers),
                    self.order[key],
                ),
            )
        )
        return True

    def _count_alone(self, key, numbers):
        """In how many other sums a number would be the only one hidden."""
        return sum(
            not any(other in self.hidden for other in (self.sums[number][0], *self.sums[number][1]))
            for number in self.within[key]
            if number not in numbers
        )

    def _find_exposed(self):
        """A number of which all that is shown tells that it is less than it needs; ``None`` if none is."""
        bound = [number for number, (total, parts) in enumerate(self.sums) if self._is_open(total, parts)]
        if not bound:
            return None
        places = {key: place for place, key in enumerate(sorted(self.hidden, key=self.order.get))}
        entries, known = [], []
        for row, number in enumerate(bound):
            total, parts = self.sums[number]
            known.append(0)
            for key, sign in ((total, -1), *((part, 1) for part in parts)):
                if key in places:
                    entries.append((row, places[key], sign))
                else:
                    known[row] -= sign * self.values[key]
        rows, columns, signs = zip(*entries, strict=True)
        equations = coo_array((signs, (rows, columns)), shape=(len(bound), len(places))).tocsr()
        whole = int(all(float(self.values[key]).is_integer() for key in self.values if self.within[key]))
        # Of those that are parts of the same sums each may have what any of them may: the one that needs most
        # speaks for all.
        alike = {}
        for key in places:
            if key in self.needed and self.within[key]:
                alike.setdefault(self._find_columns(key), []).append(key)
        waiting = [max(keys, key=self.needed.get) for keys in alike.values()]
        while waiting:
            key = waiting.pop(0)
            aim = np.zeros(len(places))
            aim[places[key]] = -1
            # Not more than what it needs is asked for, so that there is always a greatest value.
            room = [(0, self.needed[key] if other == key else None) for other in places]
            found = linprog(aim, A_eq=equations, b_eq=known, bounds=room, integrality=whole)
            if not found.success or found.x[places[key]] < self.needed[key] - 1e-6:
                return key
            waiting = [other for other in waiting if found.x[places[other]] < self.needed[other] - 1e-6]
        return None

    def _find_columns(self, key):
        """In which sums a number is, and in which of them as the total."""
        return tuple((number, self.sums[number][0] == key) for number in self.within[key])

    def _is_open(self, total, parts):
        return total in self.hidden or any(part in self.hidden for part in parts)
