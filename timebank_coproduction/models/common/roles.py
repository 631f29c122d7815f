"""Who reads a record by a role of theirs: what is written beside it is for them.

A session, a reward or a time bank is read by many, staff without a role among them, and
people read their own hours and claims. Internal notes, the files put to them and the list of
who follows are for those who run the bank, finance and managers: for whom one of the
addon's own groups opens the record, by its access rights and rules. So it holds for
each model of the addon, those to come included, by the rules that it has anyway.
"""

from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

MANAGER = "timebank_coproduction.group_timebank_manager"
ROLES = (
    "timebank_coproduction.group_timebank_coordinator",
    "timebank_coproduction.group_timebank_finance",
    MANAGER,
)


def get_managers(env, company=None):
    """Those who manage and can sign in; of one company, if it is given."""
    # sudo: who manages is no secret
    managers = env.ref(MANAGER).sudo().all_user_ids.filtered("active")
    if company:
        managers = managers.filtered(lambda user: company in user.company_ids)
    return managers.with_env(env)


def read_by_role(records, roles=ROLES):
    """Those of ``records`` that their user reads by a role, and that aren't about the user.

    :param roles: the groups that count
    """
    env = records.env
    if env.su or not records:
        return records
    # sudo: which groups, access rights and rules there are
    system = env(su=True)
    held = system["res.groups"].union(*map(system.ref, roles)) & system.user.all_group_ids
    domain = _get_domain(records, held) if held and _opens(records, held) else Domain.FALSE
    if domain.is_false():
        return records.browse()
    # sudo: the domain is made of the user's own rules, asked as Odoo asks them
    everything = records.sudo().with_context(active_test=False)
    return everything.search(domain & Domain("id", "in", records.ids)).with_env(env)


def _opens(records, held):
    access = held.env["ir.model.access"].search(
        [("model_id.model", "=", records._name), ("perm_read", "=", True), ("group_id", "in", held.ids)],
        limit=1,
    )
    return bool(access)


def _get_domain(records, held):
    rules = held.env["ir.rule"].search([("model_id.model", "=", records._name), ("perm_read", "=", True)])
    mine = rules.filtered(lambda rule: not rule.groups or rule.groups & held)
    context = records.env["ir.rule"]._eval_context()
    domains = {rule: Domain(safe_eval(rule.domain_force or "[]", context)) for rule in mine}
    domain = Domain.AND(domains[rule] for rule in mine if not rule.groups)
    if any(rule.groups for rule in rules):
        domain &= Domain.OR(domains[rule] for rule in mine if rule.groups)
    person = records._fields.get("partner_id")
    if person is not None and person.comodel_name == "res.partner":
        domain &= Domain("partner_id", "!=", records.env.user.partner_id.id)
    return domain
