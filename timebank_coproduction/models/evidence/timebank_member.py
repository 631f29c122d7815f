from markupsafe import Markup, escape

from odoo import fields, models

from ...tools.minutes import clock
from ..common.words import say_months


class TimebankMember(models.Model):
    """Members who are asked what they would like for their credits and how they are, or get a statement by mail."""

    _inherit = "timebank.member"

    spend_asked_on = fields.Date(
        "Asked to spend",
        readonly=True,
        copy=False,
        help="When coordinators last got a to-do about the credits that they don't use.",
    )
    wellbeing_mails = fields.Boolean(
        "Mails that ask how you are", default=True, help="A few questions on well-being, now and then."
    )

    statement_mails = fields.Boolean(
        "My statement by mail", help="What came in and went out, once a month or once a quarter."
    )
    statement_pace = fields.Selection(
        [("month", "Each month"), ("quarter", "Each quarter")],
        "Statement by mail",
        required=True,
        default="month",
    )

    def _get_mail_switches(self):
        return ["wellbeing_mails", "statement_mails", *super()._get_mail_switches()]

    def _get_own_fields(self):
        return ["statement_pace", *super()._get_own_fields()]

    def _ask_to_spend(self, months):
        """Give the user a to-do for each of these members, with what their credits buy.

        :param int months: for how long they have spent nothing
        """
        for member in self:
            member.activity_schedule(
                "timebank_coproduction.mail_activity_spend",
                summary=self.env._(
                    "%(hours)s hours, none spent for %(months)s",
                    hours=clock(member.account_id.balance_minutes),
                    months=say_months(self.env, months),
                ),
                note=member._say_what_credits_buy(),
                user_id=self.env.uid,
            )
        for scheme, theirs in self.grouped("scheme_id").items():
            theirs._in_verb().write({"spend_asked_on": scheme._today()})

    def _say_what_credits_buy(self):
        """HTML: rewards within the member's reach, and help that they wish for."""
        self.ensure_one()
        within = self._get_affordable()
        named = ", ".join(f"{reward['name']} ({reward['price']})" for reward in within["named"])
        more = within["count"] - len(within["named"])
        if more:
            named = self.env._("%(rewards)s and %(count)s more", rewards=named, count=more)
        lines = [
            self.env._("Could have: %s", named)
            if named
            else self.env._("No reward is within their reach: ask what they would like there to be.")
        ]
        wished = self._get_listed_words()["request"]
        lines.append(
            self.env._("Has asked for: %s", wished)
            if wished
            else self.env._("Has asked for no help on the board: is there something that would be welcome?")
        )
        if self.interest_ids:
            lines.append(self.env._("Likes: %s", ", ".join(self.interest_ids.mapped("name"))))
        lines.append(self.env._("Credits can be given to others or to a pot as well."))
        return Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % escape(line) for line in lines)
