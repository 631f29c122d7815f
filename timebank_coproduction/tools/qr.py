"""QR codes as SVG: sharp on paper, and drawn without any picture library."""

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

#: Light modules around the code, so that readers find it.
QUIET = 4


def svg(text):
    """A QR code of ``text``, as the markup of an ``svg`` that fills what it is put into.

    >>> picture = svg("ABCD-EFGH-JKMN-PQRS")
    >>> picture[:52], picture.count("M") > 100
    ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0', True)
    """
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    count = code.getModuleCount()
    dark = "".join(
        f"M{column + QUIET} {row + QUIET}h1v1h-1z"
        for row in range(count)
        for column in range(count)
        if code.isDark(row, column)
    )
    size = count + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="100%" height="100%"'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" d="{dark}"/></svg>'
    )
