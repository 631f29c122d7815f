"""The chain of hashes that seals a ledger: each seal covers its rows and the seal before it."""

import hashlib


def seal(previous, row_hashes, form=1):
    """Hash of one seal.

    :param str previous: hex hash of the seal before, empty for the first
    :param row_hashes: the hex hashes of the rows it covers, in the order of their ids
    :param int form: what the hash of a row is of. It is a part of the hash, so that nobody says
        later on that a seal was of another form; only the first form says nothing of itself
    :return: a SHA-256 in hex

    >>> first = seal("", ["aa", "bb"])
    >>> first == seal("", ["aa", "bb"]), first == seal("", ["bb", "aa"])
    (True, False)
    >>> seal(first, ["cc"]) == seal("", ["cc"])
    False
    >>> len({seal("", ["aa"], form) for form in (1, 2, 3)})
    3
    """
    digest = hashlib.sha256(previous.encode())
    if form != 1:
        digest.update(f"\nform {form}".encode())
    for row_hash in row_hashes:
        digest.update(b"\n")
        digest.update(row_hash.encode())
    return digest.hexdigest()


#: How many signs of a hash stand on paper: too many for anybody to make another text that fits.
WRITTEN = 16


def written(text):
    """The beginning of a hash as it stands on paper, in groups that can be read out.

    >>> written("0123456789abcdef0123")
    '0123 4567 89ab cdef'
    """
    return " ".join(text[start : start + 4] for start in range(0, WRITTEN, 4))


def read(typed):
    """A hash, or its beginning, as somebody typed it from paper; empty if it can't be one.

    >>> read(" 0123 4567-89AB cdef "), read("0123 4567"), read("0123 4567 89ab cdeg")
    ('0123456789abcdef', '', '')
    """
    signs = "".join(typed.split()).replace("-", "").lower()
    usable = WRITTEN <= len(signs) <= 64 and not set(signs) - set("0123456789abcdef")
    return signs if usable else ""
