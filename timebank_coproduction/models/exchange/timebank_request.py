from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..common.hours_field import hours_of, minutes_from_hours


class TimebankRequest(models.Model):
    """What somebody would like help with, or would like to borrow."""

    _name = "timebank.request"
    _description = "Request"
    _inherit = ["timebank.exchange.mixin"]
    _reminder_template = "timebank_coproduction.mail_template_request_expires"

    state = fields.Selection(selection_add=[("met", "Met"), ("closed",)], ondelete={"met": "set default"})
    needed_by = fields.Date("Needed by", index="btree_not_null")
    minutes = fields.Integer(default=60, aggregator="sum")
    hours = hours_of("minutes", "Hours", editable=True)
    introduction_ids = fields.One2many("timebank.introduction", "request_id", string="Introductions")
    introduction_count = fields.Integer(compute="_compute_introduction_count")
    hours_ids = fields.One2many("timebank.hours", "request_id", string="Time given")

    _minutes_positive = models.Constraint("CHECK (minutes > 0)", "A request takes at least one minute.")
    _live = models.Index("(scheme_id, kind, skill_id) WHERE state = 'published'")

    def _default_expires_on(self):
        return fields.Date.add(fields.Date.context_today(self), months=3)

    def _compute_introduction_count(self):
        counts = dict(
            self.env["timebank.introduction"]._read_group(
                [("request_id", "in", self.ids)], ["request_id"], ["__count"]
            )
        )
        for request in self:
            request.introduction_count = counts.get(request._origin, 0)

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            minutes_from_hours(self.env, vals, {"hours": "minutes"})
        return super().create(vals_list)

    def write(self, vals):
        vals = dict(vals)
        minutes_from_hours(self.env, vals, {"hours": "minutes"})
        return super().write(vals)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for vals in vals_list:
            vals.pop("needed_by", None)
        return vals_list

    def _get_checked_fields(self):
        return super()._get_checked_fields() | {"needed_by"}

    def _check_keepable(self, vals=None):
        result = super()._check_keepable(vals)
        today = fields.Date.context_today(self)
        for request in self:
            asked = vals is None or "needed_by" in vals
            if asked and request.needed_by and request.needed_by < today:
                raise ValidationError(
                    self.env._(
                        "“%s” is needed by a day gone by: choose a day to come.",
                        request.display_name,
                    )
                )
        return result

    # Verbs
    def action_meet(self):
        """The wish has come true."""
        refusals = self._get_refusals_by_state(
            ("published", "paused", "expired"),
            self.env._("“%s” is met or closed already."),
        )
        return self._do(refusals, {"state": "met"}, self.env._("met"))

    def action_add_offer(self):
        """An empty offer of what is asked for, to fill in with whoever was found."""
        self.ensure_one()
        action = self.skill_id.action_add_offer()
        return dict(action, context={**action["context"], "default_scheme_id": self.scheme_id.id})

    def _get_refusals_to_publish(self, states=("draft", "paused", "expired")):
        refusals = super()._get_refusals_to_publish(states)
        today = fields.Date.context_today(self)
        for request in self:
            if request.id not in refusals and request.needed_by and request.needed_by < today:
                refusals[request.id] = self.env._(
                    "“%s” was needed by a day gone by: set a new day first.",
                    request.display_name,
                )
        return refusals
