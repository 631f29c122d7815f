"""Claim codes as suppliers write them on their bills. Nothing here knows Odoo."""

import re

#: Parts that a code may have been broken into on a bill.
LONGEST_CODE_IN_WORDS = 4


def normal(code):
    """A code without what people add to it or leave out.

    >>> normal("k7qm-2xpa")
    'K7QM2XPA'
    """
    return re.sub(r"[^A-Z0-9]", "", code.upper())


def runs_in(text):
    """What a text's words make, alone and joined with their neighbours, in order.

    >>> list(runs_in("ab-12 x"))
    ['AB', 'AB12', 'AB12X', '12', '12X', 'X']
    """
    words = re.findall(r"[A-Z0-9]+", text.upper())
    for start in range(len(words)):
        for stop in range(start + 1, min(start + LONGEST_CODE_IN_WORDS, len(words)) + 1):
            yield "".join(words[start:stop])


def codes_in(text, known):
    """What a text names by its code, in the order of appearance.

    :param known: a mapping of codes in their :func:`normal` form

    >>> codes_in("Inv 4, Ab-12 cd34.", {"AB12CD34": "it"})
    ['it']
    """
    return list(dict.fromkeys(known[run] for run in runs_in(text) if run in known))


class OneSlip:
    """Finds codes of which a text has one letter too many, too few or wrong.

    >>> slips = OneSlip({1: "K7QM2XPA", 2: "P3RT8WLD"})
    >>> slips.named_in("ref K7QN-2XPA"), slips.named_in("ref P3RT8WL"), slips.named_in("K7QN2XPB")
    ({1}, {2}, set())
    """

    #: Shorter words come close to a code by chance.
    SHORTEST = 5

    def __init__(self, codes):
        """:param codes: a dict of anything → its code"""
        self.by_form = {}
        for key, code in codes.items():
            for form in _shortened(normal(code)):
                self.by_form.setdefault(form, set()).add(key)

    def named_in(self, text):
        """The keys of the codes that the text comes within one letter of."""
        named = set()
        for run in runs_in(text):
            if len(run) >= self.SHORTEST:
                for form in _shortened(run):
                    named |= self.by_form.get(form, set())
        return named


def _shortened(code):
    """The code, and it without each of its letters: two codes one slip apart share one of these."""
    return {code, *(code[:at] + code[at + 1 :] for at in range(len(code)))} if code else set()
