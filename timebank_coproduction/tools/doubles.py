"""Whether two contacts may be the same person, and why. No ORM here.

A name and what else is known of somebody are compared, never one alone: a couple, siblings or
a whole agency share an address, a telephone number and a mail address, and a father and his son may
share the name as well. What speaks for two being one is said in the words of :data:`REASONS`;
nicknames are no guess.
"""

import re
from collections import defaultdict
from itertools import combinations
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from . import names
from .phones import dialled

#: What speaks for two contacts being one person, the strongest first.
REASONS = ("mail", "phone", "name", "part", "alike", "zip", "bare")
#: A name with nothing else tells two apart or makes them one only where so few bear it.
FEW = 3
#: Of so many who share a place and a part of their name, only those of the same name are compared.
CROWD = 100
#: How alike two streets of one postcode are written, of 100.
SAME_STREET = 70

TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir lady dame rev revd reverend fr herr frau hr m mme mlle"
    " monsieur madame sr sra srta senor senora sig signor signora dott ing phd mba obe mbe".split()
)
#: What tells generations of one name apart: 1 for the elder.
GENERATIONS = {
    **dict.fromkeys(("senior", "snr"), 1),
    **dict.fromkeys(("junior", "jr", "jnr", "ii", "filho"), 2),
    **dict.fromkeys(("iii",), 3),
}
LEGAL_FORMS = frozenset("ltd limited plc llp cic cio inc gmbh ev ag sa sarl the".split())
#: What is the beginning of a family's name, and may be written apart from it: O Brien, Mac Donald.
APART = re.compile(r"\b(o|mc|mac|fitz)\s+(?=[^\W\d_]{3})")
#: Two people under one name.
TOGETHER = re.compile(r"\s(?:and|und|et)\s|[&+]")

CYRILLIC = {
    **dict(zip("абвгдезиклмнопрстуфъыьэіґ", "abvgdeziklmnoprstuf\0y\0eig", strict=True)),
    **{"ё": "io", "ж": "zh", "й": "i", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch"},
    **{"ю": "iu", "я": "ia", "є": "ie", "ї": "i", "ў": "u", "ј": "i", "љ": "li", "њ": "ni", "џ": "dzh"},
}
GREEK = {
    **dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)),
    **{"θ": "th", "χ": "ch", "ψ": "ps"},
}
LATIN = str.maketrans(
    {
        letter: latin.replace("\0", "")
        for letter, latin in {**CYRILLIC, **GREEK, "ß": "ss", "æ": "ae", "œ": "oe"}.items()
    }
)
#: What sounds the same, or is another way of writing it, in words of four letters and more.
SOUNDS = [
    (re.compile(how), sound)
    for how, sound in (
        ("tsch|tch|ch", "C"),
        ("sch|sh", "S"),
        ("ph", "f"),
        ("ck|q", "k"),
        ("c(?=[eiy])", "s"),
        ("c", "k"),
        ("z", "s"),
        ("w", "v"),
        ("ou|oo", "u"),
        ("ee", "i"),
        ("ae", "a"),
        ("oe", "o"),
        ("ue", "u"),
        ("[yj]", "i"),
        ("ei", "ai"),
        ("(?<=.)h", ""),
        (r"(.)\1+", r"\1"),
    )
]
#: Vowels that are heard as one another in a long name, such as Mohammed and Muhammad.
VOWELS = str.maketrans("eu", "ao")


class Name(NamedTuple):
    """A name, made ready for comparing."""

    parts: tuple  # in their order, the family's last where a comma says so
    sounds: tuple
    generation: int
    together: bool  # of two people


class Person(NamedTuple):
    """What is known of a contact."""

    id: int
    name: Name
    mail: str
    phones: frozenset
    zip: str
    street: str
    is_company: bool
    parent_id: int


def person(id, name, mail="", phone="", zip="", street="", is_company=False, parent_id=0, regions=()):
    """A :class:`Person` from what stands in a contact's fields.

    :param regions: two letters of each country from which the number may be dialled
    """
    return Person(
        id,
        read_name(name or "", is_company),
        read_mail(mail),
        dialled(phone, *regions),
        re.sub(r"[\W_]", "", zip or "").casefold(),
        names.folded(street),
        bool(is_company),
        parent_id or 0,
    )


def read_mail(mail):
    """An address as its owner has it, whatever they wrote after a plus.

    >>> read_mail(" Ann.Lee+bank@Example.org "), read_mail("a.nn@googlemail.com"), read_mail("none")
    ('ann.lee@example.org', 'ann@gmail.com', '')
    """
    local, at, domain = (mail or "").strip().casefold().rpartition("@")
    if not at or not local:
        return ""
    local = local.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def read_name(text, is_company=False):
    """
    >>> read_name("Dr. Ann O’Neill-Fox").parts
    ('ann', 'oneill', 'fox')
    >>> read_name("Zoe O Brien Mc Kay").parts
    ('zoe', 'obrien', 'mckay')
    >>> read_name("Smith, John (Jack) Jr"), read_name("Ms Müller").parts
    (Name(parts=('john', 'smith'), sounds=('ion', 'smit'), generation=2, together=False), ('muller',))
    >>> read_name("Олександр Шевченко").sounds == read_name("Oleksandr Shevchenko").sounds
    True
    >>> read_name("Ann & Ben Lee").together, read_name("Fox Ltd", is_company=True).parts
    (True, ('fox',))
    """
    text = re.sub(r"\([^)]*\)|[\"“„][^\"”“]*[\"”“]", " ", text)
    family, comma, given = text.partition(",")
    if comma and given.strip() and not is_company:
        text = f"{given} {family}"
    together = bool(TOGETHER.search(text.casefold())) and not is_company
    plain = names.folded(text).translate(LATIN)
    parts = re.findall(r"[^\W_]+", APART.sub(r"\1", plain.replace("'", "")))
    generation = max((GENERATIONS.get(word, 0) for word in parts[1:]), default=0)
    dropped = LEGAL_FORMS if is_company else TITLES | GENERATIONS.keys()
    kept = [word for word in parts if word not in dropped] or parts
    if sum(len(word) > 1 for word in kept) > 1:  # an initial says too little
        kept = [word for word in kept if len(word) > 1 or names.SIGNS.match(word)]
    return Name(tuple(kept), tuple(map(sound, kept)), generation, together)


def sound(word):
    """How a word is heard, roughly, so that ways of writing a name are one.

    >>> sound("zelenskyy") == sound("selensky"), sound("sara") == sound("sarah")
    (True, True)
    >>> sound("maria") == sound("marta"), sound("daniel") == sound("daniela"), sound("lee") == sound("li")
    (False, False, False)
    """
    if len(word) > 3:
        for how, heard in SOUNDS:
            word = how.sub(heard, word)
    return word


# ------------------------------------------------------------
# Two names.
# ------------------------------------------------------------


def compare_names(one, other):
    """How two names go together: ``name`` (the same), ``part``, ``alike`` or an empty string.

    >>> def two(one, other):
    ...     return compare_names(read_name(one), read_name(other))
    >>> two("José Álvarez", "ALVAREZ, Jose"), two("Mr Lee Ann", "Ann Lee")
    ('name', 'name')
    >>> two("Maria García López", "Maria Garcia"), two("Ann Mary Lee", "Ann Lee")
    ('part', 'part')
    >>> two("Jörg Müller", "Joerg Mueller"), two("Mohammed Hussein", "Muhammad Hussain")
    ('alike', 'alike')
    >>> two("Micheal Brown", "Michael Brown"), two("Ann Mackenzie", "Ann Mackensie")
    ('alike', 'alike')
    >>> two("Doreen Clark", "Doreen Clarke"), two("Ann Lee", "Anne Lee")
    ('alike', '')
    >>> two("Bob Smith", "Robert Smith"), two("Maria Lopez", "Marta Lopez"), two("Dan Fox", "Dana Fox")
    ('', '', '')
    >>> two("Christian Berg", "Christina Berg"), two("John Smith", "John Smith Jr"), two("Ann Lee", "Ann")
    ('', '', '')
    """
    if one.generation != other.generation or one.together != other.together:
        return ""
    if one.parts == other.parts or sorted(one.parts) == sorted(other.parts):
        return "name"
    if one.together:
        return ""
    short, long = sorted((one, other), key=lambda name: len(name.parts))
    if len(short.parts) < 2:
        return ""
    if len(short.parts) == len(long.parts):
        return "alike" if _are_alike(short, long) else ""
    # what the longer adds is a further name or a family's; somebody else's would come first
    if long.parts[0] in short.parts and set(short.parts) < set(long.parts):
        return "part"
    return ""


def _are_alike(one, other):
    """Whether two names of as many parts are the same but for how they are written."""
    if sorted(one.sounds) == sorted(other.sounds):
        return True
    last = len(one.parts) - 1
    pairs = [(index, *pair) for index, pair in enumerate(zip(one.parts, other.parts, strict=True))]
    odd = [pair for pair in pairs if one.sounds[pair[0]] != other.sounds[pair[0]]]
    if len(odd) > 1:
        return all(_is_heard_alike(*pair[1:]) for pair in odd)
    index, word, another = odd[0]
    if _is_heard_alike(word, another) or _is_swapped(word, another):
        return True
    # a slip in a family's name, or an e that isn't heard at its end; another letter in a first name is a
    # brother or a sister
    short, long = sorted((word, another), key=len)
    return (
        index == last
        and word[0] == another[0]
        and (len(short) > 5 and OSA.distance(word, another) == 1 or len(short) > 3 and long == f"{short}e")
    )


def _is_heard_alike(one, other):
    """
    >>> _is_heard_alike("mohammed", "muhamad"), _is_heard_alike("karsten", "kirsten")
    (True, False)
    >>> _is_heard_alike("francis", "frances"), _is_heard_alike("robert", "roberta")
    (False, False)
    """
    one, other = (re.sub(r"(.)\1+", r"\1", word) for word in (one, other))
    consonants = len(re.sub("[aeiouy]", "", one))
    return consonants > 3 and one.translate(VOWELS) == other.translate(VOWELS)


def _is_swapped(one, other):
    """Whether two letters within a word were typed in the wrong order."""
    return (
        len(one) == len(other) > 4
        and one[0] == other[0]
        and one[-1] == other[-1]
        and sorted(one) == sorted(other)
        and OSA.distance(one, other) == 1
    )


# ------------------------------------------------------------
# Two people.
# ------------------------------------------------------------


def compare(one, other):
    """Why two contacts may be the same person: a tuple of :data:`REASONS`, empty where they aren't.

    ``bare`` says that nothing but the name is known of both.
    """
    if not (one.name.parts and other.name.parts):
        return ()
    if one.id and one.id in (other.id, other.parent_id) or other.id and other.id == one.parent_id:
        return ()
    mail = _agree(one.mail, other.mail)
    phone = bool(one.phones & other.phones) if one.phones and other.phones else None
    place = _agree_on_place(one, other)
    nothing = mail is None and phone is None and place is None and one.is_company == other.is_company
    how = compare_names(one.name, other.name) if mail or phone or place or nothing else ""
    if one.is_company != other.is_company and how != "name":  # a person may have been typed in as a company
        return ()
    # people move, and have several addresses; who differs in mail and number has a namesake in the house
    if how == "name" and _is_whole(one.name):
        same = mail or phone or nothing or place and not (mail is False and phone is False)
    elif how == "name":
        same = mail or phone
    else:
        same = how and (mail or mail is not False and (phone or place and phone is not False))
    found = {"mail": mail, "phone": phone, how: True, "zip": place, "bare": nothing}
    return tuple(reason for reason in REASONS if found.get(reason)) if same else ()


def _is_whole(name):
    """Whether a name says more than a first name does."""
    return len(name.parts) > 1 or len(name.parts[0]) > 1 and bool(names.SIGNS.match(name.parts[0]))


def _agree(one, other):
    return one == other if one and other else None


def _agree_on_place(one, other):
    if not (one.zip and other.zip):
        return None
    if one.zip != other.zip:
        return False
    numbers = [set(re.findall(r"\d+", place.street)) for place in (one, other)]
    if all(numbers) and not numbers[0] & numbers[1]:
        return False
    alike = fuzz.token_set_ratio(one.street, other.street) >= SAME_STREET
    return alike or not (one.street and other.street)


def find_pairs(people, new=None):
    """All pairs of people who may be the same, without comparing each with each.

    Who may be the same shares a part of the name, and a mail address, a number or a postcode; or the
    whole name, where few bear it.

    :param people: iterable of :class:`Person`
    :param new: ids of whom alone pairs are wanted with anybody
    :return: dict of (lower id, higher id) → reasons
    """
    blocks = defaultdict(list)
    for one in people:
        marks = [one.mail, *one.phones] if one.mail else list(one.phones)
        for word in set(one.name.sounds):
            for mark in marks:
                blocks[mark, word].append(one)
            if one.zip:
                blocks[one.zip, word, ""].append(one)
        whole = tuple(sorted(one.name.parts))
        blocks[whole,].append(one)
        if one.zip:
            blocks[one.zip, whole].append(one)
    found = {}
    for key, block in blocks.items():
        few = len(key) == 1
        if len(block) > (FEW if few else CROWD if len(key) == 3 else len(block)):
            continue
        for one, other in combinations(block, 2):
            pair = (one.id, other.id) if one.id < other.id else (other.id, one.id)
            if pair in found or pair[0] == pair[1] or new and not (pair[0] in new or pair[1] in new):
                continue
            reasons = compare(one, other)
            if reasons and (few or "bare" not in reasons):
                found[pair] = reasons
    return found
