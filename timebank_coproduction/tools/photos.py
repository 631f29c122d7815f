"""Pictures that people hand in, without what their cameras wrote into them."""

from io import BytesIO

from PIL import Image, ImageOps

#: The longer side, in points, of what is kept; and the most points that are read.
LONGEST_SIDE, MOST_POINTS = 1600, 50_000_000
QUALITY = 85


def clean(content):
    """The same picture, upright and no larger than needed, without the place and time at which it was taken.

    :param bytes content: of a file
    :return: bytes of a JPEG
    :raises ValueError: for what is no picture, or too large a one

    >>> made = BytesIO()
    >>> Image.new("RGBA", (3200, 100), "red").save(made, "PNG")
    >>> Image.open(BytesIO(clean(made.getvalue()))).size
    (1600, 50)
    >>> clean(b"no picture")
    Traceback (most recent call last):
    ValueError: no picture
    """
    try:
        picture = Image.open(BytesIO(content))
        if picture.width * picture.height > MOST_POINTS:
            raise ValueError("too large")
        picture = ImageOps.exif_transpose(picture)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        ground = Image.new("RGB", picture.size, "white")
        picture = picture.convert("RGBA")
        ground.paste(picture, mask=picture.getchannel("A"))
    except Exception as error:  # pylint: disable=broad-except  # whatever a broken file sets off
        raise ValueError("no picture") from error
    made = BytesIO()
    ground.save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()
