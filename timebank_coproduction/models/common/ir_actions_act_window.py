from odoo import models


class IrActionsActWindow(models.Model):
    _inherit = "ir.actions.act_window"

    def _open_timebank(self, name, domain, **context):
        """One of the addon's lists, narrowed to a domain.

        :param str name: the action's own part of its XML id
        :param context: what takes the place of the action's own context
        """
        action = self._for_xml_id(f"timebank_coproduction.{name}")
        return dict(action, domain=domain, context=context)
