from odoo import api, fields, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Odoo's *Merge*, where a time bank knows one of the contacts."""

    _inherit = "base.partner.merge.automatic.wizard"

    timebank_matters = fields.Html(compute="_compute_timebank_matters", sanitize=False)
    timebank_refused = fields.Boolean(compute="_compute_timebank_matters")

    @api.depends("partner_ids", "dst_partner_id")
    def _compute_timebank_matters(self):
        merges = self.env["timebank.merge"]
        for dialog in self:
            people, kept = dialog.partner_ids._origin, dialog.dst_partner_id._origin
            dialog.timebank_matters, dialog.timebank_refused = False, False
            if len(people) > 1 and kept in people and merges._concerns(people):
                told = merges._say_for_dialog(people - kept, kept)
                dialog.timebank_matters, dialog.timebank_refused = told

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        people = self.env["res.partner"].browse(partner_ids).exists()
        merges = self.env["timebank.merge"]
        if len(people) < 2 or not merges._concerns(people):
            return super()._merge(partner_ids, dst_partner, extra_checks)
        kept = (
            dst_partner
            if dst_partner and dst_partner in people
            else self._get_ordered_partner(people.ids)[-1]
        )
        with merges._joining(people - kept, kept, extra_checks):
            return super()._merge(partner_ids, kept, extra_checks)
