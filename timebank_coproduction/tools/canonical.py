"""One text, and so one hash, for a set of figures, whatever the order of their keys."""

import hashlib
import json


def digest(figures):
    """SHA-256 in hex over plain values, lists and dicts.

    Money is given as text or in whole minor units: a float has no one way of being written.

    >>> digest({"a": 1, "b": ["x"]}) == digest({"b": ["x"], "a": 1})
    True
    >>> digest({"a": 1}) == digest({"a": 2})
    False
    """
    return hashlib.sha256(write(figures).encode()).hexdigest()


def write(figures):
    """The one text of them, as JSON.

    >>> write({"b": ["é"], "a": None})
    '{"a":null,"b":["é"]}'
    """
    return json.dumps(figures, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
