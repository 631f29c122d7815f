from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models

#: For how many days a claim is still good after its end was announced.
NOTICE_DAYS = 7


class TimebankReward(models.Model):
    _inherit = "timebank.reward"

    when_late = fields.Selection(
        [("return", "Credits and stock go back"), ("keep", "A coordinator decides")],
        string="If it isn't used",
        compute="_compute_when_late",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="What happens to a claim that nobody has used by its last day. The member is told a week"
        " before. What was ordered or billed, and what repeats, always waits for a coordinator.",
    )

    @api.depends("fulfilment")
    def _compute_when_late(self):
        """Whoever attends may not be ticked off anywhere, so that the credits may well be used."""
        for reward in self:
            reward.when_late = "keep" if reward.fulfilment == "attended" else "return"


class TimebankRedemption(models.Model):
    """Approved claims that nobody uses: announced a week before their last day, then called off.

    Never silently: the member reads both by mail, the coordinator in a to-do.
    """

    _inherit = "timebank.redemption"

    late_notice_on = fields.Date(
        "End announced on", readonly=True, copy=False, help="When the member was told of the last day."
    )
    late_todo_on = fields.Date(
        "Past its day since", readonly=True, copy=False, help="When the coordinators were told to decide."
    )

    @property
    def _protected_fields(self):
        return super()._protected_fields | {"late_notice_on", "late_todo_on"}

    @api.model
    def _cron_late(self):
        """Daily: announce what ends within a week, and call off what was announced and not used."""
        today = fields.Date.context_today(self)
        ending = self.search(
            [
                ("state", "=", "approved"),
                ("scheme_id.state", "=", "open"),
                ("collect_by", "<=", today + timedelta(days=NOTICE_DAYS)),
            ]
        )
        over = ending.filtered(lambda claim: claim.collect_by < today)
        by_itself = ending.filtered(lambda claim: claim._ends_by_itself())
        late = (over & by_itself).filtered("late_notice_on")
        stuck = late.browse(late._call_off_late())
        kept = (stuck | over - by_itself).filtered(lambda claim: not claim.late_todo_on)
        kept._through_door().write({"late_todo_on": today})
        unreached = (by_itself - late).filtered(lambda claim: not claim.late_notice_on)._announce_end(today)
        self._tell_coordinators(late - stuck, kept, unreached)

    def _ends_by_itself(self):
        """Whether this claim is called off where it isn't used: nobody has paid for it yet."""
        self.ensure_one()
        return (
            self.reward_id.when_late == "return"
            and not self.dues_id
            and not self.ordered_on
            and not self.matched_amount
        )

    def _announce_end(self, today):
        """Tell those who pay for these claims of the last day.

        One that is over it already, because nobody had been told, gets a week more.

        :return: the claims of those who have no e-mail address
        """
        over = self.filtered(lambda claim: claim.collect_by < today)
        over._through_door().write({"collect_by": today + timedelta(days=NOTICE_DAYS)})
        self._through_door().write({"late_notice_on": today})
        return self - self._send("timebank_coproduction.mail_template_claim_ending")

    def _call_off_late(self):
        """Cancel these claims, and tell those who paid for them that everything is back.

        :return: dict of record id → why one can't be
        """
        refusals = self._get_refusals_to_cancel()
        for day, claims in (self - self.browse(refusals)).grouped("collect_by").items():
            reason = self.env._(
                "Not used by %s, its last day.", self.env["ir.qweb.field.date"].value_to_html(day, {})
            )
            refusals |= claims._call_off("cancelled", reason, self.env._("Cancelled: %s", reason))
        (self - self.browse(refusals))._send("timebank_coproduction.mail_template_claim_ended")
        return refusals

    def _tell_coordinators(self, ended, kept, unreached):
        """One to-do for each bank about its claims: what came back, what waits, whom to ring."""
        parts = (
            (ended, self.env._("Cancelled, with credits and stock back where they were:")),
            (kept, self.env._("Past their last day. Hand them over, or cancel them:")),
            (unreached, self.env._("About to end, and there is no e-mail address to say so:")),
        )
        for scheme in (ended | kept | unreached).scheme_id:
            mine = [
                (title, claims.filtered(lambda claim, scheme=scheme: claim.scheme_id == scheme))
                for claims, title in parts
            ]
            note = Markup().join(
                Markup("<p>%s</p><ul>%s</ul>")
                % (title, Markup().join(Markup("<li>%s</li>") % claim.display_name for claim in claims))
                for title, claims in mine
                if claims
            )
            scheme.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._(
                    "Claims that nobody has used: %s", sum(len(part) for _title, part in mine)
                ),
                note=note,
                user_id=scheme.coordinator_ids[:1].id or self.env.uid,
            )
