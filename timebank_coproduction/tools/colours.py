"""Colours that can be read: contrast as WCAG 2.2 defines it. Nothing here knows Odoo."""

import re

HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
WHITE, BLACK = "#ffffff", "#000000"
#: What text of usual size needs against its ground (WCAG 2.2, 1.4.3).
ENOUGH = 4.5


def luminance(colour):
    """How bright a colour is, from 0 (black) to 1 (white): WCAG 2.2, *relative luminance*.

    >>> luminance("#ffffff"), luminance("#000000"), round(luminance("#777777"), 3)
    (1.0, 0.0, 0.184)
    """
    parts = [int(part, 16) / 255 for part in HEX.fullmatch(colour).groups()]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """From 1 (none) to 21: WCAG 2.2, *contrast ratio*.

    >>> contrast("#ffffff", "#000000"), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def readable(colour, ground=WHITE, fallback="#5b3a53"):
    """A colour as it is, or as much darker as text of it needs on a light ground.

    :param str colour: such as ``"#875A7B"``; anything else is taken for the fallback
    :return: six digits in small letters

    >>> readable("#875A7B"), readable("#ffff00"), readable("red; }"), readable(None)
    ('#875a7b', '#7a7a00', '#5b3a53', '#5b3a53')
    """
    if not (isinstance(colour, str) and HEX.fullmatch(colour)):
        return fallback
    parts = [int(part, 16) for part in HEX.fullmatch(colour).groups()]
    for left in range(100, -1, -1):
        darker = "#" + "".join(f"{part * left // 100:02x}" for part in parts)
        if contrast(darker, ground) >= ENOUGH:
            return darker
    return fallback
