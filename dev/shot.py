"""`python3 -m dev shot`: one screenshot of a page, as a given user."""

import argparse
import contextlib
import json
import re
import subprocess
import tempfile
from pathlib import Path

from . import odoo_run, postgres, python_env, serving, settings, setup, system
from .console import Stop, say

PHOTOGRAPHER = Path(__file__).parent / "inside" / "photographer.py"


def shot(*arguments):
    """The command."""
    parser = argparse.ArgumentParser(prog="python3 -m dev shot")
    parser.add_argument("--login", help="user to log in as, with its name as password")
    parser.add_argument("--password", help="if it isn't the login")
    parser.add_argument("--url", default="/odoo", help="path of the page")
    parser.add_argument("--width", type=int, default=1366)
    parser.add_argument("--height", type=int, default=768)
    parser.add_argument("--out", required=True, help="picture to write (.png)")
    parser.add_argument("--db", default=settings.DEMO_DB)
    parser.add_argument("--base-url", help="a server that already runs; otherwise one is started")
    parser.add_argument("--wait-for", help="CSS of what must be visible before the picture")
    parser.add_argument("--click", action="append", default=[], help="CSS to click, in order")
    parser.add_argument("--full-page", action="store_true", help="the whole page, not the window")
    parser.add_argument("--console", action="store_true", help="print the browser's console")
    options = parser.parse_args(arguments)
    setup.ensure()
    with contextlib.ExitStack() as stack:
        options.url = with_ids(options.url, options.db)
        base = options.base_url or stack.enter_context(serving.server(options.db))
        take(base, [vars(options)])
    say(f"  {options.out}")


def take(base_url, pictures):
    """Take several pictures with one browser; each is a dictionary of those options."""
    for picture in pictures:
        picture["out"] = str(Path(picture["out"]).resolve())
        Path(picture["out"]).parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as task:
        browser = system.browser()
        json.dump({"base_url": base_url, "browser": browser, "pictures": pictures}, task)
        task.flush()
        done = subprocess.run(
            [python_env.python(), PHOTOGRAPHER, task.name],
            env=odoo_run.environment(),
            check=False,
        )
    if done.returncode:
        raise Stop("Not every picture could be taken.")


def with_ids(url, database):
    """`url` with every `{module.xmlid}` replaced by that record's number."""

    def number(match):
        module, _dot, name = match[1].partition(".")
        found = postgres.psql(
            f"SELECT res_id FROM ir_model_data WHERE module = '{module}' AND name = '{name}'",
            database,
        )
        if not found:
            raise Stop(f"{url}: there is no record {match[1]} in {database}.")
        return found

    return re.sub(r"\{([\w.]+)\}", number, url)
