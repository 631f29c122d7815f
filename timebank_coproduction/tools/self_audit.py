"""What co-production is looked at by, in a self-audit: the published elements, and what the scores mean.

The first six are those of the New Economics Foundation and Nesta (*The Challenge of Co-production*, 2009;
*Co-production: A Manifesto*, 2012), the last four the parts of change of the Social Care Institute for
Excellence (*Co-production: what it is and how to do it*). What they mean is said here in our own words.
"""

#: Key, and what it is called; the question that each asks stands with its field.
ELEMENTS = (
    ("assets", "Assets"),
    ("capacity", "Capacity"),
    ("mutuality", "Give and take"),
    ("networks", "Networks"),
    ("shared_roles", "Shared roles"),
    ("catalysts", "Catalysts"),
    ("culture", "Culture"),
    ("structure", "Structure"),
    ("practice", "Practice"),
    ("review", "Review"),
)
KEYS = tuple(key for key, _label in ELEMENTS)
#: What is scored, and what it means.
LEVELS = (
    ("0", "0 – Not yet"),
    ("1", "1 – Now and then, by chance"),
    ("2", "2 – In some of what we do"),
    ("3", "3 – In most of what we do"),
    ("4", "4 – In all that we do, and we check it together"),
)
MOST = 4
#: From so many points apart staff and members see something differently.
APART = 1.0


def mean(levels):
    """The mean of what was scored, and by how many; what nobody scored is left out.

    >>> mean(["4", "1", None, "1"])
    (2.0, 3)
    >>> mean([None, False])
    (None, 0)
    """
    given = [int(level) for level in levels if level]
    return (sum(given) / len(given), len(given)) if given else (None, 0)
