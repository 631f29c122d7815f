"""`make suites`: Odoo's own tests of what the addon builds on, without the addon and with it.

Some of them fail in any database with demo data. What counts is what fails with the addon alone.
"""

import re
import subprocess

from . import databases, odoo_run, serving, settings, setup
from .console import Stop, say, step
from .lock import only_one

MODULES = ("account", "analytic", "contacts", "portal", "project")
FAILED = re.compile(r" (odoo\.addons\.\S+): (?:FAIL|ERROR): (.+)$")
RESULT = re.compile(r"odoo\.tests\.result: (\d+ failed, \d+ error\(s\) of \d+ tests)")


def suites(*modules):
    """The command; arguments are modules whose tests alone are run."""
    setup.ensure()
    name = f"{settings.TEST_DB}_suites"
    failed = {}
    with only_one(name, "running Odoo's own tests"):
        for how, bare in (("without", True), ("with", False)):
            databases.fresh(name, bare=bare)
            try:
                failed[how] = _run(name, modules or MODULES, how)
            finally:
                databases.drop(name)
    only = sorted(failed["with"] - failed["without"])
    if only:
        raise Stop("\n  ".join(("These fail with the addon alone:", *only)))
    say("  Nothing fails with the addon that doesn't fail without it.")


def _run(name, modules, how):
    """The names of the tests that fail."""
    log = settings.CACHE / "logs" / f"suites-{settings.CHECKOUT}-{how}.log"
    tags = ",".join(f"/{module}" for module in modules)
    command = odoo_run.odoo(
        "-d", name, "-u", ",".join(modules), "--test-tags", tags, "--stop-after-init",
        "--http-port", serving.free_port(),
    )  # fmt: skip
    with step(f"Tests of {', '.join(modules)}, {how} the addon"), log.open("w") as output:
        # its exit code says no more than its log
        subprocess.run(
            command,
            env=odoo_run.environment(),
            cwd=settings.CACHE,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    text = log.read_text(errors="replace")
    result = RESULT.search(text)
    if not result:
        raise Stop(f"Odoo's own tests were not run to their end: see {log}")
    say(f"    {result[1]}")
    return {": ".join(found.groups()) for found in map(FAILED.search, text.splitlines()) if found}
