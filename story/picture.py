"""A picture that the story shows where a bank would show a photograph."""

import base64
from io import BytesIO
from math import cos, pi, sin

from PIL import Image, ImageDraw

#: What is to be seen on it.
SHOWS = "A round table from above, laid with twelve bowls of soup, a pot and bread in the middle"
SIDE, FINER, PLACES = 720, 3, 12
FLOOR, WOOD, EDGE = "#d9e4e1", "#b98552", "#8f6136"
BOWL, SOUPS = "#fbf7ee", ("#d9822b", "#c94f3d", "#7d9a4a")


def draw_table():
    """The picture as a JPEG, in base64."""
    side = SIDE * FINER
    picture = Image.new("RGB", (side, side), FLOOR)
    pen = ImageDraw.Draw(picture)

    def disc(x, y, radius, colour):
        """All lengths as parts of the picture's side."""
        pen.ellipse([side * end for end in (x - radius, y - radius, x + radius, y + radius)], fill=colour)

    disc(0.5, 0.5, 0.44, EDGE)
    disc(0.5, 0.5, 0.425, WOOD)
    for place in range(PLACES):
        x, y = (0.5 + 0.335 * turn(2 * pi * place / PLACES) for turn in (cos, sin))
        disc(x, y, 0.068, BOWL)
        disc(x, y, 0.05, SOUPS[place % len(SOUPS)])
    disc(0.45, 0.48, 0.12, "#3d4a50")
    disc(0.45, 0.48, 0.105, SOUPS[0])
    for x, y in ((0.62, 0.44), (0.63, 0.53), (0.57, 0.62)):
        disc(x, y, 0.04, "#e3bd7f")
        disc(x - 0.008, y - 0.008, 0.03, "#efd3a2")
    made = BytesIO()
    picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(made, "JPEG", quality=88)
    return base64.b64encode(made.getvalue())
