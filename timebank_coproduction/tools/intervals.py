"""How sure a figure is: 95 % intervals, and medians of waits of which some aren't over yet."""

from collections import Counter
from math import sqrt
from statistics import fmean, stdev

from scipy.special import stdtrit

#: Of the normal distribution, for 95 %.
Z = 1.959963984540054

#: Shares of fewer people than this are said with their interval.
SURE = 30


def wilson(part, whole):
    """The 95 % interval of a share, after Wilson (1927).

    :return: lowest and highest share, between 0 and 1; ``None`` where there is nobody

    The examples of Newcombe (1998), Statistics in Medicine 17:857–872, table I:

    >>> [tuple(round(end, 4) for end in wilson(*case)) for case in ((81, 263), (15, 148), (1, 29))]
    [(0.2553, 0.3662), (0.0624, 0.1605), (0.0061, 0.1718)]
    >>> tuple(round(end, 4) for end in wilson(0, 20)), wilson(20, 20)[1], wilson(0, 0)
    ((0.0, 0.1611), 1.0, None)
    """
    if not whole:
        return None
    share, squared = part / whole, Z * Z
    middle = share + squared / (2 * whole)
    spread = Z * sqrt(share * (1 - share) / whole + squared / (4 * whole * whole))
    scale = 1 + squared / whole
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def mean_change(before, after):
    """The mean change of people asked twice, with its 95 % interval (Student's t, matched pairs).

    :param before: a number for each person, and :param after: for the same people in the same order
    :return: mean, lowest, highest; the ends are ``None`` for fewer than two, all for nobody

    Student's own example (1908), hours of sleep gained with two drugs: 1.58, from 0.70 to 2.46.

    >>> one = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    >>> other = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    >>> [round(number, 2) for number in mean_change(one, other)]
    [1.58, 0.7, 2.46]
    >>> mean_change([4], [6]), mean_change([], [])
    ((2.0, None, None), (None, None, None))
    """
    changes = [later - first for first, later in zip(before, after, strict=True)]
    if len(changes) < 2:
        return (float(changes[0]) if changes else None), None, None
    mean = fmean(changes)
    spread = float(stdtrit(len(changes) - 1, 0.975)) * stdev(changes) / sqrt(len(changes))
    return mean, mean - spread, mean + spread


def survival(waits):
    """The share that still waits after each length of time, after Kaplan and Meier (1958).

    :param waits: pairs of a length and whether it ended then; who still waits is counted
        as long as they have waited, and not left out
    :return: list of pairs of a length at which somebody's wait ended, and the share that waits longer

    >>> waits = [(1, True), (2, False), (3, True), (3, True), (5, True), (6, False)]
    >>> [(length, round(share, 4)) for length, share in survival(waits)]
    [(1, 0.8333), (3, 0.4167), (5, 0.2083)]
    """
    waits = list(waits)
    leaving = Counter(length for length, _ended in waits)
    ending = Counter(length for length, ended in waits if ended)
    left, share, steps = len(waits), 1.0, []
    for length in sorted(leaving):
        if ending[length]:
            share *= 1 - ending[length] / left
            steps.append((length, share))
        left -= leaving[length]
    return steps


def median_wait(waits):
    """The length after which half of the waits are over, as :func:`survival` takes them.

    :return: ``None`` while fewer than half are over

    Weeks in remission with 6-mercaptopurine and with a placebo (Freireich and others 1963), whose
    published medians are 23 and 8:

    >>> ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    >>> going_on = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    >>> median_wait([(weeks, True) for weeks in ended] + [(weeks, False) for weeks in going_on])
    23
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> median_wait([(weeks, True) for weeks in placebo])
    8
    >>> median_wait([(4, True), (9, False), (9, False)]), median_wait([])
    (None, None)
    """
    return next((length for length, share in survival(waits) if share <= 0.5 + 1e-12), None)
