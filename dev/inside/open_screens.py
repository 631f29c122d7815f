"""Opens every screen of the addon as each login of the demo, in several languages and two companies.

Argument: the database, in which the story was played. What doesn't open is printed; exit 1 then.
"""

import sys

from odoo.fields import Command

from benchmarks import bench_screens, harness
from dev import settings

LANGUAGES = ("en_US", "fr_FR", "ar_001")  # one of them from right to left


def main(database):
    """1 where something doesn't open."""
    harness.open_odoo()
    logins = _prepare(database)
    count, failed = 0, []
    for language in LANGUAGES:
        _speak(database, logins, language)
        for login in logins:
            taken, refused = bench_screens.measure_role(database, login, rounds=1)
            count += len(taken)
            failed += [f"{login}, {language}: {sentence}" for sentence in refused]
    with harness.environment(database=database) as env:
        failed += [found["message"] for found in env["timebank.scheme"].search([]).check_ledger()]
    print(f"  {count} screens opened, {len(failed)} problems", *failed, sep="\n    ")
    return int(bool(failed))


def _prepare(database):
    """Languages, and a second company with a bank of its own, in which everybody works as well.

    :return: the logins of those who have screens
    """
    with harness.environment(database=database, keep=True) as env:
        languages = env["res.lang"].with_context(active_test=False).search([("code", "in", LANGUAGES)])
        env["base.language.install"].create({"lang_ids": [Command.set(languages.ids)]}).lang_install()
        users = env["res.users"].search([("login", "in", settings.LOGINS), ("share", "=", False)])
        company = env["res.company"].create({"name": "Across the River"})
        users.company_ids += company
        role = env.ref("timebank_coproduction.group_timebank_coordinator")
        bank = env["timebank.scheme"].create(
            {
                "name": "Across the River",
                "company_id": company.id,
                "coordinator_ids": [Command.set((users & role.all_user_ids).ids)],
            }
        )
        partner = env["res.partner"].create({"name": "Uma Lund"})
        env["timebank.member"].create({"partner_id": partner.id, "scheme_id": bank.id}).action_activate()
        return users.mapped("login")


def _speak(database, logins, language):
    with harness.environment(database=database, keep=True) as env:
        env["res.users"].search([("login", "in", logins)]).lang = language


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
