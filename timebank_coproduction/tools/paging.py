"""Numbers that an address carries, and the pages of a long list. Nothing here knows Odoo."""

from .minutes import LARGEST

#: How many rows of a list a page shows.
PAGE = 20


def number_in(words, most=LARGEST, default=0):
    """The whole number that an address or a form carries; ``default`` for all else, and beyond ``most``.

    >>> number_in("12"), number_in("-1"), number_in("²"), number_in(None), number_in("9" * 400)
    (12, 0, 0, 0, 0)
    """
    fits = words and words.isascii() and words.isdigit() and len(words) <= len(str(LARGEST))
    return int(words) if fits and int(words) <= most else default


def paging_of(count, page, size=PAGE):
    """What the way through a long list needs.

    :param int count: how many rows there are in all
    :param page: the page's number, as an address carries it; the nearest where it makes no sense
    :return: a dict of ``number``, of ``pages`` and of how many rows are ``skipped``

    >>> paging_of(45, "2"), paging_of(0, "x")["pages"], paging_of(45, "99")["skipped"]
    ({'number': 2, 'pages': 3, 'skipped': 20}, 1, 40)
    """
    pages = max(1, -(-count // size))
    number = min(max(number_in(page), 1), pages)
    return {"number": number, "pages": pages, "skipped": (number - 1) * size}


def page_of(rows, page):
    """The rows that a page of a long list shows, and :func:`paging_of` them.

    :param rows: a sequence
    """
    paging = paging_of(len(rows), page)
    return rows[paging["skipped"] : paging["skipped"] + PAGE], paging
