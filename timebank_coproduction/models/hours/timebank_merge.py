from odoo import models

from ..common.words import say_day

#: What makes two entries the same hours, as ``timebank.hours._no_double`` has it.
SAME = ("scheme_id", "date", "minutes", "start_minute", "receiver_id", "project_id")


class TimebankMerge(models.Model):
    """Hours of people who become one."""

    _inherit = "timebank.merge"

    def _get_reasons_against(self, gone, kept, members):
        reasons = super()._get_reasons_against(gone, kept, members)
        people = gone | kept
        # sudo: the sentences name people and days of banks that the user decides for
        entries = self.env["timebank.hours"].sudo()
        for entry in entries.search([("partner_id", "in", people.ids), ("receiver_id", "in", people.ids)]):
            reasons.append(
                self.env._(
                    "%(giver)s gave time to %(receiver)s on %(day)s: nobody gives time to themselves.",
                    giver=entry.partner_id.name,
                    receiver=entry.receiver_id.name,
                    day=say_day(self.env, entry.date),
                )
            )
        for name, other in (("partner_id", "receiver_id"), ("receiver_id", "partner_id")):
            seen = {}
            standing = [(name, "in", people.ids), ("state", "in", ("submitted", "approved"))]
            for entry in entries.search(standing, order="id"):
                key = (entry[other].id, *(entry[one] for one in SAME if one != "receiver_id"))
                if seen.setdefault(key, entry[name]) != entry[name]:
                    reasons.append(
                        self.env._(
                            "The same hours of %s are recorded for both: refuse or reverse one first, or"
                            " give both a starting time.",
                            say_day(self.env, entry.date),
                        )
                    )
        return list(dict.fromkeys(reasons))

    def _follow_accounts(self, people):
        result = super()._follow_accounts(people)
        # sudo: whoever undoes it decides for the banks; hours are whose credits they are
        transfers = self.env["timebank.transfer"].sudo()
        for name, side in (("partner_id", "to_account_id"), ("receiver_id", "from_account_id")):
            moved = transfers.search(
                [
                    ("hours_id", "!=", False),
                    (side, "any", [("kind", "=", "member"), ("partner_id", "in", people.ids)]),
                ]
            )
            for person, paid in moved.grouped(lambda one, side=side: one[side].partner_id).items():
                wrong = paid.hours_id.filtered(lambda one, name=name, person=person: one[name] != person)
                self._give_rows(wrong, wrong._fields[name], person)
        return result
