from odoo import fields, models

from ..common.personal import NAMED


class TimebankHours(models.Model):
    """Which request and which meeting an entry comes from."""

    _inherit = "timebank.hours"
    _personal_fields = {
        "request_id": NAMED,
        "introduction_id": NAMED,
    }

    request_id = fields.Many2one(
        "timebank.request", ondelete="restrict", index="btree_not_null", check_company=True
    )
    introduction_id = fields.Many2one(
        "timebank.introduction", readonly=True, copy=False, ondelete="restrict", index="btree_not_null"
    )

    _introduction_once = models.UniqueIndex(
        """(introduction_id, receiver_id)
           WHERE introduction_id IS NOT NULL AND state NOT IN ('refused', 'reversed')""",
        "The hours of this meeting have been handed in already.",
    )

    def _prepare_copy_to_decide(self):
        return {**super()._prepare_copy_to_decide(), "introduction_id": self.introduction_id.id}

    def _prepare_vals(self, vals):
        """What was asked for says what its time counts as, unless somebody does."""
        vals = super()._prepare_vals(vals)
        if not self and isinstance(vals.get("request_id"), int) and not vals.get("category_id"):
            # sudo: only the skill is asked of a request that the user may name and not read
            request = self.env["timebank.request"].sudo().browse(vals["request_id"])
            vals["category_id"] = request.skill_id._get_category().id
        return vals

    def _get_known(self, people):
        """And those to whom the user was introduced."""
        own = self.env.user.partner_id.id
        # sudo: only who they are is asked, by one of the two
        introductions = self.env["timebank.introduction"].sudo()
        gave = [("giver_id", "=", own), ("receiver_id", "in", people.ids)]
        received = [("receiver_id", "=", own), ("giver_id", "in", people.ids)]
        told = introductions.search([("introduced_on", "!=", False), "|", "&", *gave, "&", *received])
        return super()._get_known(people) | people & (told.giver_id | told.receiver_id)
