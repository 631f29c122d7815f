"""Codes that people read, type and scan, and that nobody can guess.

Digits and letters without I, L, O and U, which are mistaken for others (Crockford's
base 32). Twelve of them hold 60 bits, sixteen hold 80.
"""

import hashlib
import hmac
import re
import secrets
from base64 import b32encode

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CLAIM_LENGTH = 12
VOUCHER_LENGTH = 16
_TO_ALPHABET = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())
_LOOKALIKES = str.maketrans("ILO", "110")


def new(length):
    """A new code, in groups of four.

    >>> code = new(VOUCHER_LENGTH)
    >>> len(code), code == normalise(code)
    (19, True)
    >>> new(CLAIM_LENGTH) != new(CLAIM_LENGTH)
    True
    """
    # eight bits of chance for every five that a sign of the code holds
    return _grouped(b32encode(secrets.token_bytes(length))[:length].translate(_TO_ALPHABET).decode())


def as_meant(text):
    """A code as it is kept, with the signs that were mistaken for others.

    >>> as_meant("il0ko5")
    '110K05'
    """
    return text.upper().translate(_LOOKALIKES)


def normalise(text):
    """The code that somebody typed or scanned, as it is kept; empty if it can't be one.

    >>> normalise(" abcd-efgh 1lo9 ")
    'ABCD-EFGH-1109'
    >>> normalise("ABCD-EFG"), normalise("?"), normalise(None)
    ('', '', '')
    """
    code = as_meant(re.sub(r"[\s-]", "", str(text or "")))
    if len(code) not in (CLAIM_LENGTH, VOUCHER_LENGTH) or set(code) - set(ALPHABET):
        return ""
    return _grouped(code)


def scanned(text):
    """As :func:`normalise`, of what may be a link that ends in the code, such as a claim's QR.

    >>> scanned("https://example.org/timebank/claim/abcd-efgh-1109"), scanned("abcd efgh 1109")
    ('ABCD-EFGH-1109', 'ABCD-EFGH-1109')
    """
    return normalise(str(text or "").strip().rstrip("/").rpartition("/")[2])


def may_be_link(text, length):
    """Whether the last part of a link can be one of ours: so long at least, and nothing but signs.

    >>> may_be_link("x" * 20, 20), may_be_link("x" * 19, 20), may_be_link("x" * 20 + chr(0), 20)
    (True, False, False)
    """
    return len(text or "") >= length and text.isascii() and text.isprintable()


def is_same(expected, given):
    """Whether a code out of a link is the one expected, in a time that tells nothing of it.

    >>> is_same("abc", "abc"), is_same("abc", "abd"), is_same("abc", "é")
    (True, False, False)
    """
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))


def digest(secret):
    """What is kept of a secret that a browser or a mail holds, to know it again.

    >>> len(digest("abc")), digest("abc") == digest("abd"), digest("") == digest(None)
    (64, False, True)
    """
    return hashlib.sha256((secret or "").encode(errors="replace")).hexdigest()


def _grouped(code):
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
