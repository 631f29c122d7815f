"""PDF of articles in HTML, by WeasyPrint: text, tagged for those who have it read aloud.

WeasyPrint is optional. It wants Pango, which may be missing where it is installed itself.
"""

import logging
from functools import cache


@cache
def engine():
    """WeasyPrint's module, or None where it can't be used."""
    try:
        import weasyprint  # noqa: PLC0415 (half a second, and optional)
    except (ImportError, OSError):
        return None
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)  # seven lines for each paper
    return weasyprint


def fit(text, *lengths):
    """Class of the letters' size in which ``text`` has room: longer ones get smaller letters.

    >>> fit("Ann Lee", 22, 45), fit("A" * 30, 22, 45), fit("A" * 50, 22, 45), fit(None, 22)
    ('size1', 'size2', 'size3', 'size1')
    """
    return f"size{1 + sum(len(text or '') > length for length in lengths)}"


def pdf(articles, page_style):
    """One PDF of documents in HTML, each with its own page numbers.

    :param articles: list of whole documents, which may need nothing from outside
    :param page_style: CSS of the page's size and margins
    :return: bytes of a PDF/UA-1: tagged, with its title and language
    """
    weasyprint = engine()
    fetcher = weasyprint.URLFetcher(allowed_protocols={"data"})  # nothing of the server or the net
    fonts = weasyprint.text.fonts.FontConfiguration()
    size = weasyprint.CSS(string=page_style, url_fetcher=fetcher, font_config=fonts)
    pictures = {}
    documents = [
        weasyprint.HTML(string=article, url_fetcher=fetcher).render(
            font_config=fonts, cache=pictures, stylesheets=[size]
        )
        for article in articles
    ]
    pages = [page for document in documents for page in document.pages]
    return documents[0].copy(pages).write_pdf(pdf_variant="pdf/ua-1")
