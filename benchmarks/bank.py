"""A bank to measure on: people, an account each, and a coordinator."""

from datetime import date, timedelta

from odoo.fields import Command

PEOPLE = 200
COORDINATOR = "bench_coordinator"
MEMBER = "bench_member"


def open_bank(env, code):
    """A bank with `PEOPLE` members; one of them and its coordinator have a login.

    Both logins are made with the first bank and take part in every further one.

    :return: the ids that the benchmarks need, as a dict
    """
    group = "timebank_coproduction.group_timebank_coordinator"
    env = env(context=dict(env.context, no_reset_password=True))
    coordinator = _make_user(env, COORDINATOR, group)
    member = _make_user(env, MEMBER, "base.group_portal")
    project = env["project.project"].create({"name": "Measured"})
    bank = env["timebank.scheme"].create(
        {
            "name": f"Measured {code}",
            "code": code,
            "coordinator_ids": [Command.set(coordinator.ids)],
            "project_ids": [Command.set(project.ids)],
        }
    )
    partners = member.partner_id | env["res.partner"].create(
        [{"name": f"Person {number}"} for number in range(PEOPLE - 1)]
    )
    members = env["timebank.member"].create(
        [{"partner_id": partner.id, "scheme_id": bank.id} for partner in partners]
    )
    members.action_activate()
    return {
        "bank": bank.id,
        "coordinator": coordinator.id,
        "project": project.id,
        "partners": partners.ids,
        "accounts": members.account_id.ids,
        "operating": bank.operating_account_id.id,
    }


def hours_vals(ids, count):
    """Values of `count` entries, over all people and as many days as it takes."""
    yesterday = date.today() - timedelta(days=1)
    return [
        {
            "scheme_id": ids["bank"],
            "partner_id": ids["partners"][number % PEOPLE],
            "date": yesterday - timedelta(days=number // PEOPLE),
            "minutes": 30 + number % 90,
            "project_id": ids["project"],
            "description": f"Help {number}",
        }
        for number in range(count)
    ]


def _make_user(env, login, group):
    return env["res.users"].search([("login", "=", login)]) or env["res.users"].create(
        {
            "name": login,
            "login": login,
            "group_ids": [Command.set(env.ref(group).ids)],
        }
    )
