"""Stretches of time as pairs of whole numbers, from when until when. No Odoo."""


def merged(spans):
    """The same time in as few stretches as it takes, in order.

    >>> merged([(5, 9), (0, 3), (8, 12), (3, 4), (7, 7)])
    [(0, 4), (5, 12)]
    """
    result = []
    for start, stop in sorted(span for span in spans if span[0] < span[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], stop))
        else:
            result.append((start, stop))
    return result


def common(spans, others):
    """The time that is in both.

    >>> common([(0, 10), (20, 30)], [(5, 25)])
    [(5, 10), (20, 25)]
    """
    return merged(
        (max(start, other_start), min(stop, other_stop))
        for start, stop in merged(spans)
        for other_start, other_stop in merged(others)
    )


def without(spans, others):
    """The time in ``spans`` that is not in ``others``.

    >>> without([(0, 10), (20, 30)], [(2, 4), (8, 22)])
    [(0, 2), (4, 8), (22, 30)]
    """
    left = []
    for start, stop in merged(spans):
        for other_start, other_stop in common([(start, stop)], others):
            left.append((start, other_start))
            start = other_stop
        left.append((start, stop))
    return merged(left)


def length(spans):
    """How long they are together.

    >>> length([(0, 10), (5, 12)])
    12
    """
    return sum(stop - start for start, stop in merged(spans))
