"""`python -m benchmarks [SUBJECT…]`: measure, print a table, write out/bench.json.

A bar that is missed is said in the table and in the file; the run still succeeds.
"""

import sys

from . import (
    bench_approve,
    bench_calendar,
    bench_concurrency,
    bench_evidence,
    bench_exchange,
    bench_grants,
    bench_jobs,
    bench_moving_in,
    bench_pages,
    bench_reports,
    bench_rewards,
    bench_screens,
    bench_sessions,
    bench_statement,
    bench_upgrade,
    harness,
)

SUBJECTS = {
    "statement": bench_statement.measure,
    "approve": bench_approve.measure,
    "concurrency": bench_concurrency.measure,
    "rewards": bench_rewards.measure,
    "exchange": bench_exchange.measure,
    "sessions": bench_sessions.measure,
    "calendar": bench_calendar.measure,
    "grants": bench_grants.measure,
    "evidence": bench_evidence.measure,
    "moving_in": bench_moving_in.measure,
    "reports": bench_reports.measure,
    "pages": bench_pages.measure,
    "screens": bench_screens.measure,
    "jobs": bench_jobs.measure,
    "upgrade": bench_upgrade.measure,
}


def main(names):
    """Run the subjects named, or all of them."""
    report = harness.Report()
    harness.open_odoo()
    report.say(harness.describe_machine())
    for name in names or SUBJECTS:
        SUBJECTS[name](report)
    report.finish()


if __name__ == "__main__":
    main(sys.argv[1:])
