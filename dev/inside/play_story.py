"""Plays the story inside Odoo. Arguments: the database, the folder for its files."""

import json
import sys
import traceback
from pathlib import Path

import odoo
import odoo.modules.registry
import odoo.service.server
from odoo import api

from story import chapters
from story.table import Table
from story.world import World, find_user


def main(database, out):
    """Play every chapter; 1 if a step failed."""
    start_odoo(database)
    registry = odoo.modules.registry.Registry(database)
    world, table, rows, broken = World(Path(out)), Table(), [], False
    for title, steps in chapters():
        if not broken or any(step.always for step in steps):
            table.rule(title)
        for step in steps:
            if broken and not step.always:
                continue
            done, result = play(registry, step, world)
            broken = broken or not done
            result = result if done else f"FAILED: {result}"
            table.row(step.login, step.what, result)
            rows.append({"who": step.login, "what": step.what, "result": result, "ok": done})
    table.rule()
    silence(registry)
    world.save("story.json", json.dumps(rows, indent=1, ensure_ascii=False))
    failed = sum(not row["ok"] for row in rows)
    print(f"{len(rows)} steps, {failed} failed; files in out/demo/")
    return int(broken)


def play(registry, step, world):
    """One step in a transaction of its own; whether it succeeded, and its result."""
    with registry.cursor() as cr:
        try:
            world.env = environment(cr, step.login)
            result = step.function(world)
            world.env.flush_all()
            cr.commit()
            return True, result or "done"
        except Exception as error:
            cr.rollback()
            if not isinstance(error, odoo.exceptions.UserError):
                traceback.print_exc()
            return False, f"{type(error).__name__}: {error}"
        finally:
            world.env = None


def silence(registry):
    """Nobody sat at a screen: what browsers were told then isn't told to whoever signs in first."""
    with registry.cursor() as cr:
        cr.execute("DELETE FROM bus_bus")
        cr.commit()


def environment(cr, login):
    """The environment that user has in the browser: rights, companies, language."""
    user = find_user(api.Environment(cr, api.SUPERUSER_ID, {}), login)
    own = api.Environment(cr, user.id, {})
    companies = own.user.company_id | own.user.company_ids
    context = dict(own["res.users"].context_get(), allowed_company_ids=companies.ids)
    return api.Environment(cr, user.id, context)


def start_odoo(database):
    """Odoo without its web server: a paper fetches nothing."""
    arguments = ["-d", database, "--no-http", "--log-level", "warn"]
    odoo.tools.config.parse_config(arguments, setup_logging=True)
    odoo.service.server.load_server_wide_modules()


if __name__ == "__main__":
    code = main(*sys.argv[1:])
    sys.stdout.flush()
    sys.exit(code)
