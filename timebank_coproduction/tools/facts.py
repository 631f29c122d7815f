"""Rows of a query kept as columns, which is how arrays want them."""


class Facts:
    """What is known of some records, in their order: a tuple or list for each name.

    >>> facts = Facts(["id", "zip"], [(7, "LL57"), (9, None)])
    >>> len(facts), facts["id"], facts.row(1)
    (2, (7, 9), {'id': 9, 'zip': None})
    >>> facts.take([1])["id"]
    [9]
    """

    def __init__(self, names, rows):
        columns = zip(*rows, strict=True) if rows else [()] * len(names)
        self.columns = dict(zip(names, columns, strict=True))

    def __len__(self):
        return len(self.columns["id"])

    def __getitem__(self, name):
        return self.columns[name]

    def __setitem__(self, name, column):
        self.columns[name] = column

    def row(self, position):
        """What is known of one record: a dict."""
        return {name: column[position] for name, column in self.columns.items()}

    def take(self, positions):
        """The same of some of the records, in the order of their positions."""
        some = Facts((), ())
        some.columns = {
            name: [column[position] for position in positions] for name, column in self.columns.items()
        }
        return some

    def positions(self, name):
        """Where each value of a column is found: a dict of lists.

        >>> Facts(["id", "person"], [(1, 5), (2, 6), (3, 5)]).positions("person")
        {5: [0, 2], 6: [1]}
        """
        found = {}
        for position, value in enumerate(self[name]):
            found.setdefault(value, []).append(position)
        return found
