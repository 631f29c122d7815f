import re
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools.sql import escape_psql

from ...tools.paging import number_in
from ...tools.suppression import is_small
from ..common.figures import figures_over
from ..common.personal import OURS
from ..common.roles import MANAGER
from ..common.verb import choice, record, verb
from ..common.words import say_number

#: The groups of the roles that managers give; that of a manager is given in Odoo's settings alone.
GIVEN_ROLES = {
    "coordinator": "timebank_coproduction.group_timebank_coordinator",
    "finance": "timebank_coproduction.group_timebank_finance",
}


class TimebankScheme(models.Model):
    """The members of a bank."""

    _inherit = "timebank.scheme"
    _personal_fields = {"web_text": OURS}

    member_ids = fields.One2many("timebank.member", "scheme_id", string="Members")
    member_count = fields.Integer("Number of members", compute="_compute_member_count")
    dormant_months = fields.Integer(
        "Dormant after (months)",
        default=6,
        help="After how many months without movement a member counts as dormant.",
    )
    merge_undo_days = fields.Integer(
        "Merged contacts can be undone for (days)",
        default=30,
        help="For so long it is kept what two contacts held before they became one. 0: not at all.",
    )

    # On the web
    web_page = fields.Boolean(
        "A page for everybody",
        tracking=True,
        help="What the bank does, what is coming up and some figures, for people without a login. No names.",
    )
    web_text = fields.Text(
        "In its own words",
        translate=True,
        help="What the bank does and for whom, as its page says it. An empty line begins a new paragraph.",
    )
    web_apply = fields.Boolean(
        "People can apply there", tracking=True, help="Each becomes an applicant, and you get a to-do."
    )
    web_url = fields.Char("Its address", compute="_compute_web_url")
    mail_sign_in = fields.Boolean(
        "Members can sign in by a link in a mail",
        tracking=True,
        help="Those with a login of the portal. The link works once, for a quarter of an hour, in the browser"
        " that asked for it. The password works as well.",
    )

    _merge_undo_positive = models.Constraint(
        "CHECK (merge_undo_days BETWEEN 0 AND 366)", "Merged contacts can be undone for up to a year."
    )
    _dormancy_positive = models.Constraint(
        "CHECK (dormant_months BETWEEN 1 AND 600)", "Dormancy takes one month to 600 months."
    )

    @api.depends_context("uid")
    @api.depends("member_ids.state")
    def _compute_member_count(self):
        members, active = self.env["timebank.member"], [("state", "=", "active")]
        for scheme, number in figures_over(self, members, "scheme_id", active):
            scheme.member_count = number

    @api.depends("code", "web_page")
    def _compute_web_url(self):
        for scheme in self:
            shown = scheme.web_page and scheme.code
            scheme.web_url = shown and f"{scheme.get_base_url()}/timebank/bank/{quote(scheme.code, safe='')}"

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        schemes = super().create(vals_list)
        self.env["timebank.retention"]._make_usual(schemes, is_on=True)
        return schemes

    def write(self, vals):
        if "company_id" in vals:
            moved = self.filtered(lambda scheme: scheme.company_id.id != vals["company_id"])
            if moved.member_ids:
                raise UserError(
                    self.env._(
                        "%(bank)s has members: it stays with %(company)s.",
                        bank=moved[0].name,
                        company=moved[0].company_id.name,
                    )
                )
        return super().write(vals)

    def _is_used(self):
        # sudo: what was erased counts, whoever looks, and none of it is shown
        erased = self.env["timebank.erasure"].sudo().search_count([("scheme_id", "=", self.id)], limit=1)
        return bool(self.member_ids or erased) or super()._is_used()

    # Actions
    @verb(single=True)
    def action_view_members(self):
        return self._open_own("timebank_member_action")

    # ------------------------------------------------------------
    # Roles: managers give and take those of others.
    # ------------------------------------------------------------

    @verb(single=True, user=record("res.users"), role=choice(*GIVEN_ROLES))
    def action_give_role(self, user, role):
        """Make somebody a coordinator of this bank, or finance in all banks of their companies.

        :param user: the ``res.users``, one of the staff
        :param str role: ``coordinator`` or ``finance``
        :raises AccessError: for who is no manager of this bank
        :raises UserError: for whom the role isn't to be given
        """
        self._change_role(user, role, giving=True)
        return True

    @verb(single=True, user=record("res.users"), role=choice(*GIVEN_ROLES))
    def action_take_role(self, user, role):
        """The reverse of :meth:`action_give_role`: who coordinates other banks goes on doing so."""
        self._change_role(user, role, giving=False)
        return True

    def _change_role(self, user, role, giving):
        if not self.env.user.has_group(MANAGER) or self != self._run_by_user():
            raise AccessError(self.env._("Roles at %s are given and taken by its managers.", self.name))
        self.check_access("write")
        problem = self._why_role_stays(user, role, giving)
        if problem:
            raise UserError(problem)
        here, group = role == "coordinator", self.env.ref(GIVEN_ROLES[role])
        if here and not giving:
            self._in_verb().coordinator_ids = [Command.unlink(user.id)]
        # sudo: whether they have it by another role already, or run any other bank, of another company, too
        person, banks = user.sudo(), self.sudo()
        if giving:
            changes = group not in person.all_group_ids
        else:
            changes = not here or not banks.search_count([("coordinator_ids", "in", user.ids)], limit=1)
        if changes:
            # of these two roles alone; who may, whose and which was asked above
            person.write({"group_ids": [Command.link(group.id) if giving else Command.unlink(group.id)]})
        if here and giving:
            self._in_verb().coordinator_ids = [Command.link(user.id)]
        self.message_post(body=self._say_role_changed(user, role, giving))

    def _why_role_stays(self, user, role, giving):
        """Why the user can't give somebody a role at this bank, or take it; an empty string if they can."""
        words = {"person": user.name, "company": self.company_id.name}
        # sudo: which groups somebody of the staff has, and where they work
        person, group = user.sudo(), self.env.ref(GIVEN_ROLES[role]).sudo()
        companies = self._get_workplaces(user)
        if user == self.env.user:
            return self.env._("Nobody gives or takes a role of their own: ask another manager.")
        if not person.active or person.share or person.is_timebank_seat or person._is_superuser():
            return self.env._("%(person)s doesn’t work here with a login: staff alone have roles.", **words)
        if self.company_id not in companies:
            return self.env._(
                "%(person)s doesn’t work in %(company)s: an administrator lets them, under Settings ‣ Users.",
                **words,
            )
        if role == "finance" and not companies <= self.env.user.company_ids:
            return self.env._(
                "%(person)s works in a company in which you don’t, and finance is for all of them: ask an"
                " administrator.",
                **words,
            )
        has = user in self._get_coordinators() if role == "coordinator" else group in person.all_group_ids
        if has == giving:
            return (
                self.env._("%(person)s has that role already.", **words)
                if giving
                else self.env._("%(person)s doesn’t have that role here.", **words)
            )
        through = (person.group_ids - group).filtered(lambda other: group in other.all_implied_ids)
        if through and not giving:
            return self.env._(
                "%(person)s has that role by another, “%(role)s”: an administrator takes it, under"
                " Settings ‣ Users.",
                role=through[0].name,
                **words,
            )
        return ""

    def _get_workplaces(self, user):
        """The companies in which somebody works, those in which the user doesn't included."""
        # sudo: which they are; what is said of them are names of the user's own
        every = self.env["res.company"].sudo().with_context(active_test=False)
        return every.search([("user_ids", "in", user.ids)])

    def _say_role(self, user, role):
        """What somebody does with a role that the user may give them or take."""
        if role == "coordinator":
            return self.env._(
                "A coordinator of %(bank)s sees its members and approves their hours.", bank=self.name
            )
        return self.env._(
            "Finance is for more than one bank: %(person)s reads every bank of %(companies)s with it.",
            person=user.name,
            companies=", ".join(self._get_workplaces(user).mapped("name")),
        )

    def _say_role_changed(self, user, role, giving):
        said = {
            ("coordinator", True): self.env._("%(manager)s made %(person)s a coordinator of %(bank)s."),
            ("coordinator", False): self.env._("%(manager)s took %(person)s off those who run %(bank)s."),
            ("finance", True): self.env._("%(manager)s gave %(person)s the role of finance."),
            ("finance", False): self.env._("%(manager)s took the role of finance from %(person)s."),
        }[role, giving]
        return said % {"manager": self.env.user.name, "person": user.name, "bank": self.name}

    # Who takes part
    def _why_not_taking_part(self, partner, member, day=None):
        """Why nothing can be recorded here for a person, or an empty string.

        :param member: their membership of this bank, or ``None``
        :param day: the day of what is to be recorded
        """
        self.ensure_one()
        if member:
            return member._why_not_taking_part(day)
        return self.env._(
            "%(person)s is not a member of %(bank)s: add them as a member first.",
            person=partner.name,
            bank=self.name,
        )

    def _joined_by_user(self):
        members = self.env["timebank.member"].search([("partner_id", "=", self.env.user.partner_id.id)])
        return members.scheme_id & self

    # What day it is
    def _get_days(self):
        """The days that it is at these banks, the earliest first; without a bank, where the user is."""
        # sudo: what clock a bank goes by is no secret; of many banks there are few
        clocks = self.sudo().grouped("tz").values()
        return sorted({some[:1]._today() for some in clocks or [self]})

    # ------------------------------------------------------------
    # What everybody may know
    # ------------------------------------------------------------

    @api.model
    def _find_on_web(self, name, domain=()):
        """The open bank with a page for everybody that has that code or number; else none.

        :param str name: out of an address
        """
        if "\0" in name:
            return self.browse()
        # sudo: anybody asks; callers show of it what everybody may know
        banks = self.sudo().search(
            [("state", "=", "open"), ("web_page", "=", True), ("code", "=ilike", escape_psql(name)), *domain]
        )
        number = number_in(name)
        if not banks and number:
            banks = banks.search(
                [("state", "=", "open"), ("web_page", "=", True), ("id", "=", number), *domain]
            )
        return banks if len(banks) == 1 else banks.browse()

    def _get_web_paragraphs(self):
        """What the bank says of itself: a list of texts."""
        return [part.strip() for part in re.split(r"\n\s*\n", self.web_text or "") if part.strip()]

    def _get_web_figures(self):
        """Figures for everybody: a list of (number, what it counts) in words. A subject adds its own.

        None is about so few people that it could tell of somebody.
        """
        self.ensure_one()
        # sudo: a count, and none that could tell of somebody
        members = self.sudo().member_count
        if is_small(members):
            return []
        return [(say_number(self.env, members), self.env._("members"))]
