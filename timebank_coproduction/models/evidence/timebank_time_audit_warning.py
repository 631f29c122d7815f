from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.personal import NAMED, OURS
from ..common.verb import verb
from ..common.windows import open_list, tell
from ..common.words import say_hours, say_months, say_percent
from ..exchange.timebank_scheme import ASK_AGAIN_MONTHS

#: Kind → the bank's threshold, and whether a warned figure is too high ("from", "over") or too low ("below").
KINDS = {
    "top": ("top_share_most", "from"),
    "cover": ("cover_most", "over"),
    "returned": ("returned_least", "below"),
    "falling": ("falling_most", "from"),
    "dormant": ("dormant_most", "from"),
    "receiving": ("receiving_most", "from"),
    "missing": ("missing_most", "from"),
}


class TimebankTimeAuditWarning(models.Model):
    """What a month's audit warns of: a figure beyond the bank's threshold, who or what is behind it, what
    can be done, and what the coordinators noted that they did."""

    _name = "timebank.time.audit.warning"
    _description = "Warning of a Time Audit"
    _inherit = ["timebank.of.bank", "timebank.protected"]
    _order = "audit_id, sequence, id"
    _rec_name = "kind"
    _allow_sudo_commands = False
    _personal_fields = {
        "step": OURS,
        "step_by_id": NAMED,
    }

    audit_id = fields.Many2one(
        "timebank.time.audit", required=True, readonly=True, ondelete="cascade", index=True
    )
    scheme_id = fields.Many2one(related="audit_id.scheme_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    audited_month = fields.Date(related="audit_id.audited_month", store=True, precompute=True)
    sequence = fields.Integer(readonly=True)
    kind = fields.Selection(
        [
            ("top", "Most credits with few"),
            ("cover", "Credits pile up"),
            ("returned", "Little comes back"),
            ("falling", "Less is earned"),
            ("dormant", "Dormant credits"),
            ("receiving", "People who only receive"),
            ("missing", "Wanted and not offered"),
        ],
        required=True,
        readonly=True,
    )
    figure = fields.Float(readonly=True, aggregator=None)
    threshold = fields.Float(readonly=True, aggregator=None)
    stands = fields.Boolean(
        default=True, readonly=True, help="Off: what came into the books later has taken the warning away."
    )
    sentence = fields.Text("What it is about", compute="_compute_sentence")
    figure_text = fields.Char("Then", compute="_compute_sentence")

    step = fields.Char(
        "What you did",
        help="In a few words and without names. The next month's audit says whether it helped.",
    )
    step_by_id = fields.Many2one("res.users", "Noted by", readonly=True, copy=False)
    step_on = fields.Date("Noted on", readonly=True, copy=False)

    # A month later
    figure_after_text = fields.Char("A month later", compute="_compute_after")
    helped = fields.Selection(
        [("over", "No longer warned"), ("better", "Better"), ("same", "The same"), ("worse", "Worse")],
        string="Did it help?",
        compute="_compute_after",
    )

    _once = models.UniqueIndex("(audit_id, kind)", "An audit warns of a thing once.")

    @api.depends("figure", "threshold", "kind", "audit_id")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for warning in self:
            warning.figure_text = warning._say_figure(warning.figure)
            warning.sentence = getattr(warning, f"_say_{warning.kind}")() if warning.kind else ""

    @api.depends("audit_id", "kind", "figure")
    def _compute_after(self):
        audits = self.env["timebank.time.audit"].search(
            [
                ("scheme_id", "in", self.scheme_id.ids),
                ("audited_month", "in", list({audit._get_month_at(1) for audit in self.audit_id})),
            ]
        )
        later = {(audit.scheme_id, audit.audited_month): audit for audit in audits}
        for warning in self:
            audit = later.get((warning.scheme_id, warning.audit_id and warning.audit_id._get_month_at(1)))
            figure = audit and audit._get_figure(warning.kind)
            warning.figure_after_text = False if figure is None else warning._say_figure(figure)
            warning.helped = audit and warning._compare(figure, audit)

    def _compare(self, figure, audit):
        """How the figure went from this warning to a later audit, or ``False`` where it can't be told."""
        if figure is None:
            return False
        if not audit.warning_ids.filtered(lambda other: other.kind == self.kind and other.stands):
            return "over"
        grown = figure - self.figure
        if abs(grown) < 0.05:
            return "same"
        return "better" if (grown > 0) == (KINDS[self.kind][1] == "below") else "worse"

    # ------------------------------------------------------------
    # Sentences
    # ------------------------------------------------------------

    def _say_figure(self, figure):
        if self.kind == "cover":
            return say_months(self.env, figure)
        if self.kind == "missing":
            return self.env._("1 skill") if figure == 1 else self.env._("%s skills", round(figure))
        if self.kind == "falling" and figure < 0:
            return self.env._("%s more", say_percent(self.env, round(-figure)))
        return say_percent(self.env, round(figure))

    def _say_top(self):
        return self.env._(
            "The tenth of people with most credits (%(top)s of %(people)s) have %(figure)s of them all."
            " You are warned from %(threshold)s.",
            top=self.audit_id.top_count,
            people=self.audit_id.holder_count,
            **self._say_both(),
        )

    def _say_cover(self):
        return self.env._(
            "%(hours)s are outstanding: at the pace of the last three months they take %(figure)s to come"
            " back. You are warned over %(threshold)s.",
            hours=say_hours(self.env, self.audit_id.outstanding_minutes),
            **self._say_both(),
        )

    def _say_returned(self):
        return self.env._(
            "In the last three months %(issued)s were issued, and %(returned)s came back: %(figure)s."
            " You are warned below %(threshold)s.",
            issued=say_hours(self.env, self.audit_id.recent_issued_minutes),
            returned=say_hours(self.env, self.audit_id.recent_returned_minutes),
            **self._say_both(),
        )

    def _say_falling(self):
        return self.env._(
            "%(issued)s were issued, %(figure)s less than in a month of the three before (%(before)s)."
            " You are warned from %(threshold)s.",
            issued=say_hours(self.env, self.audit_id.issued_minutes),
            before=say_hours(self.env, self.audit_id.before_issued_minutes),
            **self._say_both(),
        )

    def _say_dormant(self):
        return self.env._(
            "%(count)s of %(people)s members have credits and have spent none for %(months)s:"
            " %(figure)s. You are warned from %(threshold)s.",
            count=self.audit_id.dormant_count,
            people=self.audit_id.member_count,
            months=say_months(self.env, self.audit_id.looked_back_months),
            **self._say_both(),
        )

    def _say_receiving(self):
        return self.env._(
            "%(count)s of %(people)s people who took part in %(months)s have only received:"
            " %(figure)s. You are warned from %(threshold)s.",
            count=self.audit_id.receiving_count,
            people=self.audit_id.active_count,
            months=say_months(self.env, self.audit_id.looked_back_months),
            **self._say_both(),
        )

    def _say_missing(self):
        return self.env._(
            "%(figure)s asked for and offered by nobody: %(names)s. You are warned from %(threshold)s.",
            names=", ".join(self.audit_id.missing_ids.mapped("name")),
            **self._say_both(),
        )

    def _say_both(self):
        threshold = self.threshold
        return {
            "figure": self._say_figure(self.figure),
            "threshold": self._say_figure(threshold),
        }

    # ------------------------------------------------------------
    # What is behind it, and what can be done
    # ------------------------------------------------------------

    @verb(single=True)
    def action_list(self):
        """Exactly the accounts, transfers, members or skills that the figure is about."""
        self.ensure_one()
        window, records = self.audit_id._find(self.kind)
        return open_list(
            self.env,
            window,
            [("id", "in", records.ids)],
            {"create": False},
            display_name=f"{self._get_kind_label()} ({self.audit_id.display_name})",
        )

    @verb(single=True)
    def action_step(self):
        """Go where something can be done about it, or do it.

        :return: an action for the client
        :raises AccessError: for who doesn't run the bank
        """
        self.ensure_one()
        self.check_access("write")
        return getattr(self, f"_step_{self.kind}")()

    def _get_kind_label(self):
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def _step_top(self):
        bank = self.scheme_id
        return open_list(
            self.env,
            "timebank_reward_action",
            [("scheme_id", "=", bank.id)],
            {"default_scheme_id": bank.id},
            display_name=self.env._("What credits buy at %s", bank.name),
        )

    _step_cover = _step_returned = _step_top

    def _step_falling(self):
        bank = self.scheme_id
        return open_list(
            self.env,
            "timebank_request_action",
            [("scheme_id", "=", bank.id), ("state", "=", "published")],
            {"default_scheme_id": bank.id},
            display_name=self.env._("Who waits for help at %s", bank.name),
        )

    def _step_dormant(self):
        """A to-do about spending for each of them."""
        members = self._get_to_ask("spend_asked_on")
        members._ask_to_spend(self.audit_id.looked_back_months)
        return self._tell_asked(members)

    def _step_receiving(self):
        """A to-do about giving something back for each of them."""
        members = self._get_to_ask("asked_on")
        members.action_ask_to_give_back()
        return self._tell_asked(members)

    def _get_to_ask(self, asked_on):
        """Who is behind the figure, still takes part and wasn't asked of late.

        :param str asked_on: in which of their fields it stands when they were asked about this
        :raises UserError: where there is nobody
        """
        _window, members = self.audit_id._find(self.kind)
        since = self.scheme_id._today() - relativedelta(months=ASK_AGAIN_MONTHS)
        there = members.filtered(lambda member: member.state == "active")
        fresh = there.filtered(lambda member: not member[asked_on] or member[asked_on] < since)
        if not there:
            raise UserError(self.env._("None of them takes part any more: there is nobody to ask."))
        if not fresh:
            raise UserError(
                self.env._("All of them have been asked within the last %s months.", ASK_AGAIN_MONTHS)
            )
        return fresh

    def _tell_asked(self, members):
        one = len(members) == 1
        if not self.step:
            self.step = self.env._("Asked 1 person") if one else self.env._("Asked %s people", len(members))
        done = self.env._("You have a to-do to ask one person.")
        if not one:
            done = self.env._("You have a to-do to ask each of %s people.", len(members))
        return tell(done)

    def _step_missing(self):
        skills, bank = self.audit_id.missing_ids, self.scheme_id
        context = {"default_scheme_id": bank.id}
        if len(skills) == 1:
            context |= {"default_skill_id": skills.id, "default_kind": skills.kind}
        return open_list(
            self.env,
            "timebank_offer_action",
            [("scheme_id", "=", bank.id), ("skill_id", "child_of", skills.ids)],
            context,
            display_name=self.env._("Who could do it, or has done it before"),
        )

    # CRUD
    def write(self, vals):
        result = super().write(vals)
        if "step" in vals:
            self._note_step()
        return result

    def _note_step(self):
        """Who noted it and when; with a step for each warning an audit has been looked at."""
        for scheme, warnings in self.grouped("scheme_id").items():
            warnings._in_verb().write({"step_by_id": self.env.uid, "step_on": scheme._today()})
        self.audit_id.filtered(
            lambda audit: all(warning.step for warning in audit.warning_ids if warning.stands)
        ).action_done()
