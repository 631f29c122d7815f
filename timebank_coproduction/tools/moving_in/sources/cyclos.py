"""Cyclos: its list of users, as it is imported and exported.

Balances and limits are in a currency of the community's own, so what a unit is worth is always asked.
"""

from ..source import Member, Source, Table, one_line


def propose_unit(look):
    """Nothing in the list says what a unit is worth."""
    return None


def read_user(cells, look):
    yield Member(
        id=cells["id"],
        name=one_line(cells.get("name", "")) or cells["id"],
        email=cells.get("email", ""),
        joined=cells.get("joined", ""),
        balance=cells["balance"],
        limit=cells["limit"],
    )


SOURCE = Source(
    name="cyclos",
    title="Cyclos",
    propose_unit=propose_unit,
    tables=(
        Table(
            "users",
            {
                "id": ("username",),
                "name": ("name",),
                "email": ("email",),
                "joined": ("creationdate",),
                "balance": ("balance",),
                "limit": ("creditlimit",),
                "most": ("uppercreditlimit",),
            },
            ("id", "balance", "limit"),
            read_user,
            unit="currency",
        ),
    ),
)
