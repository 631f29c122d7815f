"""Names as people type them: with or without accents, capitals, hyphens and curly apostrophes.

No ORM here: what is found in the database by :func:`pattern` is decided by :func:`folded`.
"""

import re
import unicodedata

#: Letters of which no form with an accent is in use, so that they stand for themselves.
PLAIN = frozenset("bfmpqvxBFMPQVX0123456789")


def folded(text):
    """A name for comparing: no accents, no capitals, one kind of apostrophe, words apart by one space.

    >>> folded("  José  ÁLVAREZ ")
    'jose alvarez'
    >>> folded("O’Neill-Fox") == folded("o'neill fox")
    True
    >>> folded("李 伟")
    '李 伟'
    >>> folded(None)
    ''
    """
    letters = unicodedata.normalize("NFKD", text or "")
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()
    plain = re.sub(r"[’‘ʼ´`]", "'", plain)
    return " ".join(re.sub(r"[\s\u2010-\u2015-]+", " ", plain).split())


def pattern(text):
    """An SQL ``ILIKE`` pattern that lets through whatever is ``folded`` the same, and some more.

    >>> pattern("Bob O’Neil")
    'B_b%______'
    """
    letters = unicodedata.normalize("NFC", " ".join((text or "").split()))
    return "".join("%" if letter in " -" else letter if letter in PLAIN else "_" for letter in letters)


def digits(phone):
    """The digits by which two ways of writing a telephone number are compared.

    >>> digits("+44 113 496 0011") == digits("0113 4960011")
    True
    >>> digits("ext. 12")
    ''
    """
    found = re.sub(r"\D", "", phone or "")[-9:]
    return found if len(found) >= 6 else ""
