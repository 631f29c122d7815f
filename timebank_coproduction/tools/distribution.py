"""Odoo's analytic distributions, as plain dicts: ids of accounts, joined by commas → per cent."""


def replace(distribution, old, new, fraction=1, digits=2):
    """The distribution with ``fraction`` of what one account carries carried by another instead.

    Whatever other accounts stand beside it stay beside it.

    :param int old: the account that gives, and :param int new: the one that takes
    :param int digits: of a percentage
    :return: a new dict

    >>> replace({"7": 100}, 7, 8), replace({"7,3": 60, "9": 40}, 7, 8)
    ({'8': 100}, {'8,3': 60, '9': 40})
    >>> replace({"7": 50, "8": 50}, 7, 8), replace({"7": 100}, 7, 8, 1 / 3)
    ({'8': 100}, {'7': 66.67, '8': 33.33})
    """
    result = {}

    def add(key, percent):
        if percent:
            result[key] = round(result.get(key, 0) + percent, digits)

    for key, percent in distribution.items():
        accounts = [int(number) for number in key.split(",") if number.isdigit()]
        if old not in accounts:
            add(key, percent)
            continue
        moved = percent if fraction == 1 else round(percent * fraction, digits)
        add(key, round(percent - moved, digits) if moved != percent else 0)
        add(",".join(str(new if number == old else number) for number in accounts), moved)
    return result


def beside(distribution, account):
    """The accounts that stand beside one in a distribution: a set of ids.

    >>> beside({"7,3": 60, "9": 40}, 7)
    {3}
    """
    keys = [{int(number) for number in key.split(",") if number.isdigit()} for key in distribution]
    return set().union(*(key for key in keys if account in key)) - {account}
