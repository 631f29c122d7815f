"""`make load`: a bank of 5,000 with ten years behind it, three hundred of its members on their pages at once.

Odoo's prefork server answers, on this machine; locust's people come from the same machine. Meanwhile
coordinators approve what is handed in and close sessions. Odoo's own ``/my`` is asked for as well, by the
same people in the same run.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import psutil

from odoo.fields import Command

from dev import databases, postgres, replica, serving, settings

from . import harness, movement

OUT = settings.OUT / "load.json"
PEOPLE = Path(__file__).with_name("load_people.py")
DATABASE = f"timebank_load_{settings.CHECKOUT}"
SCALE = 0.1  # of the movement: 5,000 people
COORDINATORS, SESSIONS, AT_A_SESSION = 3, 6, 60
#: So many come each second, until all are there, which isn't measured. They have signed in before.
A_SECOND = 3
PEER = "/my"
WITHIN = 500  # ms
#: Each answer's line in Odoo's log, which says of what it was read: the replica, the main server, or both.
ANSWER = re.compile(r'"(GET|POST) (/timebank\S*) HTTP\S*" (\d+) .* (ro|rw|ro->rw)$')


def measure(members, minutes, workers, with_replica):
    """Make the bank, let the people come, and report."""
    report = harness.Report(OUT)
    harness.open_odoo()
    report.say(harness.describe_machine())
    databases.copy(movement.database(scale=SCALE, in_one=True), DATABASE)
    try:
        people, over = _prepare(members)
        with _replica(with_replica) as server:
            options = ["--log-level", "info", *(("--db_replica_host", str(server.socket)) if server else ())]
            with serving.server(DATABASE, *options, workers=workers, **replica.COMMITS) as address:
                result, watched = _let_come(address, members, minutes, people, over, server, with_replica)
        _report(report, members, minutes, workers, result, watched)
        if server:
            _report_replica(report)
        with harness.environment(database=DATABASE) as env:
            report.figure("Found by the ledger check", len(env["timebank.scheme"].check_ledger()), at_most=0)
        _report_size(report)
    finally:
        harness.close(DATABASE)
        databases.drop(DATABASE)
    report.finish()


def _replica(with_replica):
    return contextlib.nullcontext() if with_replica == "no" else replica.running()


def _prepare(members):
    """Logins for some of the members, signed in, and meetings that are over.

    :return: dict of ``members``, pairs of a browser's session and where their pages begin, and
        ``coordinators``, the sessions of theirs; and the ids of the meetings
    """
    with harness.environment(database=DATABASE, keep=True) as env:
        bank = env["res.users"].search([("login", "=", movement.ONE)]).coordinated_scheme_ids
        domain = [("scheme_id", "=", bank.id), ("state", "=", "active"), ("partner_id.user_ids", "=", False)]
        people = env["timebank.member"].search(domain, order="id").partner_id
        portal = env.ref("base.group_portal")
        step = len(people) // members
        users = (
            env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                [
                    {
                        "login": f"load_{number}",
                        "name": person.name,
                        "partner_id": person.id,
                        "group_ids": [Command.set(portal.ids)],
                    }
                    for number, person in enumerate(people[::step][:members])
                ]
            )
        )
        members = env["timebank.member"].search(
            [("scheme_id", "=", bank.id), ("partner_id", "in", users.partner_id.ids)]
        )
        pages = {member.partner_id: f"/timebank/{member.id}" for member in members}
        coordinator = bank.coordinator_ids.filtered(lambda user: user.login == movement.ONE)
        who = {
            "members": [(harness.sign_in(user, DATABASE).sid, pages[user.partner_id]) for user in users],
            "coordinators": [harness.sign_in(coordinator, DATABASE).sid for _one in range(COORDINATORS)],
        }
        return who, _make_sessions(env, bank, people)


def _make_sessions(env, bank, people):
    activity = env["timebank.activity"].search([("scheme_id", "=", bank.id)], limit=1, order="id")
    day = date.today() - timedelta(days=2)
    sessions = env["timebank.session"].create(
        [
            {
                "activity_id": activity.id,
                "start": datetime(day.year, day.month, day.day, 10),
                "stop": datetime(day.year, day.month, day.day, 12),
                "tz": "UTC",
                "helpers_wanted": AT_A_SESSION,
            }
            for _session in range(SESSIONS)
        ]
    )
    sessions.action_open()
    env["timebank.attendance"].create(
        [
            {
                "session_id": session.id,
                "partner_id": person.id,
                "role": "helper" if number % 2 else "attendee",
                "state": "attended",
                "minutes": 60,
            }
            for place, session in enumerate(sessions)
            for number, person in enumerate(people[place * AT_A_SESSION : (place + 1) * AT_A_SESSION])
        ]
    )
    return sessions.ids


# The run


def _let_come(address, members, minutes, people, over, server, with_replica):
    """What locust measured, and what was seen of the server meanwhile."""
    result = OUT.with_name("load_people.json")
    coming = (members + COORDINATORS) // A_SECOND + 1
    locust = subprocess.Popen(
        [sys.executable, "-m", "locust", "--locustfile", PEOPLE, "--host", address, "--headless"]
        + ["--users", str(members + COORDINATORS), "--spawn-rate", str(A_SECOND), "--reset-stats"]
        + ["--run-time", f"{coming + minutes * 60}s", "--stop-timeout", "60", "--only-summary"],
        env=dict(
            os.environ,
            LOAD_PEOPLE=json.dumps(people),
            LOAD_OVER=json.dumps(over),
            LOAD_RESULT=str(result),
        ),
        stdout=subprocess.DEVNULL,
        stderr=OUT.with_name("load_locust.log").open("w"),
    )
    watched = Watched()
    middle = threading.Timer(coming + minutes * 30, _kill_and_bring_back, [server])
    if with_replica == "killed":
        middle.start()
    try:
        watched.until_ended(locust, coming)
    finally:
        middle.cancel()
        locust.kill()
        locust.wait()
    return json.loads(result.read_text()), watched


def _kill_and_bring_back(server):
    server.kill()
    time.sleep(20)
    server.start()


class Watched:
    """The most that was seen of the server's processes, and how busy the machine was."""

    def __init__(self):
        self.loads, self.private, self.resident = [], 0, 0

    def until_ended(self, process, coming):
        start = time.monotonic()
        while process.poll() is None:
            time.sleep(5)
            if time.monotonic() - start > coming:
                self.loads.append(os.getloadavg()[0])
                self._look()

    def _look(self):
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
                if self._is_worker(process):
                    memory = process.memory_full_info()
                    self.private = max(self.private, memory.uss)
                    self.resident = max(self.resident, memory.rss)

    def _is_worker(self, process):
        """Whether it answers: a child of the one that was started, but not that of `/websocket`."""
        served = any("serve_odoo.py" in part for part in process.parent().cmdline())
        return served and "gevent" not in process.cmdline()


# The report


def _report(report, members, minutes, workers, result, watched):
    report.subject(f"{members} members for {minutes} minutes, {workers} workers; the machine's load average")
    loads = watched.loads or [os.getloadavg()[0]]
    report.figure("Load average, mean", sum(loads) / len(loads))
    report.figure("Load average, highest", max(loads))
    every = result["requests"]
    others = (PEER, "timebank.", "not done")
    ours = [one for name, one in every.items() if not name.startswith(others)]
    for name, one in sorted(every.items()):
        report.figure(f"  {name}", _within(0.95, [one]), f"s for 95 %, {one['count']:,}")
    count = sum(one["count"] for one in ours)
    report.figure("Pages of members", count)
    report.figure("Pages of members a second", count / (minutes * 60))
    report.figure("Half of them within", _within(0.5, ours), "s")
    report.figure("95 % of them within", _within(0.95, ours), "s", at_most=WITHIN / 1000)
    if PEER in every:
        report.figure(f"Half of {PEER} within", _within(0.5, [every[PEER]]), "s")
        report.figure(f"95 % of {PEER} within", _within(0.95, [every[PEER]]), "s")
    for error in result["errors"][:10]:
        print(f"  {error}")
    failures = sum(one["failures"] for one in every.values())
    report.figure("Errors", failures, at_most=0)
    report.figure("Memory of a worker, its own", round(watched.private / 2**20), "MiB")
    report.figure("Memory of a worker, with what all share", round(watched.resident / 2**20), "MiB")


def _within(part, entries):
    """Within how many seconds that part of the requests was answered."""
    times = Counter()
    for one in entries:
        times.update({float(time): count for time, count in one["times"].items()})
    left = part * sum(times.values())
    for taken, count in sorted(times.items()):
        left -= count
        if left <= 0:
            return taken / 1000
    return 0.0


def _report_replica(report):
    """From where the members' pages were read, by Odoo's own log."""
    modes = Counter()
    for line in serving.log_of(DATABASE).read_text(errors="replace").splitlines():
        if found := ANSWER.search(line):
            modes[found[4]] += 1
    report.figure("Read from the replica", modes["ro"] / max(sum(modes.values()), 1) * 100, "%", at_least=90)
    report.figure("Begun on the replica and run again", modes["ro->rw"], at_most=0)


def _report_size(report):
    report.subject("Size of the database")
    sizes = {}
    for part in (movement.SHORT, movement.WHOLE):
        name = movement.database(part, SCALE, in_one=True)
        hours, size = postgres.psql(
            f"SELECT count(*), pg_database_size('{name}') FROM timebank_hours", name
        ).split("|")
        sizes[part] = int(hours), int(size)
    hours, size = (whole - short for short, whole in zip(*sizes.values(), strict=True))
    report.figure("For 100,000 hours", round(size / hours * 100_000 / 2**20), "MiB")


if __name__ == "__main__":
    given_members, given_minutes, given_workers, given_replica = sys.argv[1:]
    measure(int(given_members), int(given_minutes), int(given_workers), given_replica)
