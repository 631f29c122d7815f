from odoo import models


class TimebankTold(models.AbstractModel):
    """Mails to members: in their layout, with the way to their pages, and none that they switched off."""

    _inherit = "timebank.told"

    def _get_unwanted(self, template, people):
        switch = self.env.ref(template).sudo().timebank_kind  # sudo: which kind of mail it is
        if switch not in self.env["timebank.member"]._get_mail_switches():
            return super()._get_unwanted(template, people)
        members = self._get_told_members(people)
        return self.filtered(lambda record: record in members and not members[record][switch])

    def _send_mails(self, template, people):
        self.env.ref(template)._send_to_members(self, self._get_told_members(people))

    def _get_told_members(self, people):
        """The memberships of who is told: they switch mails off, and their pages are where mails lead.

        :param dict people: record → who is told
        :return: dict of record → member, for those who are members of the record's bank
        """
        if "scheme_id" not in self._fields:
            return {}
        everybody = self.env["res.partner"].union(*people.values())
        members = self.env["timebank.member"]._find_in_banks(self.scheme_id, everybody)
        keys = {record: (record.scheme_id.id, people[record][:1].id) for record in self}
        return {record: members[key] for record, key in keys.items() if key in members}
