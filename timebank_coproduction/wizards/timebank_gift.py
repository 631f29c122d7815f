from odoo import api, fields, models

from ..models.common.hours_field import Hours, hours_field, valid_minutes
from ..models.common.verb import verb
from ..models.common.windows import tell
from ..tools.minutes import clock


class TimebankGift(models.TransientModel):
    """Ask how much, from whom and to whom, say in words what that comes to, then give."""

    _name = "timebank.gift"
    _description = "Give Credits"

    from_account_id = fields.Many2one("timebank.account", string="From", required=True)
    to_account_id = fields.Many2one("timebank.account", string="To", required=True)
    other_way = fields.Boolean("The other way round", help="Who gave receives, and who received gives.")
    hours = Hours(required=True)
    memo = fields.Char("What for")
    is_given = fields.Boolean(readonly=True)

    # What is said and offered while it is filled in
    available_minutes = fields.Integer(related="from_account_id.balance_minutes")
    available_hours = hours_field("available_minutes", "In it now")
    is_held = fields.Boolean(compute="_compute_is_held")
    from_domain = fields.Binary(compute="_compute_domains")
    to_domain = fields.Binary(compute="_compute_domains")
    sentence = fields.Char(compute="_compute_sentence")
    is_too_much = fields.Boolean(compute="_compute_sentence")

    @api.depends("from_account_id")
    def _compute_is_held(self):
        for gift in self:
            gift.is_held = not gift.from_account_id or gift.from_account_id._is_held_by_user()

    @api.depends("from_account_id", "to_account_id")
    def _compute_domains(self):
        """Whom the dialog offers: not those whom it would refuse."""
        for gift in self:
            gift.from_domain = list(gift.to_account_id._get_givers_domain())
            gift.to_domain = list(gift.from_account_id._get_takers_domain())

    @api.depends("from_account_id", "to_account_id", "hours")
    def _compute_sentence(self):
        """Who gives how much to whom, and what each has then, as far as the user may know it."""
        for gift in self:
            minutes = valid_minutes(self.env, gift.hours or 0, hours=True)
            source, target = gift.from_account_id, gift.to_account_id
            gift.is_too_much = minutes > max(source.balance_minutes, 0)  # a gift uses no credit limit
            if not (source and target and minutes > 0):
                gift.sentence = False
                continue
            if gift.is_too_much and source.has_access("read"):
                gift.sentence = self.env._(
                    "%(account)s has %(hours)s hours: too little to give that much.",
                    account=source.name,
                    hours=clock(source.balance_minutes),
                )
                continue
            then = [
                self.env._(
                    "%(account)s has %(hours)s then.",
                    account=account.name,
                    hours=clock(account.balance_minutes + moved),
                )
                for account, moved in ((source, -minutes), (target, minutes))
                if account.has_access("read")
            ]
            gives = self.env._("%(giver)s gives %(hours)s hours to %(taker)s.", **gift._get_words())
            gift.sentence = " ".join([gives, *then])

    @api.onchange("other_way")
    def _onchange_other_way(self):
        """Both sides change places."""
        if self.other_way:
            self.update(
                {
                    "from_account_id": self.to_account_id.id,
                    "to_account_id": self.from_account_id.id,
                    "other_way": False,
                }
            )

    @verb(single=True)
    def action_confirm(self):
        """:return: an action that says what was given, and closes the dialog"""
        self.ensure_one()
        # confirmed twice, also at the same moment, it is given once: the second waits here and reads it anew
        if not self.is_given:
            minutes = valid_minutes(self.env, self.hours, hours=True)
            self.is_given = True
            self.flush_recordset()
            self.from_account_id.action_give(self.to_account_id, minutes, self.memo)
        return tell(self.env._("%(giver)s gave %(hours)s hours to %(taker)s.", **self._get_words()))

    def _get_words(self):
        # sudo: who receives is named to whoever gives to them
        return {
            "giver": self.from_account_id.name,
            "hours": clock(valid_minutes(self.env, self.hours or 0, hours=True)),
            "taker": self.to_account_id.sudo().name,
        }
