"""A mail's text as programs show it that show no HTML, and without its addresses. Nothing here knows Odoo."""

import re

from lxml import etree, html

#: What stands on lines of its own, and what has an empty line around it.
LINES = frozenset({"div", "tr", "table", "li", "ul", "ol", "td", "th", "body", "section", "dt", "dd"})
APART = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote"})
LEFT_OUT = frozenset({"head", "style", "script", "title", "img"})
#: Marks what only those see who see the rest in HTML.
HIDDEN = "data-html-only"
#: Where an address stands in HTML, and what is one in its text.
LEADING = re.compile(
    r"""\s(?:href|src|action|background|cite|data-[\w-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.I
)
ADDRESS = re.compile(r"""(?:https?:|www\.)[^\s<>"']+""", re.I)
CELLS = frozenset({"td", "th"})
APART_MARK, LINE_MARK, CELL_MARK = "\x02", "\x01", "\x03"


def plain(body):
    """The words of a mail: paragraphs with an empty line between them, and addresses behind their links.

    :param str body: HTML

    >>> print(plain("<p>Dear  Ann,</p><p>see <b>you</b><br>soon</p><ul><li>tea</li><li>cake</li></ul>"))
    Dear Ann,
    <BLANKLINE>
    see you
    soon
    <BLANKLINE>
    - tea
    - cake
    >>> print(plain('<p>Or <a href="https://x.org/?b=1&amp;c=2">no</a>.</p><p><a href="tel:12">12</a></p>'))
    Or no (https://x.org/?b=1&c=2).
    <BLANKLINE>
    12
    >>> print(plain('<table><tr><td><a href="https://x.org"> Say <b>yes</b> </a></td></tr></table>'))
    Say yes:
    https://x.org
    >>> print(plain("<table><tr><th>What</th><td>Hours</td></tr><tr><td>Soup<br>May</td><td>2</td></tr>"))
    What · Hours
    Soup
    May · 2
    >>> plain(""), plain('<div data-html-only="1">logo</div>')
    ('', '')
    """
    if not (body and body.strip()):
        return ""
    pieces = []
    _walk(html.fromstring(f"<div>{body}</div>"), pieces)
    text = re.sub(r"[ \t\r\n\xa0\u034f\u200b]+", " ", "".join(pieces))
    text = re.sub(rf"[{LINE_MARK}{APART_MARK} ]*{CELL_MARK}[{LINE_MARK}{APART_MARK} ]*", " · ", text)
    text = re.sub(rf" ?[{LINE_MARK}{APART_MARK} ]*{APART_MARK}[{LINE_MARK}{APART_MARK} ]* ?", "\n\n", text)
    text = re.sub(rf" ?{LINE_MARK}[{LINE_MARK} ]*", "\n", text)
    return text.strip()


def without_addresses(body):
    """The same HTML, of which nothing says any more where it led.

    :param str body: HTML

    >>> without_addresses('<p>Or <a class="x" href="https://x.org/?b=1&amp;c=2">no</a>.</p>')
    '<p>Or <a class="x">no</a>.</p>'
    >>> without_addresses("<p>Go to https://x.org/a/b.</p><img src='https://x.org/p.png' alt=''>")
    "<p>Go to …</p><img alt=''>"
    >>> without_addresses("")
    ''
    """
    return ADDRESS.sub("…", LEADING.sub("", str(body)))


def _walk(node, pieces):
    if isinstance(node, (etree._Comment, etree._ProcessingInstruction)):
        return
    tag = node.tag
    if tag in LEFT_OUT or node.get(HIDDEN):
        return
    mark = APART_MARK if tag in APART else LINE_MARK if tag in LINES else ""
    pieces.append(mark)
    if tag == "li":
        pieces.append("- ")
    if tag == "br":
        pieces.append(LINE_MARK)
    if tag == "a":
        pieces.append(_link(node))
    else:
        pieces.append(node.text or "")
        for child in node:
            _walk(child, pieces)
            pieces.append(child.tail or "")
    if tag in ("ul", "ol", "table"):
        mark = APART_MARK
    following = node.getnext()
    if tag in CELLS and following is not None and following.tag in CELLS:
        mark = CELL_MARK
    pieces.append(mark)


def _link(node):
    words, address = " ".join(node.text_content().split()), node.get("href") or ""
    if not address.startswith(("http:", "https:")) or words == address:
        return words
    parent = node.getparent()
    alone = " ".join(parent.text_content().split()) == words
    return f"{words}:{LINE_MARK}{address}" if alone else f"{words} ({address})"
