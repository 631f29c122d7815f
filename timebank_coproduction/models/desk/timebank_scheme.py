from odoo import models

from ..common.verb import verb


class TimebankScheme(models.Model):
    _inherit = "timebank.scheme"

    @verb()
    def get_desk(self):
        """Everything on the broker's desk, in one call.

        On an empty recordset, of the banks that the user coordinates; a manager who
        coordinates none has them all on the desk.

        Of more banks than fit on a desk, the one with the most open requests is shown.

        :return: dict of ``banks`` (id and name), ``bank`` (the id of the one of them that is
            shown, or false for all) and ``sections``, each with ``key``,
            ``title``, ``help``, ``count``, ``action`` (an external id, or false) and
            ``rows``: ``title``, ``text``, ``partner_id`` and ``buttons``, each with
            ``label``, ``model``, ``method``, ``args``
        :raises AccessError: for whoever doesn't coordinate these banks
        """
        return self.env["timebank.desk"]._get_desk(self)
