"""The chain of hashes that seals a ledger: each seal covers its rows and the seal before it."""

import hashlib


def seal(previous, row_hashes):
    """Hash of one seal.

    :param str previous: hex hash of the seal before, empty for the first
    :param row_hashes: the hex hashes of the rows it covers, in the order of their ids
    :return: a SHA-256 in hex

    >>> first = seal("", ["aa", "bb"])
    >>> first == seal("", ["aa", "bb"]), first == seal("", ["bb", "aa"])
    (True, False)
    >>> seal(first, ["cc"]) == seal("", ["cc"])
    False
    """
    digest = hashlib.sha256(previous.encode())
    for row_hash in row_hashes:
        digest.update(b"\n")
        digest.update(row_hash.encode())
    return digest.hexdigest()
