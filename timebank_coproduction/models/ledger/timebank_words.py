from odoo import api, fields, models

from ..common.personal import ABOUT, OURS, WORDS


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
    _personal_fields = {
        "field_name": OURS,
        "partner_ids": ABOUT,
        "text": WORDS,
    }
    _goes_with_person = True

    field_name = fields.Char(required=True, readonly=True)
    scheme_id = fields.Many2one(
        "timebank.scheme", string="Time bank", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    partner_ids = fields.Many2many("res.partner", string="About", readonly=True)
    text = fields.Text(required=True, readonly=True)
    active = fields.Boolean(
        "Current", default=True, readonly=True, help="Words that were changed or taken back are kept."
    )

    def _keep(self, records, link, texts):
        """Have fields of each record say a text to those who may read it, or nothing.

        What was said before is kept: words may be evidence, and aren't for those to remove whom they
        may embarrass.

        :param str link: the many-to-one of this model to the records' own
        :param dict texts: name of a field → a dict of record id → text, or false for none
        """
        current = [(link, "in", records.ids), ("field_name", "in", list(texts)), ("active", "=", True)]
        # sudo: which rows they are; whether the user may change them is asked below
        rows = self.sudo().search(current).with_env(self.env)
        said = {(row.field_name, row[link].id): row.text for row in rows.sudo()}
        former = rows.filtered(
            lambda row: row.sudo().text != texts[row.sudo().field_name].get(row.sudo()[link].id)
        )
        former.check_access("write")
        former.sudo()._in_verb().write({"active": False})  # sudo: asked just now
        former.flush_recordset(["active"])  # one row at a time is current
        # sudo: a row follows its record; who may write it is asked of the row
        new = (
            self.sudo()
            ._in_verb()
            .create(
                [
                    {
                        link: record.id,
                        "field_name": name,
                        "scheme_id": record.scheme_id.id,
                        "partner_ids": self._get_about(record).ids,
                        "text": by_record[record.id],
                    }
                    for name, by_record in texts.items()
                    for record in (records.sudo() if by_record else ())
                    if by_record.get(record.id) and by_record[record.id] != said.get((name, record.id))
                ]
            )
        )
        if new:
            new.with_env(self.env).check_access("create")

    def _get_about(self, record):
        """The people whom words that belong to a record are about, and who don't read them."""
        return self.env["res.partner"]

    @api.model
    def _get_by_record(self, records, link, name):
        """What the user may read: dict of record id → text. One query."""
        if not self.has_access("read"):
            return {}
        current = [(link, "in", records.ids), ("field_name", "=", name), ("active", "=", True)]
        rows = self.search_fetch(current, [link, "text"])
        return {row[link].id: row.text for row in rows}
