from odoo import fields, models


class TimebankBankFollowed(models.AbstractModel):
    """A record of the bank that those belong to whom it is about, where that is one.

    A bank that followed from people gives way to the one of whoever is picked next. Only one that somebody
    chose, or that the form was opened for, says whom pickers offer; forms have ``followed_scheme_id``,
    unseen, for them to tell.
    """

    _name = "timebank.bank.followed"
    _description = "A Bank That Follows from People"

    followed_scheme_id = fields.Many2one(
        "timebank.scheme",
        string="Time bank that followed",
        store=False,
        readonly=True,
        help="The time bank that followed from who was picked, while nobody chose another.",
    )

    def _follow(self, people, *states):
        """Take the bank that these people share, unless somebody chose one.

        :param people: of whom nobody is heard whose memberships the user can't see
        :param states: of the memberships that count
        """
        if self.scheme_id and self.scheme_id != self.followed_scheme_id:
            return
        memberships = people.timebank_member_ids.filtered(lambda member: member.state in states)
        banks = [members.scheme_id for members in memberships.grouped("partner_id").values()]
        shared = memberships.scheme_id.filtered(lambda bank: all(bank in theirs for theirs in banks))
        self.scheme_id = self.followed_scheme_id = shared if len(shared) == 1 else False
