"""Names, and what is left of them for those who need not know whose they are."""

import re


def initials(name):
    """The first letters of a name, enough to tell two people of one page apart.

    >>> initials("Ann Lee"), initials("Síle O’Neill"), initials("mary-jane fox"), initials("李 伟")
    ('A.L.', 'S.O.', 'M.F.', '李.伟.')
    >>> initials("")
    '?'
    """
    return "".join(f"{part[0].upper()}." for part in re.findall(r"[^\W\d_][^\s]*", name)) or "?"
