"""How near two skills are in their tree, and two places on the map. Nothing here knows Odoo."""

import numpy as np

#: How near two skills are in the tree.
SAME, PART, WHOLE, SIBLING = 1.0, 0.9, 0.65, 0.25
EARTH_KM = 6371.0


def nearness(asked, offered):
    """How near the skill offered is to the one asked for, by their paths in the tree.

    >>> nearness("1/5/", "1/5/"), nearness("1/5/", "1/5/9/"), nearness("1/5/", "1/")
    (1.0, 0.9, 0.65)
    >>> nearness("1/5/", "1/6/"), nearness("1/5/", "2/7/"), nearness("1/", "2/")
    (0.25, 0.0, 0.0)
    """
    if asked == offered:
        return SAME
    if offered.startswith(asked):
        return PART
    if asked.startswith(offered):
        return WHOLE
    above = asked.rstrip("/").rpartition("/")[0]
    if above and above == offered.rstrip("/").rpartition("/")[0]:
        return SIBLING
    return 0.0


def distance(requests, offers, rows, columns):
    """Kilometres as the crow flies for each pair, NaN where either place is not known.

    >>> from .matching import Side
    >>> york = Side.of(1, latitude=[53.96], longitude=[-1.08])
    >>> leeds = Side.of(2, latitude=[53.80, np.nan], longitude=[-1.55, np.nan])
    >>> distance(york, leeds, [0, 0], [0, 1]).round(1).tolist()
    [35.6, nan]
    """
    lat1, lat2 = np.radians(requests.latitude[rows]), np.radians(offers.latitude[columns])
    turn = np.radians(offers.longitude[columns] - requests.longitude[rows])
    half = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin(turn / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1)))


def postcode(text):
    """District and area of a postcode: how people say which part of town they live in.

    >>> postcode("LL57 2DG"), postcode("ll572dg"), postcode("75011"), postcode("")
    (('LL57', 'LL'), ('LL57', 'LL'), ('75011', '75'), ('', ''))
    """
    code = "".join((text or "").split()).upper()
    if not code:
        return "", ""
    if code.isdigit():
        return code, code[:2]
    district = code[:-3] if len(code) > 4 else code
    letters = len(district) - len(district.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return district, district[: letters or 2]
