from odoo import api, fields, models


class TimebankWords(models.Model):
    """What is written for a bank's coordinators, and read by them alone.

    Not by whom it is about, a coordinator or not; not by a coordinator of another bank who
    happens to read the record that it belongs to. A group on a field knows neither the bank
    nor the person: so these words stand in records of their own, with rules, and the field
    that shows them (``words_field.py``) asks.
    """

    _name = "timebank.words"
    _description = "Words for the Coordinators"
    _inherit = ["timebank.protected"]
    _rec_name = "field_name"
    _order = "id"
    _allow_sudo_commands = False

    field_name = fields.Char(required=True, readonly=True)
    scheme_id = fields.Many2one(
        "timebank.scheme", string="Time bank", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    partner_ids = fields.Many2many("res.partner", string="About", readonly=True)
    text = fields.Text(required=True)

    def _keep(self, record, link, name, text):
        """Have the field ``name`` of a record say ``text`` to those who may read it, or nothing.

        :param str link: the many-to-one of this model to the record's own
        """
        # sudo: which row it is; whether the user may change it is asked below
        row = self.sudo().search([(link, "=", record.id), ("field_name", "=", name)]).with_env(self.env)
        if not text:
            row.unlink()
            return
        if row:
            row.write({"text": text})
            return
        # sudo: the row follows its record; who may write to it is asked of the row
        vals = {
            link: record.id,
            "field_name": name,
            "scheme_id": record.sudo().scheme_id.id,
            "partner_ids": self._get_about(record.sudo()).ids,
            "text": text,
        }
        row = self.sudo()._in_verb().create(vals)
        row.with_env(self.env).check_access("create")

    def _get_about(self, record):
        """The people whom words that belong to a record are about, and who don't read them."""
        return self.env["res.partner"]

    @api.model
    def _get_by_record(self, records, link, name):
        """What the user may read: dict of record id → text. One query."""
        if not self.has_access("read"):
            return {}
        rows = self.search_fetch([(link, "in", records.ids), ("field_name", "=", name)], [link, "text"])
        return {row[link].id: row.text for row in rows}
