"""CiviVolunteer's report: minutes that were completed, by people named last name first."""

from ..source import BANK, NOBODY, Movement, Party, Source, Table, one_line

DONE = ("completed", "abgeschlossen", "terminé", "completado", "voltooid")


def read_name(text):
    """
    >>> read_name("O'Hara, Renée"), read_name("Fox Ltd"), read_name("Park, May; Cruz, Inez")
    ("Renée O'Hara", 'Fox Ltd', 'Park, May; Cruz, Inez')
    """
    last, comma, first = text.partition(",")
    return one_line(f"{first} {last}" if comma and ";" not in text and "," not in first else text)


def read_activity(cells, look):
    name, status = cells["name"], cells["status"]
    payee = Party(name=read_name(name), email=cells.get("email", "")) if name else NOBODY
    if ";" in name:
        payee = payee._replace(kind="several")
    yield Movement(
        day=cells["day"],
        payer=BANK,
        payee=payee,
        time=cells["time"],
        undone="" if status.lower() in DONE else status or "?",
        skipped="" if name else "nobody_assigned",
        text=cells.get("text", ""),
        category=cells.get("category", ""),
        planned=cells.get("planned", ""),
    )


SOURCE = Source(
    name="civivolunteer",
    title="CiviVolunteer",
    lists_people=False,
    tables=(
        Table(
            "activities",
            {
                "project": ("Project",),
                "name": ("Volunteer Name",),
                "email": ("Volunteer Email",),
                "text": ("Subject",),
                "day": ("Scheduled Date/Time",),
                "status": ("Activity Status",),
                "category": ("Volunteer Role",),
                "planned": ("Time Scheduled in Minutes",),
                "time": ("Time Completed in Minutes",),
            },
            ("name", "day", "status", "time"),
            read_activity,
            unit="minutes",
        ),
    ),
)
