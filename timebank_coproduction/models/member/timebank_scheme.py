import re
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.sql import escape_psql

from ...tools.paging import number_in
from ...tools.suppression import is_small
from ..common.figures import figures_over
from ..common.personal import OURS
from ..common.verb import verb
from ..common.words import say_number


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
