"""Telephone numbers as they are dialled from anywhere. No ORM here."""

import re
from functools import lru_cache

import phonenumbers

from .names import digits

#: What stands between several numbers in one field.
BETWEEN = re.compile(r"\s*(?:[/;,|]|\bor\b|\boder\b|\bou\b)\s*", re.IGNORECASE)


def dialled(text, *regions):
    """The numbers that stand in a field, in the form E.164, with an extension where there is one.

    A number without its country's code is read as it is dialled in each of the regions: each reading that
    could be a number counts. One that can't be read is kept as its last digits, so that
    it equals itself.

    :param str regions: two letters of each country from which a number without its code may be dialled
    :return: frozenset of str

    >>> dialled("0113 496 0011", "GB") == dialled("+44 (0)113 4960011") == dialled("0044 113 4960011", "FR")
    True
    >>> sorted(dialled("0113 496 0011", "US", "GB")), sorted(dialled("(212) 736-5000", "GB", "US"))
    (['+441134960011'], ['+12127365000', '+442127365000'])
    >>> sorted(dialled("0113 496 0011 / 07700 900123", "GB"))
    ['+441134960011', '+447700900123']
    >>> dialled("0113 496 0011 ext. 12", "GB") == dialled("0113 496 0011 ext. 13", "GB")
    False
    >>> dialled("0113 496 0011") == dialled("01134960011"), dialled("none"), dialled(None)
    (True, frozenset(), frozenset())
    """
    regions = tuple(dict.fromkeys(filter(None, regions))) or (None,)
    parts = filter(None, BETWEEN.split(text or ""))
    return frozenset().union(*(_dialled(part, regions) for part in parts))


@lru_cache(maxsize=4096)
def _dialled(text, regions):
    found = set()
    for region in regions:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            found.add(f"{written};{number.extension}" if number.extension else written)
    return frozenset(found or filter(None, [digits(text)]))


def ending(number):
    """The digits that are in any way of writing one of the numbers of :func:`dialled`, or an empty string.

    >>> ending("+441134960011"), ending("+4722334455"), ending("+441134960011;12"), ending("496001")
    ('134960011', '22334455', '134960011', '496001')
    """
    number = number.partition(";")[0]
    if number.startswith("+"):
        number = str(phonenumbers.parse(number).national_number)
    return digits(number)
