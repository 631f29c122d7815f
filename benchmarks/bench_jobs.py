"""How long each job that runs by itself takes on ten times the movement of the United Kingdom.

Each runs as its scheduled action runs it, again until nothing is left to do, in a copy of the
movement. The first night finds ten years to do at once, as after a move; the next is any other.
"""

from dev import databases, settings

from . import harness, movement

COPY = f"timebank_jobs_{settings.CHECKOUT}"
#: All together, in hours: within one night, with room to spare.
NIGHT = 4
#: What takes less is named in the sum alone, in seconds.
SHORT = 1


def measure(report):
    """In the first night, and in the next."""
    with databases.trial(movement.database(), COPY) as copy:
        try:
            for night in ("the first night", "any other night"):
                report.subject(f"Jobs on ten times the movement, {night}")
                taken = {name: _run(copy, job) for job, name in _get_jobs(copy)}
                for name, seconds in sorted(taken.items(), key=lambda item: -item[1]):
                    if seconds >= SHORT:
                        report.figure(f"  {name}", seconds, "s")
                hours = sum(taken.values()) / 3600
                report.figure(f"All {len(taken)} jobs, one after the other", hours, "hours", at_most=NIGHT)
            harness.check_ledger(copy)
        finally:
            harness.close(copy)


def _get_jobs(database):
    """Pairs of an id and a name."""
    with harness.environment(database=database) as env:
        return [(job.id, job.name) for job in env["timebank.job"].search([], order="id")]


def _run(database, job_id):
    """Seconds until the job has nothing left to do."""
    seconds, left = 0, None
    while left != 0:
        with harness.environment(database=database, keep=True) as env:
            job = env["timebank.job"].browse(job_id)
            seconds += harness.seconds(env, job.cron_id.method_direct_trigger)
        with harness.environment(database=database) as env:
            job = env["timebank.job"].browse(job_id)
            assert not job.problem, f"{job.name}: {job.problem}"
            assert left is None or job.left_count < left, f"{job.name} does not get on"
            left = job.left_count
    return seconds
