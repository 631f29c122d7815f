"""Telephone numbers as they are dialled from anywhere. No ORM here."""

import re
from functools import lru_cache

import phonenumbers

from .names import digits

#: What stands between several numbers in one field.
BETWEEN = re.compile(r"\s*(?:[/;,|]|\bor\b|\boder\b|\bou\b)\s*", re.IGNORECASE)


def dialled(text, region=""):
    """The numbers that stand in a field, in the form E.164, with an extension where there is one.

    A number that can't be read as one is kept as its last digits, so that it equals itself.

    :param str region: two letters of the country from which a number without its code is dialled
    :return: frozenset of str

    >>> dialled("0113 496 0011", "GB") == dialled("+44 (0)113 4960011") == dialled("0044 113 4960011", "FR")
    True
    >>> sorted(dialled("0113 496 0011 / 07700 900123", "GB"))
    ['+441134960011', '+447700900123']
    >>> dialled("0113 496 0011 ext. 12", "GB") == dialled("0113 496 0011 ext. 13", "GB")
    False
    >>> dialled("0113 496 0011") == dialled("01134960011"), dialled("none"), dialled(None)
    (True, frozenset(), frozenset())
    """
    found = (_dialled(part, region or None) for part in BETWEEN.split(text or "") if part)
    return frozenset(filter(None, found))


@lru_cache(maxsize=4096)
def _dialled(text, region):
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return digits(text)
    if not phonenumbers.is_possible_number(number):
        return digits(text)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};{number.extension}" if number.extension else written
