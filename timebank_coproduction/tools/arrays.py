"""Counting many rows at once, with numpy. Nothing here knows Odoo.

Ids are of 31 bits, as the database has them; groups are numbers from 0.
"""

import numpy as np

#: Of the bits of a pair's key, those of the second.
BITS = 31


#: Of what PostgreSQL copies in its binary format: bytes before the first row, and after the last one.
BEFORE, AFTER = 19, 2


def read_copied(sent, count):
    """What ``COPY … TO STDOUT (FORMAT binary)`` sends of columns of ``int4`` without NULL.

    :param sent: all of it, as bytes
    :param int count: how many columns there are
    :return: an array of a row for each column
    :raises ValueError: where there is a NULL, or another type

    >>> row = bytes.fromhex("0002 00000004 00000007 00000004 fffffffe")
    >>> read_copied(bytes(BEFORE) + row + bytes(AFTER), 2).tolist()
    [[7], [-2]]
    """
    row = np.dtype([("columns", ">i2"), ("cells", ">i4", (count, 2))])  # each cell: its size, and the number
    cells = np.frombuffer(sent[BEFORE : len(sent) - AFTER], dtype=row)["cells"]
    if (cells[:, :, 0] != 4).any():
        raise ValueError("These are no whole numbers of four bytes.")
    return cells[:, :, 1].T.astype(np.int64, order="C")


def read_copied_pairs(sent):
    """The same of one row with one array of ``int8`` without NULL, or with none: of each number its upper and
    its lower half.

    :return: an array of two rows, of upper and of lower halves

    >>> array = bytes.fromhex("00000001 00000000 00000014 00000001 00000001 00000008 00000007 fffffffe")
    >>> row = bytes.fromhex("0001") + len(array).to_bytes(4) + array
    >>> read_copied_pairs(bytes(BEFORE) + row + bytes(AFTER)).tolist()
    [[7], [-2]]
    >>> read_copied_pairs(bytes(BEFORE) + bytes.fromhex("0001 ffffffff") + bytes(AFTER)).tolist()
    [[], []]
    """
    halves = np.dtype([("size", ">i4"), ("halves", ">i4", 2)])
    # before the numbers stand: how many columns, the array's size; its dimensions, whether any is NULL, the
    # type, how many, lower bound
    found = np.frombuffer(sent[BEFORE + 26 : len(sent) - AFTER], dtype=halves)
    if (found["size"] != 8).any():
        raise ValueError("These are no whole numbers of eight bytes.")
    return found["halves"].T.astype(np.int64, order="C")


def join(one, other):
    """A key for each two ids, in whose order pairs are.

    >>> keys = join(np.array([7, 1]), np.array([2, 9]))
    >>> [part.tolist() for part in split(keys)]
    [[7, 1], [2, 9]]
    """
    return (one << BITS) | other


def split(keys):
    """The two parts of such keys."""
    return keys >> BITS, keys & (2**BITS - 1)


def number(*ids):
    """Consecutive numbers for some ids: an array of id → number, and the ids in their order.

    >>> place, found = number(np.array([9, 4]), np.array([4, 6]))
    >>> found.tolist(), place[[9, 4]].tolist()
    ([4, 6, 9], [2, 0])
    """
    here = np.zeros(max((int(some.max()) for some in ids if len(some)), default=0) + 1, dtype=bool)
    for some in ids:
        here[some] = True
    return np.cumsum(here) - 1, np.flatnonzero(here)


def add_up(groups, amounts, size):
    """The sum of the amounts of each group, exact up to 2 ** 53.

    >>> add_up(np.array([0, 2, 2]), np.array([5, 6, 7]), 4).tolist()
    [5, 0, 13, 0]
    """
    return np.bincount(groups, weights=amounts, minlength=size).astype(np.int64)


def count_different(groups, ids, size):
    """How many different ids each group has.

    >>> count_different(np.array([0, 2, 2, 2]), np.array([5, 6, 6, 7]), 4).tolist()
    [1, 0, 2, 0]
    """
    pairs, _ids = split(different(join(groups.astype(np.int64), ids)))
    return np.bincount(pairs, minlength=size)


def different(numbers):
    """Each of some whole numbers once, in order: as ``np.unique``, and several times as fast."""
    numbers = np.sort(numbers)
    return numbers[begins(numbers)]


def begins(*columns):
    """In sorted rows, which differ from the row before them in any column.

    >>> begins(np.array([3, 3, 3, 4]), np.array([1, 1, 2, 2])).tolist()
    [True, False, True, True]
    """
    result = np.zeros(len(columns[0]), dtype=bool)
    result[:1] = True
    for column in columns:
        result[1:] |= column[1:] != column[:-1]
    return result


def number_steps(step, days):
    """The first days of the weeks, months, quarters or years that have any of these days, and which of them
    each day lies in.

    >>> days = np.array(["2026-11-26", "2026-02-03", "2026-11-01"], dtype="datetime64[D]")
    >>> starts, step_of = number_steps("month", days)
    >>> [str(start) for start in starts], step_of.tolist()
    (['2026-02-01', '2026-11-01'], [1, 0, 1])
    """
    begin = days.min() if len(days) else np.datetime64(0, "D")
    since = (days - begin).astype(np.int64)  # a step for each day, of which there are few
    starts, step_of = np.unique(
        first_of(step, begin + np.arange(since.max(initial=-1) + 1)), return_inverse=True
    )
    place, used = number(step_of[since])
    return starts[used], place[step_of[since]]


def first_of(step, days):
    """The first day of the week, month, quarter or year that each of these days lies in.

    >>> days = np.array(["2026-11-26"], dtype="datetime64[D]")
    >>> [str(first_of(step, days)[0]) for step in ("week", "month", "quarter", "year")]
    ['2026-11-23', '2026-11-01', '2026-10-01', '2026-01-01']
    """
    if step == "week":
        return days - (days.astype(np.int64) + 3) % 7  # the first of January 1970 was a Thursday
    if step == "quarter":
        months = days.astype("datetime64[M]")
        return (months - months.astype(np.int64) % 3).astype("datetime64[D]")
    return days.astype({"month": "datetime64[M]", "year": "datetime64[Y]"}[step]).astype("datetime64[D]")
