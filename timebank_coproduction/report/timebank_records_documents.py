"""Documents that are kept with bills and payments: what is in them, as far as a program can tell."""

import io
import mimetypes

from odoo.tools.pdf import PdfReader

#: So many pages of a document are read, and none that is larger than that.
MOST_PAGES, LARGEST_DOCUMENT = 10, 20_000_000


def ending(mimetype):
    """The ending of a file's name, by what it is: whoever named it may have named somebody."""
    return mimetypes.guess_extension(mimetype or "") or ".bin"


def open_file(file):
    """An attachment's content to read from, or None for a mere link.

    :raises OSError: for one that is missing on the disk
    """
    if file.type == "url":
        return None
    if file.store_fname:
        return open(file._full_path(file.store_fname), "rb")  # noqa: SIM115 (whoever reads it closes it)
    return io.BytesIO(file.raw or b"")


def read_text(file):
    """The text of a document as far as a program reads it, and whether that is all of it.

    A page without text may be a picture of one, and stands for what a program can't read.
    """
    nothing = "", False
    try:
        source = open_file(file)
    except OSError:
        return nothing
    if source is None:
        return nothing
    with source:
        content = source.read(LARGEST_DOCUMENT + 1)
    if len(content) > LARGEST_DOCUMENT:
        return nothing
    if (file.mimetype or "").startswith("text/") or (file.mimetype or "").endswith("xml"):
        return content.decode("utf-8", "replace"), True
    if file.mimetype != "application/pdf":
        return nothing
    try:
        pages = PdfReader(io.BytesIO(content)).pages
        texts = [(page.extract_text() or "").strip() for page in pages[:MOST_PAGES]]
        return "\n".join(filter(None, texts)), len(pages) <= MOST_PAGES and all(texts)
    except Exception:  # noqa: BLE001 (whatever is wrong with a supplier's file, somebody looks at it)
        return nothing
