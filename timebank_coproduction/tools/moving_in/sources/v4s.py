"""Volunteers for Salesforce: contacts and hours, a CSV per object with the API's names."""

from ..source import BANK, Member, Movement, Party, Source, Table, named, one_line

STATES = {"active": "active", "inactive": "paused"}
OURS = "GW_Volunteers__"
#: The first signs of an Id tell capitals apart; three more are a check.
SIGNS = 15


def read_contact(cells, look):
    state = STATES.get(cells.get("state", "active").lower(), "applicant")
    yield Member(
        id=cells["id"][:SIGNS],
        name=named(cells, "first", "last"),
        email=cells.get("email", ""),
        phone=cells.get("phone", ""),
        state="deleted" if cells.get("deleted", "").lower() in ("true", "1") else state,
    )


def read_job(cells, look):
    look.words.setdefault("jobs", {})[cells["id"]] = cells["name"]
    return ()


def read_hours(cells, look):
    text = [look.words.get("jobs", {}).get(cells.get("job", ""), ""), cells.get("text", "")]
    people = cells.get("people", "")  # companions are no contacts: the hours are one person's
    if people.isdigit() and int(people) > 1:
        text.append(f"+{int(people) - 1}")
    yield Movement(
        id=cells["id"][:SIGNS],
        day=cells["day"],
        payer=BANK,
        payee=Party(id=cells["contact"][:SIGNS]),
        time=cells["time"],
        undone="" if cells["status"] == "Completed" else cells["status"] or "?",
        text=one_line(": ".join(filter(None, text))),
    )


SOURCE = Source(
    name="v4s",
    title="Volunteers for Salesforce",
    tables=(
        Table(
            "contacts",
            {
                "id": ("Id",),
                "first": ("FirstName",),
                "last": ("LastName",),
                "email": ("Email",),
                "phone": ("Phone",),
                "state": (f"{OURS}Volunteer_Status__c",),
                "deleted": ("IsDeleted",),
            },
            ("id", "first", "last"),
            read_contact,
        ),
        Table(
            "jobs",
            {"id": ("Id",), "name": ("Name",), "campaign": (f"{OURS}Campaign__c",)},
            ("id", "name", "campaign"),
            read_job,
        ),
        Table(
            "hours",
            {
                "id": ("Id",),
                "contact": (f"{OURS}Contact__c",),
                "job": (f"{OURS}Volunteer_Job__c",),
                "status": (f"{OURS}Status__c",),
                "day": (f"{OURS}Start_Date__c",),
                "until": (f"{OURS}End_Date__c",),
                "time": (f"{OURS}Hours_Worked__c",),
                "people": (f"{OURS}Number_of_Volunteers__c",),
                "text": (f"{OURS}Comments__c",),
            },
            ("id", "contact", "status", "day", "time"),
            read_hours,
        ),
    ),
)
