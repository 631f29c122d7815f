from odoo import api, fields, models
from odoo.tools.misc import hmac

#: How many days before the end the reminder goes out.
REMIND_DAYS = 14


class TimebankExchangeMixin(models.AbstractModel):
    """Publishing, pausing, renewing and closing, for offers and requests alike."""

    _inherit = "timebank.exchange.mixin"

    #: The mail that asks whether it is still good; each of the two models has its own.
    _reminder_template: str

    can_publish = fields.Boolean(compute="_compute_can_publish")

    def _compute_can_publish(self):
        refusals = self._get_refusals_to_publish()
        for record in self:
            record.can_publish = record._origin.id not in refusals

    def action_publish(self):
        """Let others find it: from now on it is suggested.

        :return: ``True``, or an action listing what could not be published, and why
        :raises UserError: when nothing could
        """
        return self._do(
            self._get_refusals_to_publish(),
            {"state": "published", "published_on": fields.Date.context_today(self)},
            self.env._("published"),
        )

    def action_pause(self):
        """Don't suggest it for a while."""
        refusals = self._get_refusals_by_state(
            ("published",), self.env._("“%s” is not published, so it can't be paused.")
        )
        return self._do(refusals, {"state": "paused"}, self.env._("paused"))

    def action_renew(self):
        """Keep it for another term, counted from today, and publish it again."""
        refusals = self._get_refusals_to_publish(("published", "paused", "expired"))
        return self._do(
            refusals,
            {
                "state": "published",
                "expires_on": self._default_expires_on(),
                "reminded_on": False,
                "published_on": fields.Date.context_today(self),
            },
            self.env._("renewed"),
        )

    def action_close(self):
        """It is over: it stays in the history and is no longer suggested."""
        refusals = self._get_refusals_by_state(
            ("draft", "published", "paused", "expired"),
            self.env._("“%s” is closed already."),
        )
        return self._do(refusals, {"state": "closed"}, self.env._("closed"))

    def action_draft(self):
        """Open a closed one again."""
        refusals = self._get_refusals_by_state(("closed",), self.env._("“%s” is not closed."))
        return self._do(refusals, {"state": "draft"}, self.env._("opened again"))

    def action_view_introductions(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "timebank_coproduction.timebank_introduction_action"
        )
        return dict(action, domain=[("id", "in", self.introduction_ids.ids)], context={})

    def _do(self, refusals, vals, done):
        self.check_access("write")
        self._raise_or_list(refusals)._through_door().write(vals)
        return self._tell(refusals, done)

    def _get_refusals_to_publish(self, states=("draft", "paused", "expired")):
        """Those in another state, those that ran out, and those of whoever takes no part."""
        sentence = self.env._("“%s” can't be published as it is: it is published or closed.")
        if "published" in states:
            sentence = self.env._("“%s” is closed or a draft: there is nothing to renew.")
        refusals = self._get_refusals_by_state(states, sentence)
        today = fields.Date.context_today(self)
        for record in self.sudo():  # sudo: the sentences name person and bank only
            if record.id in refusals:
                continue
            reason = record.scheme_id and record.scheme_id._why_closed()
            if not reason and record.member_id:
                reason = record.member_id._why_not_taking_part()
            ran_out = record.expires_on and record.expires_on < today
            if not reason and ran_out and "published" not in states:
                reason = self.env._("“%s” has run out: renew it instead.", record.display_name)
            if reason:
                refusals[record.id] = reason
        return refusals

    # Time goes by
    @api.model
    def _cron_expire(self):
        """Daily: remind of what is about to run out, and expire what has."""
        for name in ("timebank.offer", "timebank.request"):
            records = self.env[name]
            today = fields.Date.context_today(records)
            live = ("state", "in", ("published", "paused"))
            over = records.search([live, ("expires_on", "<", today)])
            over._through_door().write({"state": "expired"})
            soon = records.search(
                [
                    ("state", "=", "published"),
                    ("expires_on", "<=", fields.Date.add(today, days=REMIND_DAYS)),
                    ("reminded_on", "=", False),
                ]
            )
            soon._remind()

    def _remind(self):
        """Write to those with an address; the rest becomes a to-do of the coordinator."""
        self._through_door().write({"reminded_on": fields.Date.context_today(self)})
        template = self.env.ref(self._reminder_template, raise_if_not_found=False)
        reachable = self.filtered("partner_id.email") if template else self.browse()
        if reachable:
            template.send_mail_batch(reachable.ids)
        for record in self - reachable:
            record.activity_schedule(
                "timebank_coproduction.mail_activity_renew",
                date_deadline=record.expires_on,
                user_id=record.scheme_id.coordinator_ids[:1].id or self.env.uid,
            )

    def _get_renew_url(self):
        """The link in the reminder. It works without a login, until it has been used."""
        self.ensure_one()
        return f"{self.get_base_url()}/timebank/renew/{self._table}/{self.id}/{self._get_renew_token()}"

    def _get_renew_token(self):
        self.ensure_one()
        what = (self._name, self.id, str(self.expires_on))
        # sudo: the database's secret is used and not shown
        return hmac(self.sudo().env, "timebank-renew", what)
