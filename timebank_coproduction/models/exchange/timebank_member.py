from odoo import fields, models


class TimebankMember(models.Model):
    """What somebody can do, would like, and is ready to tell others."""

    _inherit = "timebank.member"

    interest_ids = fields.Many2many(
        "timebank.skill",
        "timebank_member_interest_rel",
        "member_id",
        "skill_id",
        string="Interests",
        help="What they like, or would enjoy learning.",
    )
    own_words = fields.Char(
        "In their own words", help="What they said at the intake that the list of skills has no word for."
    )
    share_email = fields.Boolean("May pass on the e-mail address")
    share_phone = fields.Boolean("May pass on the telephone number")
    offer_ids = fields.One2many("timebank.offer", "member_id", string="Offers")
    request_ids = fields.One2many("timebank.request", "member_id", string="Requests")
    offer_count = fields.Integer("Number of offers", compute="_compute_exchange_counts")
    request_count = fields.Integer("Number of requests", compute="_compute_exchange_counts")

    def _compute_exchange_counts(self):
        for model, name in (
            ("timebank.offer", "offer_count"),
            ("timebank.request", "request_count"),
        ):
            counts = dict(
                self.env[model]._read_group(
                    [("member_id", "in", self.ids), ("state", "!=", "closed")],
                    ["member_id"],
                    ["__count"],
                )
            )
            for member in self:
                member[name] = counts.get(member._origin, 0)

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") in ("paused", "left"):
            self._withdraw_offers(vals["state"])
        return result

    def _withdraw_offers(self, state):
        """What a member who pauses or leaves offered and asked for is not suggested any more."""
        # sudo: the offers follow the membership; the user may write the membership.
        for records in (self.sudo().offer_ids, self.sudo().request_ids):
            live = records.filtered(lambda record: record.state == "published")
            if state == "paused":
                live._through_door().write({"state": "paused"})
            else:
                open_ones = records.filtered(
                    lambda record: record.state in ("draft", "published", "paused", "expired")
                )
                open_ones._through_door().write({"state": "closed"})

    def action_log_hours(self):
        """An empty entry of hours for this member, to fill in."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log hours"),
            "res_model": "timebank.hours",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_scheme_id": self.scheme_id.id,
                "default_partner_id": self.partner_id.id,
            },
        }

    def action_view_offers(self):
        return self._action_on_exchange("timebank_coproduction.timebank_offer_action")

    def action_view_requests(self):
        return self._action_on_exchange("timebank_coproduction.timebank_request_action")

    def _action_on_exchange(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return dict(
            action,
            domain=[("member_id", "=", self.id)],
            context={
                "default_scheme_id": self.scheme_id.id,
                "default_partner_id": self.partner_id.id,
            },
        )
