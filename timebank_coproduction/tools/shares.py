"""Sharing out whole minutes, or whole coins."""


def worth(total, quantity, used, count):
    """What the next ``count`` of ``quantity`` cost that cost ``total`` together, ``used`` gone before.

    >>> [worth(100, 3, used, 1) for used in range(3)], worth(100, 3, 1, 2)
    ([33, 34, 33], 67)
    """
    return _part(total, quantity, used + count) - _part(total, quantity, used)


def _part(total, quantity, count):
    """The part of ``total`` that is ``count`` of ``quantity``, to the nearest whole coin."""
    return (2 * total * count + quantity) // (2 * quantity)


def split(minutes, parts):
    """``minutes`` in ``parts`` whole shares that differ by one at most.

    :return: list of ``int``, the larger shares first; their sum is ``minutes``

    >>> split(60, 7), split(60, 1), split(2, 3)
    ([9, 9, 9, 9, 8, 8, 8], [60], [1, 1, 0])
    """
    share, rest = divmod(minutes, parts)
    return [share + 1] * rest + [share] * (parts - rest)


def split_by(total, weights):
    """``total`` in whole shares as large as their weights are, none of it lost.

    :param weights: whole numbers, not all zero
    :return: list of ``int`` in the order of the weights; what rounding leaves goes to those
        that it took most from

    >>> split_by(100, [1, 1, 1]), split_by(-7, [3, 1]), split_by(5, [0, 2])
    ([34, 33, 33], [-5, -2], [0, 5])
    """
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    rests = [total * weight % whole for weight in weights]
    for place in sorted(range(len(weights)), key=lambda place: -rests[place])[: total - sum(shares)]:
        shares[place] += 1
    return shares
