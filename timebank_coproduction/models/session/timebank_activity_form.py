from odoo import api, fields, models

from ...tools import coproduction_form
from ..common.hours_field import hours_of
from .timebank_activity import SIDES

#: The cells in words, planned by × delivered by (tools/coproduction_form.py).
FORMS = [
    ("professionals_professionals", "Traditional professional service"),
    ("jointly_professionals", "Delivered by professionals, planned together with users and communities"),
    ("community_professionals", "Professionals deliver what users and communities planned"),
    ("professionals_jointly", "Users co-deliver what professionals designed"),
    ("jointly_jointly", "Full co-production"),
    ("community_jointly", "Users and communities deliver with professionals, with little formal planning"),
    ("professionals_community", "Users and communities deliver what professionals planned"),
    ("jointly_community", "Users and communities deliver what was planned together"),
    ("community_community", "Self-organised by the community"),
]


class TimebankActivity(models.Model):
    """How co-productive an activity is: declared at first, measured once there are hours (R25)."""

    _inherit = "timebank.activity"

    community_minutes = fields.Integer(compute="_compute_measured")
    community_hours = hours_of("community_minutes", "Given by the community")
    professional_minutes = fields.Integer(compute="_compute_measured")
    professional_hours = hours_of("professional_minutes", "Given by professionals")
    community_share = fields.Float(
        "Share of the community",
        compute="_compute_measured",
        help="Of the approved minutes of helpers, the part that came from people who aren't professionals."
        " From 10 to 90 per cent counts as jointly delivered.",
    )
    measured_delivered_by = fields.Selection(SIDES, compute="_compute_measured")
    coproduction_form = fields.Selection(
        FORMS, string="Form of co-production", compute="_compute_coproduction_form"
    )
    is_coproductive = fields.Boolean("Co-productive", compute="_compute_coproduction_form")
    form_is_measured = fields.Boolean(
        compute="_compute_coproduction_form",
        help="Whether the delivery is measured from approved hours, or as declared.",
    )

    @api.depends("hours_ids.state", "hours_ids.minutes", "hours_ids.role")
    def _compute_measured(self):
        minutes = dict.fromkeys(self._origin.ids, (0, 0))
        # sudo: the figures are totals over everybody's hours, and name nobody.
        for activity, role, total in (
            self.env["timebank.hours"]
            .sudo()
            ._read_group(
                [("activity_id", "in", self._origin.ids), ("state", "=", "approved")],
                ["activity_id", "role"],
                ["minutes:sum"],
            )
        ):
            community, professional = minutes[activity.id]
            if role == "professional":
                minutes[activity.id] = (community, professional + total)
            else:
                minutes[activity.id] = (community + total, professional)
        for activity in self:
            community, professional = minutes.get(activity._origin.id, (0, 0))
            activity.community_minutes = community
            activity.professional_minutes = professional
            activity.community_share = community / ((community + professional) or 1)
            activity.measured_delivered_by = (
                coproduction_form.measured_delivery(community, professional) or False
            )

    @api.depends("planned_by", "delivered_by", "measured_delivered_by")
    def _compute_coproduction_form(self):
        for activity in self:
            delivered_by = activity.measured_delivered_by or activity.delivered_by
            activity.form_is_measured = bool(activity.measured_delivered_by)
            activity.coproduction_form = coproduction_form.form(activity.planned_by, delivered_by) or False
            activity.is_coproductive = bool(
                coproduction_form.is_coproductive(activity.planned_by, delivered_by)
            )
