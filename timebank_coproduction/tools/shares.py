"""Sharing out whole minutes."""


def split(minutes, parts):
    """``minutes`` in ``parts`` whole shares that differ by one at most.

    :return: list of ``int``, the larger shares first; their sum is ``minutes``

    >>> split(60, 7), split(60, 1), split(2, 3)
    ([9, 9, 9, 9, 8, 8, 8], [60], [1, 1, 0])
    """
    share, rest = divmod(minutes, parts)
    return [share + 1] * rest + [share] * (parts - rest)
