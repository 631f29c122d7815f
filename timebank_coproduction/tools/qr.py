"""QR codes as SVG: sharp on paper, and drawn without any picture library."""

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

#: Light modules around the code, so that readers find it.
QUIET = 4


def modules(text):
    """A QR code of ``text`` as rows of booleans, true where it is dark; without the quiet zone.

    >>> rows = modules("ABCD-EFGH-JKMN-PQRS")
    >>> {len(row) for row in rows} == {len(rows)}, all(rows[0][:7]), any(rows[1][1:6])
    (True, True, False)
    """
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    size = range(code.getModuleCount())
    return [[code.isDark(row, column) for column in size] for row in size]


def svg(text):
    """A QR code of ``text``, as the markup of an ``svg`` that fills what it is put into.

    It says what it is to those who have the page read to them.

    >>> picture = svg("ABCD-EFGH-JKMN-PQRS")
    >>> picture[:52], picture.count("M") > 100
    ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0', True)
    """
    rows = modules(text)
    dark = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    size = len(rows) + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="100%" height="100%"'
        f' shape-rendering="crispEdges"><title>QR code</title><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" d="{dark}"/></svg>'
    )
