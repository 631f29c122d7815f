"""`make audit`: the time ledger and the grants' money as text, added up by hledger and beancount.

Whoever audits the charity needs neither Odoo nor this addon to go through them. Each file ends
with the balances that the database has: the programs complain of any that the entries don't give.
"""

import os
import shutil
import subprocess

from . import databases, odoo_run, python_env, settings, setup
from .console import Stop, say, step

SCRIPT = settings.ROOT / "dev" / "inside" / "export_books.py"
FOLDER = settings.OUT / "audit"
BOOKS = ("time", "grants")


def audit(initials=""):
    """The command. People are numbers; with `initials`, their initials stand beside."""
    setup.ensure()
    if not databases.exists(settings.DEMO_DB):
        raise Stop(f"There is no database {settings.DEMO_DB}: `make demo` makes one, DB=name takes another.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with step(f"{FOLDER.relative_to(settings.ROOT)}, from {settings.DEMO_DB}"):
        said = odoo_run.run_script(
            SCRIPT,
            settings.DEMO_DB,
            "The books don't agree with the database, or can't be read:",
            TIMEBANK_AUDIT=str(FOLDER),
            TIMEBANK_INITIALS=initials,
        )
    say("\n".join(f"  {line}" for line in said.splitlines()))
    for name in BOOKS:
        check(FOLDER / f"{name}.beancount", FOLDER / f"{name}.journal")


def check(beancount, journal):
    """Have the programs add up a book in both its forms; one that is not to hand is left out."""
    for program, command in find_programs().items():
        file = journal if program == "hledger" else beancount
        with step(f"{program}: {file.name}"):
            done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Stop(f"{program} doesn't agree:\n{done.stdout}{done.stderr}"[:3000])


def find_programs():
    """The programs that are to hand: a dict of name → how to have a file checked."""
    folder = os.pathsep.join((str(python_env.folder() / "bin"), os.environ.get("PATH", "")))
    commands = {"bean-check": [], "hledger": ["check", "--strict", "-f"]}
    found = {name: shutil.which(name, path=folder) for name in commands}
    return {name: [found[name], *commands[name]] for name in commands if found[name]}
