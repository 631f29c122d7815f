"""The number that a supplier quotes on a bill for a claim: short, told from other numbers, no secret.

It names a claim and opens nothing: what a reward is handed over for is the claim's code. Two check
digits (ISO 7064, MOD 97-10) tell it from a supplier's own numbers, and one with a wrong or swapped
digit from another claim's.
"""

import re

from .bill_codes import normal

#: What it begins with on every bill.
MARK = "TB"
#: Digits that it has at least, besides the two to check it by.
SHORTEST = 5
#: The largest number that a record can have.
LARGEST = 2**31 - 1


def write(number):
    """The reference of the claim with that number.

    >>> write(427), write(1234567)
    ('TB00427-78', 'TB1234567-51')
    """
    return f"{MARK}{number:0{SHORTEST}d}-{98 - number * 100 % 97:02d}"


def read(text):
    """The number of the claim whose reference that is, 0 for anything else.

    >>> read("tb 00427/78"), read("TB00472-78"), read("TB00427"), read(""), read(write(2**31 - 1)) == LARGEST
    (427, 0, 0, 0, True)
    """
    found = re.fullmatch(rf"{MARK}(\d{{{SHORTEST},10}})(\d\d)", normal(text or ""))
    if not found:
        return 0
    number = int(found[1])
    return number if number <= LARGEST and normal(write(number)) == found[0] else 0
