"""What is left of names, and of codes, for those who need not know whose they are."""

import re

from . import bill_codes, codes, names

#: What people write for some signs of a code.
_LOOKALIKES = {"1": "[1IL]", "0": "[0O]"}


def initials(name, between=""):
    """The first letters of a name, enough to tell two people of one page apart.

    :param str between: what stands between the letters

    >>> initials("Ann Lee"), initials("Síle O’Neill"), initials("mary-jane fox"), initials("李 伟")
    ('A.L.', 'S.O.', 'M.F.', '李.伟.')
    >>> initials("José Álvarez", " "), initials("mary-jane O’Neill", " "), initials("李", " ")
    ('J. Á.', 'M. O.', '李.')
    >>> initials("")
    '?'
    """
    return between.join(f"{part[0].upper()}." for part in re.findall(r"[^\W\d_][^\s]*", name)) or "?"


def codes_in(*texts):
    """What texts hold that may be the code of a claim, as codes are kept.

    >>> codes_in("Swim abcd-efgh-1109, paid", None, "ABCDEFGH11O9 and 12") >= {'ABCD-EFGH-1109'}
    True
    >>> codes_in("Two passes")
    set()
    """
    runs = {run for text in texts for run in bill_codes.runs_in(text or "")}
    return {codes.normalise(run) for run in runs if len(run) == codes.CLAIM_LENGTH} - {""}


class Abbreviated:
    """Says texts with the initials of people known, and something else for each code known.

    >>> say = Abbreviated(["Ann Lee", "Ann Lee Fox", "Rose"], {"ABCD-EFGH-1109": "#7"})
    >>> say("Lesson ANN LEE, then Ann Lee Fox; Rose; abcd-efgh-1109"), say(None)
    ('Lesson A.L., then A.L.F.; Rose; #7', '')
    >>> Abbreviated(["Lee Fox", "Ann Lee Fox"], between=" ")("Lee Fox with Ann Lee Fox")
    'L. F. with A. L. F.'
    """

    def __init__(self, people, numbers=None, between=""):
        """:param people: their names; one of a single word is a word like others, and left
        :param dict numbers: code → what is said instead
        :param str between: what stands between the letters
        """
        self.numbers = [(_written(code), said) for code, said in (numbers or {}).items()]
        self.by_first_word = {}
        # the longest first: a shorter name may be a part of it
        for place, name in enumerate(sorted(set(filter(None, people)), key=len, reverse=True)):
            if found := names.whole(name):
                first = re.findall(r"\w+", name.casefold())[:1]
                known = self.by_first_word.setdefault(first[0] if first else "", [])
                known.append((place, found, initials(name, between)))

    def __call__(self, text):
        said = text or ""
        for code, instead in self.numbers:
            said = code.sub(instead, said)
        words = set(re.findall(r"\w+", said.casefold()))
        known = [one for word in words for one in self.by_first_word.get(word, ())]
        for _place, whole, short in sorted(known, key=lambda one: one[0]):
            said = whole.sub(short, said)
        return said


def _written(code):
    """What finds a code in a text, however it is spaced or misread."""
    signs = [_LOOKALIKES.get(sign, sign) for sign in code.replace("-", "")]
    return re.compile(r"(?<![^\W_])" + r"[\W_]*".join(signs) + r"(?![^\W_])", re.IGNORECASE)
