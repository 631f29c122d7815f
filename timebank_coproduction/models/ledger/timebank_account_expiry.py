from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.minutes import clock


class TimebankAccount(models.Model):
    """Credits that nobody moved for long go to the community pot, where the policy says so.

    Never silently: the member hears of it a month before, by mail, or from the
    coordinator where there is no address. Any movement keeps everything.
    """

    _inherit = "timebank.account"

    expiry_notice_on = fields.Date(
        "Expiry announced on",
        readonly=True,
        copy=False,
        help="Empty, or older than the last movement, means not.",
    )
    expiry_on = fields.Date("Expires on", compute="_compute_expiry_on")

    @api.depends("expiry_notice_on")
    def _compute_expiry_on(self):
        for account in self:
            notice = account.expiry_notice_on
            account.expiry_on = notice and notice + relativedelta(months=1)

    @api.model
    def _cron_expire(self):
        """Nightly: announce what will expire in a month, and move what was announced a month ago."""
        today = fields.Date.context_today(self)
        for scheme in self.env["timebank.scheme"].search([("expiry", "=", "to_pot"), ("state", "=", "open")]):
            still = self._search_still(scheme, today)
            announced = still.filtered(lambda account: account.expiry_on and account.expiry_on <= today)
            announced._expire()
            still.filtered(lambda account: not account.expiry_notice_on)._announce_expiry(today)

    def _search_still(self, scheme, today):
        """Members' accounts with credits that nothing moved on for the months of the policy, less the
        month of the notice. An announcement that a later movement has overtaken is forgotten.
        """
        since = today + relativedelta(months=1) - relativedelta(months=scheme.expiry_months)
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """WITH still AS (
                       SELECT a.id, a.expiry_notice_on, a.balance_minutes,
                              (SELECT max(t.date) FROM timebank_transfer t
                                WHERE a.id IN (t.from_account_id, t.to_account_id)) AS moved_on
                         FROM timebank_account a
                        WHERE a.scheme_id = %s AND a.kind = 'member' AND a.state = 'open'
                   ), overtaken AS (
                       UPDATE timebank_account a SET expiry_notice_on = NULL FROM still
                        WHERE still.id = a.id AND a.expiry_notice_on IS NOT NULL
                          AND (still.moved_on > %s OR still.balance_minutes <= 0)
                   )
                   SELECT id FROM still WHERE balance_minutes > 0 AND moved_on <= %s""",
                scheme.id,
                since,
                since,
            )
        )
        self.invalidate_model(["expiry_notice_on"])
        return self.browse(account_id for (account_id,) in rows)

    def _announce_expiry(self, today):
        """Tell these members, by mail or through their coordinator."""
        self.write({"expiry_notice_on": today})
        by_mail = self.filtered("partner_id.email")
        template = self.env.ref("timebank_coproduction.mail_template_expiry")
        if by_mail:
            template.send_mail_batch(by_mail.ids)
        for account in self - by_mail:
            account.scheme_id.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Tell %s that credits expire", account.name),
                note=self.env._(
                    "%(person)s has no e-mail address. On %(day)s, %(hours)s unused hours go to the"
                    " community pot unless something moves on the account.",
                    person=account.name,
                    day=self.env["ir.qweb.field.date"].value_to_html(account.expiry_on, {}),
                    hours=clock(account.balance_minutes),
                ),
                user_id=account.scheme_id.coordinator_ids[:1].id or self.env.uid,
            )

    def _expire(self):
        """Move what these accounts hold to the community pots of their banks."""
        self.env["timebank.transfer"]._post(
            [
                {
                    "from_account_id": account.id,
                    "to_account_id": account.scheme_id.pot_account_id.id,
                    "minutes": account.balance_minutes,
                    "kind": "expiry",
                    "memo": self.env._("Unused for %s months", account.scheme_id.expiry_months),
                }
                for account in self
            ]
        )
        self.write({"expiry_notice_on": False})
