"""Suggestions and plans: as fast as a search over the same offers, as good as the optimum.

The bank has 20,000 offers of 2,000 people over the whole tree of skills, with places,
languages and times. The plan is measured with 500 requests and 2,000 offers, and on
smaller cases set against an integer programme that HiGHS solves to the end.
"""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from odoo import fields

from . import harness

PEOPLE = 2_000
OFFERS = 20_000
ROUNDS = 15
REQUESTS_PLANNED = 500
OFFERS_PLANNED = 2_000
CASES = 20


def measure(report):
    """Suggestions for one request, then the plan, then how good plans are."""
    _suggestions(report)
    _plan(report)
    _optimum(report)


def _suggestions(report):
    report.subject(f"Suggestions for one request against {OFFERS:,} offers")
    with harness.environment() as env:
        requests = _fill(env, "SUGGEST", OFFERS, 30)
        scheme = requests.scheme_id
        env.cr.execute("ANALYZE timebank_offer; ANALYZE timebank_member; ANALYZE res_partner")
        turn = iter(range(10**6))
        offers = env["timebank.offer"]
        domain = [("scheme_id", "=", scheme.id), ("state", "=", "published")]

        def suggest():
            request = requests[next(turn) % len(requests)]
            return harness.seconds(env, lambda: request.suggest(10))

        def search():
            return harness.seconds(env, lambda: offers.search(domain))

        turns = harness.take_turns(ROUNDS, {"suggest": suggest, "search": search}, between=env.invalidate_all)
        report.figure("request.suggest(10)", turns["suggest"] * 1000, "ms")
        report.figure("Odoo's search over the same offers", turns["search"] * 1000, "ms")
        beyond = (turns["suggest"] - turns["search"]) * 1000
        report.figure("suggestions beyond the search", beyond, "ms", at_most=50)


def _plan(report):
    report.subject(f"A plan for {REQUESTS_PLANNED} requests and {OFFERS_PLANNED:,} offers")
    with harness.environment() as env:
        requests = _fill(env, "PLAN", OFFERS_PLANNED, REQUESTS_PLANNED)
        scheme, made = requests.scheme_id, []

        def plan():
            return harness.seconds(env, lambda: made.append(len(scheme.plan_introductions())))

        turns = harness.take_turns(3, {"plan": plan}, between=env.invalidate_all)
        report.figure("requests served", made[-1])
        report.figure("plan_introductions()", turns["plan"], "s", at_most=5)


def _optimum(report):
    report.subject(f"The plan's total score against HiGHS' optimum, {CASES} cases of 60 × 240")
    # importable once Odoo knows its folders of addons
    from odoo.addons.timebank_coproduction.tools import planning

    chance, ratios = np.random.default_rng(7), []
    for _case in range(CASES):
        points = chance.uniform(0, 100, (60, 240)) * (chance.random((60, 240)) < 0.08)
        giver, room = chance.integers(0, 40, 240), chance.integers(0, 3, 40)
        pairs = planning.plan(points, giver, room)
        served, total = len(pairs), sum(points[pair] for pair in pairs)
        best_served, best_total = _solve(points, giver, room, planning.ENOUGH)
        ratios.append(total / best_total if served == best_served else 0)
    report.figure("least share of the optimum", 100 * float(min(ratios)), "%", at_least=99)


def _solve(points, giver, room, enough):
    """Most served and, of such plans, the best total: a 0/1 programme, solved exactly."""
    rows, columns = np.nonzero(points >= enough)
    values, pairs = points[rows, columns], np.arange(len(rows))
    once = coo_array((np.ones(len(rows)), (rows, pairs)), shape=(len(points), len(rows)))
    load = coo_array((np.ones(len(rows)), (giver[columns], pairs)), shape=(len(room), len(rows)))
    answer = milp(
        -(values + 100.0 * len(points)),
        constraints=[LinearConstraint(once, ub=1), LinearConstraint(load, ub=room)],
        integrality=np.ones(len(rows)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    chosen = answer.x > 0.5
    return int(chosen.sum()), float(values[chosen].sum())


def _fill(env, code, offer_count, request_count):
    """A bank of `PEOPLE` with offers and requests, published; the requests."""
    chance = np.random.default_rng(len(code))
    scheme = env["timebank.scheme"].create({"name": f"Measured {code}", "code": code})
    partners = env["res.partner"].create(
        [
            {
                "name": f"{code} {number}",
                "partner_latitude": 53 + chance.normal(0, 0.1),
                "partner_longitude": -4 + chance.normal(0, 0.1),
            }
            for number in range(PEOPLE)
        ]
    )
    slots = env["timebank.availability"].search([]).ids
    languages = env["timebank.language"].search([], limit=6).ids
    skills = env["timebank.skill"].search([("kind", "=", "skill"), ("parent_id", "!=", False)]).ids
    members = env["timebank.member"].create(
        [
            {
                "partner_id": partner.id,
                "scheme_id": scheme.id,
                "availability_ids": [(6, 0, chance.choice(slots, 4, replace=False).tolist())],
                "language_ids": [(6, 0, chance.choice(languages, 2, replace=False).tolist())],
                "interest_ids": [(6, 0, chance.choice(skills, 2, replace=False).tolist())],
            }
            for partner in partners
        ]
    )
    members.action_activate()
    made = {}
    for model, count in (("timebank.offer", offer_count), ("timebank.request", request_count)):
        made[model] = env[model].create(
            [
                {
                    "partner_id": partners[int(chance.integers(PEOPLE))].id,
                    "scheme_id": scheme.id,
                    "skill_id": int(chance.choice(skills)),
                    "expires_on": fields.Date.add(fields.Date.today(), months=3),
                }
                for _number in range(count)
            ]
        )
        made[model].action_publish()
    env.flush_all()
    return made["timebank.request"]
