"""How long it takes to bring ten times the movement up to date from the version before.

That version's own code makes the movement, once; `odoo -u` is timed as whoever runs a server waits
for it, from its start to its end, in a copy.
"""

import time

from dev import databases, earlier, postgres, settings

from . import harness

COPY = f"timebank_upgraded_{settings.CHECKOUT}"
#: In minutes.
MOST = 15


def measure(report, scale=1.0):
    """From the newest tag there is."""
    states = earlier.states()
    report.subject("Bringing ten times the movement up to date")
    if not states:
        print("  Left out, as git's history isn't here")
        return
    with databases.trial(earlier.with_movement(states[-1], scale), COPY) as copy:
        try:
            start = time.monotonic()
            databases.load(copy, "-u", settings.ADDON)
            minutes = (time.monotonic() - start) / 60
            hours = int(postgres.psql("SELECT count(*) FROM timebank_hours", copy))
            report.figure(f"From {states[-1].name}, with {hours:,} hours", minutes, "minutes", at_most=MOST)
            harness.check_ledger(copy)
        finally:
            harness.close(copy)
