"""Names as people type them: with or without accents, capitals, hyphens and curly apostrophes.

No ORM here: what is found in the database by :func:`pattern` is decided by :func:`folded`.
"""

import re
import unicodedata

#: Letters of which no form with an accent is in use, so that they stand for themselves.
PLAIN = frozenset("bfmpqvxBFMPQVX0123456789")


#: Letters with a stroke or tail of their own, which aren't a plain letter and an accent.
STROKES = str.maketrans("øłđðıħ", "olddih")
#: What is typed for an apostrophe. Taken apart, some of them would be a space and an accent.
APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʻ´`′", "'"))
#: Scripts in which one sign can be a name.
SIGNS = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def folded(text):
    """A name for comparing: no accents, no capitals, one kind of apostrophe, words apart by one space.

    >>> folded("  José  ÁLVAREZ ")
    'jose alvarez'
    >>> folded("Łukasz Jørgensen")
    'lukasz jorgensen'
    >>> folded("O’Neill-Fox") == folded("o'neill fox") == folded("O´Neill Fox")
    True
    >>> folded("李 伟")
    '李 伟'
    >>> folded(None)
    ''
    """
    letters = unicodedata.normalize("NFKD", (text or "").translate(APOSTROPHES))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()
    return " ".join(re.sub(r"[\s\u2010-\u2015-]+", " ", plain.translate(STROKES)).split())


def whole(name):
    """What finds a name in a text where it stands as a whole, or nothing for one that is too short to tell.

    >>> bool(whole("Ann Lee").search("Gave ann lee a lift")), bool(whole("Ann Lee").search("Joann Leeds"))
    (True, False)
    >>> whole("Rose"), whole("")
    (None, None)
    """
    words = (name or "").split()
    if len(words) < 2:
        return None
    return re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)", re.IGNORECASE)


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


def sought(name, *phones_and_mails):
    """What is kept of a person to be found by: the words of the name, digits, addresses.

    >>> sought("Síle O’Neill", "+44 113 496-0023", "sile@example.org")
    ' sile oneill 441134960023 sile@example.org'
    """
    details = [
        detail.casefold() if "@" in detail else re.sub(r"\D", "", detail)
        for detail in phones_and_mails
        if detail
    ]
    return " " + " ".join(filter(None, [folded(name).replace("'", ""), *details]))


def asked(text):
    """The pieces that :func:`sought` has to hold for somebody to be found by what was typed.

    A number is one piece, however it is spaced, and without what stands before it at home
    or abroad; an address is one as it stands.

    >>> asked("O'Neill, Síle"), asked("jane"), asked("李"), asked("0113 496-0023")
    (['oneill', 'sile'], ['jane'], ['李'], ['1134960023'])
    >>> asked("+44 113 496 0023"), asked("MJ@example.org"), asked(" - ")
    (['134960023'], ['mj@example.org'], [])
    """
    text = text or ""
    if re.fullmatch(r"[\s\d()+./-]*\d[\s\d()+./-]*", text):
        number = re.sub(r"\D", "", text)
        return [number[-9:] if text.strip().startswith("+") else number.lstrip("0") or number]
    if "@" in text:
        return text.casefold().split()
    return _bare_words(text, ",")


def is_shown_as(text, shown, name):
    """Whether somebody called ``name``, of which others are told ``shown``, is whom ``text`` looks for.

    Some word of it begins one that is shown whole. Others may do so too, or go on from the
    initial; where neither initial nor surname is shown, whatever follows the first name will do. So
    whoever types their own name in full is found, and nothing can be found out by guessing: a
    name that was made up finds the same people.

    >>> jose = ("José Á.", "José Álvarez")
    >>> [is_shown_as(text, *jose) for text in ("jose", "Jose ALVAREZ", "jo al", "Álvarez, José")]
    [True, True, True, True]
    >>> [is_shown_as(text, *jose) for text in ("alvarez", "a", "jose fox", "", ".")]
    [False, False, False, False, False]
    >>> ann = ("Ann S.", "Ann Smith-Jones")
    >>> is_shown_as("ann smith-jones", *ann), is_shown_as("jones", *ann)
    (True, False)
    >>> sile = ("Síle O’Neill", "Síle O’Neill")
    >>> is_shown_as("o'neill", *sile), is_shown_as("sile fox", *sile)
    (True, False)
    >>> gwen = ("Gwen", "Gwen Fox")
    >>> is_shown_as("Gwen Fox", *gwen), is_shown_as("Gw Fox", *gwen), is_shown_as("fox", *gwen)
    (True, False, False)
    """
    typed, words = shown_words(text), shown_words(shown)
    all_is_shown = words == shown_words(name)
    initial = "" if all_is_shown or not (shown or "").endswith(".") else words.pop()
    rest = [word for word in typed if not any(one.startswith(word) for one in words)]
    if len(rest) == len(typed):
        return False
    if not rest or all_is_shown:
        return not rest
    if initial:
        return any(word.startswith(initial) for word in rest)
    return any(word in words for word in typed)


def shown_words(text):
    """The words by which a name is compared with what was typed, without apostrophes, stops and commas.

    >>> shown_words("Síle O’N."), shown_words(" . ")
    (['sile', 'on'], [])
    """
    return _bare_words(text, ".,")


def _bare_words(text, around):
    """The words of a text as :func:`sought` has them, without the signs that stand ``around`` them."""
    words = (word.strip(around) for word in folded(text).replace("'", "").split())
    return list(filter(None, words))


def is_enough(text, least):
    """Whether so much was typed that people may be looked for: some letters, or one sign that is a name.

    >>> is_enough("jo", 2), is_enough("j", 2), is_enough("李", 2)
    (True, False, True)
    """
    return len(text) >= least or bool(SIGNS.search(text))
