"""A camera for browser tests: Chromium takes a film that we make for what its camera sees."""

from unittest.mock import patch

from odoo.tests.common import ChromeBrowser

from odoo.addons.timebank_coproduction.tools import qr

WIDTH, HEIGHT, RATE = 320, 240, 5  # pixels, and pictures a second
LIGHT, DARK, NOBODY = 210, 40, 120  # shades of grey, as paper and ink are to a camera

#: What scripts of these tests wait with: until ``test`` is true, for a minute.
UNTIL = """
    const until = async (what, test) => {
        for (let round = 0; round < 600; round++) {
            const found = test();
            if (found) { return found; }
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
        throw new Error(`waited in vain for ${what}`);
    };
"""


def held_up_to(folder, text):
    """While this lasts, browsers have a camera to which a card with that QR code is held up.

    A second of nobody, three seconds of the card, blurred for moments in between, then
    nobody for a while; from the beginning each time that the camera is switched on.

    :param folder: a ``pathlib.Path`` for the film
    """
    card, nobody = _picture(text), bytes([NOBODY]) * (WIDTH * HEIGHT)
    film = folder / "camera.y4m"
    with film.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for shade in [nobody] * RATE + ([card] * 3 + [nobody]) * 4 + [nobody] * 10 * RATE:
            file.write(b"FRAME\n" + shade + bytes([128]) * (WIDTH * HEIGHT // 2))
    switches = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    spawn = ChromeBrowser._spawn_chrome
    return patch.object(
        ChromeBrowser, "_spawn_chrome", lambda browser, cmd: spawn(browser, [cmd[0], *switches, *cmd[1:]])
    )


def _picture(text):
    """The grey pixels of a card with that code, as a camera without colours would see it."""
    rows = qr.modules(text)
    size = HEIGHT * 3 // 4 // (len(rows) + 2 * qr.QUIET)
    edge = size * (len(rows) + 2 * qr.QUIET)
    left, top = (WIDTH - edge) // 2, (HEIGHT - edge) // 2

    def shade(x, y):
        column, row = (x - left) // size - qr.QUIET, (y - top) // size - qr.QUIET
        if not (left <= x < left + edge and top <= y < top + edge):
            return NOBODY
        on_code = 0 <= column < len(rows) and 0 <= row < len(rows)
        return DARK if on_code and rows[row][column] else LIGHT

    return bytes(shade(x, y) for y in range(HEIGHT) for x in range(WIDTH))
