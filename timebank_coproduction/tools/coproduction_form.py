"""The form of co-production: who planned, and who delivered.

Nine cells on two axes, two of which are not co-production, after Bovaird (2007),
"Beyond engagement and participation", Public Administration Review 67(5). The same
three values serve both axes; nothing here knows Odoo.
"""

#: Values of either axis.
SIDES = ("professionals", "jointly", "community")

#: The cells that are not co-productive: one side did everything.
NOT_COPRODUCTIVE = frozenset({("professionals", "professionals"), ("community", "community")})

#: Delivery counts as joint while each side gives at least this share of the minutes.
JOINT_SHARE = 0.1


def form(planned_by, delivered_by):
    """The cell, as ``planned_delivered``, or an empty string while one axis is unknown.

    >>> form("jointly", "jointly"), form("professionals", "community")
    ('jointly_jointly', 'professionals_community')
    >>> form("jointly", None)
    ''
    >>> form("jointly", "robots")
    Traceback (most recent call last):
    ...
    ValueError: 'robots' is not one of professionals, jointly, community
    """
    if not planned_by or not delivered_by:
        return ""
    for side in (planned_by, delivered_by):
        if side not in SIDES:
            raise ValueError(f"{side!r} is not one of {', '.join(SIDES)}")
    return f"{planned_by}_{delivered_by}"


def is_coproductive(planned_by, delivered_by):
    """Whether both sides had a part in it; ``None`` while one axis is unknown.

    >>> is_coproductive("professionals", "jointly"), is_coproductive("community", "community")
    (True, False)
    >>> is_coproductive("community", None) is None
    True
    """
    if not form(planned_by, delivered_by):
        return None
    return (planned_by, delivered_by) not in NOT_COPRODUCTIVE


def measured_delivery(community_minutes, professional_minutes, joint_share=JOINT_SHARE):
    """Who delivered, from the minutes recorded; an empty string while there are none.

    :param int community_minutes: minutes of helpers who are not professionals
    :param int professional_minutes: minutes of professionals
    :param float joint_share: the least share of either side for it to count as joint

    >>> measured_delivery(600, 0), measured_delivery(0, 600), measured_delivery(300, 300)
    ('community', 'professionals', 'jointly')
    >>> measured_delivery(91, 9), measured_delivery(90, 10)
    ('community', 'jointly')
    >>> measured_delivery(10, 90), measured_delivery(9, 91)
    ('jointly', 'professionals')
    >>> measured_delivery(0, 0)
    ''
    """
    total = community_minutes + professional_minutes
    if not total:
        return ""
    if professional_minutes < joint_share * total:
        return "community"
    if community_minutes < joint_share * total:
        return "professionals"
    return "jointly"
