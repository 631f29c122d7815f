"""Names, and what is left of them for those who need not know whose they are."""

import re


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
