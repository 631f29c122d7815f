"""Cells of a spreadsheet that hold words, whoever wrote them."""

#: Signs with which a cell makes a spreadsheet calculate.
CALCULATING = ("=", "+", "-", "@", "\t", "\r", "\n")


def plain(words):
    """Words for a cell that is not calculated.

    >>> plain("=1+1"), plain(" @sum"), plain("Swim pass"), plain(None)
    ("'=1+1", "' @sum", 'Swim pass', '')
    """
    words = words or ""
    return f"'{words}" if words.lstrip(" ").startswith(CALCULATING) else words
