from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..common.jobs import job
from ..common.personal import ABOUT, NAMED, WORDS
from ..common.verb import text, verb
from ..common.windows import open_list
from ..common.words import say_day
from ..ledger.timebank_scheme import usual_day

STEPS = {
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
}


class TimebankDues(models.Model):
    """A reward claimed again and again, such as a club's monthly credits, until somebody stops it."""

    _name = "timebank.dues"
    _description = "Repeating Claim"
    _inherit = [
        "timebank.of.bank",
        "timebank.protected",
        "timebank.reasoned",
        "timebank.told",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "next_date, id"
    _check_company_auto = True
    _protected_fields = frozenset({"state", "stop_reason", "next_date"})
    _verbs_with_reason = frozenset({"action_stop"})
    _personal_fields = {
        "partner_id": ABOUT,
        "account_id": NAMED,
        "stop_reason": WORDS,
    }

    reward_id = fields.Many2one(
        "timebank.reward", required=True, ondelete="restrict", index=True, check_company=True
    )
    scheme_id = fields.Many2one(related="reward_id.scheme_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(
        "res.partner", string="For", required=True, ondelete="restrict", index=True, check_company=True
    )
    account_id = fields.Many2one(
        "timebank.account",
        string="Paid from",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('scheme_id', '=', scheme_id), ('kind', 'in', ('member', 'pot'))]",
        help="Empty means the person's own account.",
    )
    quantity = fields.Integer(required=True, default=1)
    every = fields.Selection(
        [("week", "Week"), ("month", "Month"), ("quarter", "Quarter"), ("year", "Year")],
        required=True,
        default="month",
    )
    date_start = fields.Date("From", required=True, default=usual_day)
    date_end = fields.Date("Until", help="Empty means until it is stopped.")
    next_date = fields.Date(
        "Next claim", compute="_compute_next_date", store=True, precompute=True, index=True
    )
    state = fields.Selection(
        [("running", "Running"), ("stopped", "Stopped")], required=True, default="running", tracking=True
    )
    stop_reason = fields.Char("Why stopped", readonly=True, copy=False)
    claim_ids = fields.One2many("timebank.redemption", "dues_id", string="Claims")

    _quantity_positive = models.Constraint("CHECK (quantity > 0)", "Claim at least one.")
    _dates_in_order = models.Constraint("CHECK (date_end >= date_start)", "It can't end before it begins.")

    @api.depends_context("uid")
    @api.depends("reward_id.name", "partner_id.name")
    def _compute_display_name(self):
        for dues in self:
            reward = dues.reward_id.name
            person = dues.partner_id and dues.partner_id._say_name()
            dues.display_name = (
                self.env._("%(reward)s for %(person)s", reward=reward, person=person)
                if reward and person
                else reward or self.env._("New repeating claim")
            )

    @api.depends("date_start", "every")
    def _compute_next_date(self):
        """The first turn that was not claimed yet."""
        for dues in self:
            last = max(dues.claim_ids.mapped("due_date"), default=None)
            dues.next_date = dues._get_turn_after(last) if last else dues.date_start

    def _get_turn_after(self, day):
        """The first turn after ``day``, counted from the start so that a 31st stays one."""
        self.ensure_one()
        turn = 0
        while self.date_start + STEPS[self.every] * turn <= day:
            turn += 1
        return self.date_start + STEPS[self.every] * turn

    @api.constrains("reward_id", "partner_id", "date_start", "date_end", "state")
    def _check_no_overlap(self):
        """Nobody pays twice for the same reward over the same days."""
        running = self.filtered(lambda dues: dues.state == "running")
        # sudo: what runs already counts, whoever may see it.
        others = self.sudo().search(
            [
                ("state", "=", "running"),
                ("reward_id", "in", running.reward_id.ids),
                ("partner_id", "in", running.partner_id.ids),
            ]
        )
        by_claim = others.grouped(lambda dues: (dues.reward_id, dues.partner_id))
        # sudo: only whether others overlap is asked
        for dues in running.sudo():
            for other in by_claim[dues.reward_id, dues.partner_id] - dues:
                if dues._overlaps(other):
                    raise ValidationError(
                        self.env._(
                            "“%(claim)s” repeats already from %(day)s on: stop that one first, or choose"
                            " days that don't overlap.",
                            claim=dues.display_name,
                            day=say_day(self.env, other.date_start),
                        )
                    )

    def _overlaps(self, other):
        """Whether two repeating claims have a day in common."""
        return (not other.date_end or self.date_start <= other.date_end) and (
            not self.date_end or other.date_start <= self.date_end
        )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        dues = super().create(vals_list)
        dues._check_payer()
        return dues

    def write(self, vals):
        result = super().write(vals)
        if {"reward_id", "partner_id", "account_id"}.intersection(vals):
            self._check_payer()
        return result

    def _check_payer(self):
        """The night's job asks nobody: who may have an account pay is asked of whoever says which.

        :raises UserError: as a claim that the user made would be refused
        """
        if self.env.su:
            return
        me = self.env.user.partner_id
        for dues in self:
            claim = self.env["timebank.redemption"].new(dues._prepare_claim())
            stranger = bool(claim._get_refusals_to_run())
            # sudo: the rule looks at whose account it is, and who holds it
            reason = claim.sudo()._why_not_spend(me, stranger)
            if reason:
                raise UserError(reason)

    # Actions
    @verb(reason=text())
    def action_stop(self, reason):
        """Claim no more from now on.

        :param str reason: why, in a few words
        """
        self.check_access("write")
        reason = self._require_reason(reason)
        self._in_verb().write({"state": "stopped", "stop_reason": reason})
        return True

    @verb()
    def action_start(self):
        """Go on, from today: turns missed meanwhile are left out."""
        self.check_access("write")
        for dues in self:
            upcoming = dues._get_turn_after(dues.scheme_id._today() - relativedelta(days=1))
            dues._in_verb().write(
                {"state": "running", "stop_reason": False, "next_date": max(upcoming, dues.next_date)}
            )
        return True

    @verb(single=True)
    def action_view_claims(self):
        self.ensure_one()
        return open_list(self.env, "timebank_redemption_action", [("dues_id", "=", self.id)], {})

    # The job
    @job
    def _cron_claim(self):
        """Nightly: make the claims that are due; stop those that can't be paid, and say so."""
        running = self.search([("state", "=", "running")])
        running.filtered(lambda dues: dues.date_end and dues.date_end < dues.next_date)._in_verb().write(
            {"state": "stopped", "stop_reason": self.env._("It ended as planned.")}
        )
        due = running.filtered(
            lambda dues: dues.state == "running" and dues.next_date <= dues.scheme_id._today()
        )
        self.env["timebank.job"]._in_parts([(type(self)._claim, due)])

    def _claim(self):
        """Make one claim of each of these dues, or stop those that can't be paid."""
        model = self.env["timebank.redemption"]._in_verb()
        claims = model.create([dues._prepare_claim() for dues in self]).with_env(self.env)
        refusals = claims._request()
        for dues, claim in zip(self, claims, strict=True):
            if claim.id in refusals:
                dues._stop_and_tell(refusals[claim.id])
            else:
                dues._in_verb().write({"next_date": dues._get_turn_after(dues.next_date)})
        claims.browse(refusals).unlink()

    def _prepare_claim(self):
        """Values of the claim that is due."""
        self.ensure_one()
        vals = {
            "reward_id": self.reward_id.id,
            "partner_id": self.partner_id.id,
            "quantity": self.quantity,
            "dues_id": self.id,
            "due_date": self.next_date,
        }
        return {**vals, "account_id": self.account_id.id} if self.account_id else vals

    def _get_mail_button(self, mail, member):
        return self.env._("My claims"), "/rewards/claims"

    def _stop_and_tell(self, reason):
        """Stop, tell the member by mail and the bank's coordinator by a to-do."""
        self.ensure_one()
        self._in_verb().write({"state": "stopped", "stop_reason": reason})
        unreached = self._mail_people("timebank_coproduction.mail_template_dues_stopped")
        unreached._plan_calls(lambda dues: dues.display_name, note=lambda dues: reason)
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Stopped: %s", self.display_name),
            note=reason,
            user_id=self.scheme_id._get_deciders(self.partner_id)[:1].id,
        )
