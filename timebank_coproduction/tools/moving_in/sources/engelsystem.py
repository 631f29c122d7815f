"""engelsystem: users, the shifts of locations and worklogs as its interface gives them, in JSON."""

import re
from datetime import datetime

from ..source import BANK, Member, Movement, Party, Source, Table

WORKLOGS = re.compile(r"users_(\d+)_worklogs")


def read_users(name, data, look):
    """A list of users has nicknames; the one who called has a name and an address as well."""
    if isinstance(data, dict):
        look.words.setdefault("selves", {})[str(data["id"])] = data
        return
    for user in data:
        number = str(user["id"])
        own = look.words.get("selves", {}).get(number, {})
        contact = own.get("contact") or {}
        yield Member(
            id=number,
            name=str(user["name"]),
            email=own.get("email") or "",
            phone=contact.get("mobile") or "",
        )


def read_shifts(name, data, look):
    for shift in data:
        for needed in shift.get("needed_angel_types") or ():
            for entry in needed.get("entries") or ():
                yield _entry(
                    entry["id"],
                    entry["user"],
                    shift["starts_at"],
                    shift["ends_at"],
                    entry.get("freeloaded_by"),
                    shift["name"],
                    shift["shift_type"]["name"],
                )


def read_own_shifts(name, data, look):
    for entry in data:
        yield _entry(
            entry["id"],
            {"id": entry["user_id"]},
            entry["start_date"],
            entry["end_date"],
            entry.get("freeloaded_by"),
            entry["title"],
            entry["name"],
        )


def _entry(number, user, start, end, missed, text, category):
    elapsed = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return Movement(
        id=f"entry {number}",
        day=start,
        payer=BANK,
        payee=Party(id=str(user["id"]), name=str(user.get("name", ""))),
        length=int(elapsed.total_seconds() // 60),
        skipped="not_there" if missed else "",
        text=text,
        category=category,
    )


def read_worklogs(name, data, look):
    user = WORKLOGS.search(name)
    for log in data:
        yield Movement(
            id=f"worklog {log['id']}",
            day=log["worked_at"],
            payer=BANK,
            payee=Party(id=user[1] if user else ""),
            time=str(log["hours"]),
            text=str(log.get("description") or ""),
            said_again=True,
        )


def read_json(name, data):
    """What a JSON file is: its table and what reads its records, or ``None``."""
    if isinstance(data, dict):
        data = data.get("data")
    sample = data[0] if isinstance(data, list) and data else data
    if not isinstance(sample, dict):
        return None
    if {"starts_at", "ends_at", "needed_angel_types"} <= sample.keys():
        return "shifts", read_shifts, data
    if {"shift_id", "user_id", "start_date", "end_date"} <= sample.keys():
        return "own_shifts", read_own_shifts, data
    if {"worked_at", "hours"} <= sample.keys():
        return "worklogs", read_worklogs, data
    if {"id", "name"} <= sample.keys():
        return "users", read_users, data
    return None


SOURCE = Source(
    name="engelsystem",
    title="engelsystem",
    read_json=read_json,
    tables=tuple(
        Table(name, {}, (), None, utc=True, find=lambda rows: None)
        for name in ("users", "shifts", "own_shifts", "worklogs")
    ),
)
