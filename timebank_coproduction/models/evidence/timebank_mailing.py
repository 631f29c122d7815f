import logging
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..common.jobs import job
from ..common.personal import ABOUT
from ..common.words import say_day

_logger = logging.getLogger(__name__)

#: How many mails go out before the job saves what it has done.
BATCH = 50
#: For how long after a period its mails are sent: nobody wants them much later.
SENT_WITHIN = timedelta(days=15)
#: For how long it is kept who was sent what.
KEPT_MONTHS = 24


class TimebankMailing(models.Model):
    """A mail that goes out for each month or quarter: who was sent it, about which bank and days.

    A row is made together with its mail, in one transaction, and there is one for each reader and period:
    so nobody gets one twice, and a job that is killed goes on where it was.
    """

    _name = "timebank.mailing"
    _description = "Mail for Each Month or Quarter"
    _inherit = ["timebank.mailing.content", "timebank.told", "timebank.protected"]
    _order = "date_from desc, id desc"
    _rec_name = "kind"
    _allow_sudo_commands = False
    _personal_fields = {
        "partner_id": ABOUT,
    }
    _goes_with_person = True

    kind = fields.Selection(
        [
            ("coordinators", "The month, for coordinators"),
            ("trustees", "The quarter, for trustees"),
            ("statement", "A member's statement"),
        ],
        required=True,
        readonly=True,
    )
    scheme_id = fields.Many2one(
        "timebank.scheme", string="Time bank", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(
        "res.partner", string="Reader", required=True, readonly=True, ondelete="cascade", index=True
    )
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("To", required=True, readonly=True)

    _once = models.UniqueIndex(
        "(scheme_id, kind, partner_id, date_from, date_to)", "That mail has been sent already."
    )

    @job
    def _cron_send(self):
        """Send what is due, each to each reader once, some at a time."""
        due = self._get_due()
        left = len(due)
        for start in range(0, len(due), BATCH):
            part = due[start : start + BATCH]
            self._send_some(part)
            left -= len(part)
            if not self.env["ir.cron"]._commit_progress(len(part), remaining=left):
                return

    @api.autovacuum
    def _gc_past(self):
        # sudo: a job of the database's own, over rows that nobody may remove
        before = fields.Date.today() - relativedelta(months=KEPT_MONTHS)
        self.sudo().search([("date_to", "<", before)]).unlink()

    # ------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------

    def _get_due(self):
        """Values of the rows to be made: what has ended lately, for readers whom a mail reaches."""
        due = []
        for scheme in self.env["timebank.scheme"].search([("state", "=", "open")]):
            month, quarter = (scheme._get_period_over(unit) for unit in ("month", "quarter"))
            if month:
                due += self._prepare("coordinators", scheme, scheme._get_digest_readers(*month), month)
                due += self._prepare(
                    "statement", scheme, scheme._get_statement_readers("month", *month), month
                )
            if quarter:
                due += self._prepare("trustees", scheme, scheme.trustee_ids, quarter)
                readers = scheme._get_statement_readers("quarter", *quarter)
                due += self._prepare("statement", scheme, readers, quarter)
        return due

    def _prepare(self, kind, scheme, people, period):
        first, last = period
        same = [
            ("kind", "=", kind),
            ("scheme_id", "=", scheme.id),
            ("date_from", "=", first),
            ("date_to", "=", last),
        ]
        people = people._get_mailable() - self.search(same).partner_id if people else people
        return [
            {
                "kind": kind,
                "scheme_id": scheme.id,
                "partner_id": person.id,
                "date_from": first,
                "date_to": last,
            }
            for person in people.sorted("id")
        ]

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    def _send_some(self, vals_list):
        """Send some together; where one of them can't be, each by itself, so that the others are."""
        try:
            with self.env.cr.savepoint():
                self._send_new(vals_list)
        except Exception:
            for vals in vals_list:
                try:
                    with self.env.cr.savepoint():
                        self._send_new([vals])
                except Exception:
                    _logger.exception("A mail could not be made: %s", vals)

    def _send_new(self, vals_list):
        made = self._in_verb().create([vals for vals in vals_list if not self._is_made(vals)])
        for kind, group in made._out_of_verb().grouped("kind").items():
            group._mail_people(f"timebank_coproduction.mail_{kind}")
            if kind == "trustees":
                group._note_stories()
        self.env.flush_all()

    def _note_stories(self):
        """Note with the stories in these mails that trustees have read them: once for all of a bank."""
        for (_scheme, _day), mailings in self.grouped(lambda one: (one.scheme_id, one.date_from)).items():
            where = self.env._("Figures for trustees, %s", mailings[0]._say_period())
            stories = mailings[0]._find_stories()
            stories.filtered(
                lambda story, where=where: where not in story.used_ids.mapped("used_where")
            )._note_used("trustees", where)

    def _is_made(self, vals):
        """Whether another run has sent it meanwhile."""
        return bool(self.search_count([(name, "=", value) for name, value in vals.items()], limit=1))

    # ------------------------------------------------------------
    # What is in it
    # ------------------------------------------------------------

    def _say_period(self):
        """The days in words: a month or a quarter by its name."""
        self.ensure_one()
        first, last = self.date_from, self.date_to
        if first.month == last.month:
            return say_day(self.env, first, "MMMM y")
        return self.env._(
            "%(first)s to %(last)s",
            first=say_day(self.env, first, "MMMM"),
            last=say_day(self.env, last, "MMMM y"),
        )

    def _get_body(self):
        """The mail's content, from a template that names none of the figures twice."""
        self.ensure_one()
        values = {"mailing": self, **getattr(self, f"_get_{self.kind}")()}
        return self.env["ir.qweb"]._render(f"timebank_coproduction.mailing_{self.kind}", values)

    def _get_mail_button(self, mail, member):
        if self.kind == "statement":
            return self.env._("My credits"), f"/credits?period=dates&from={self.date_from}&to={self.date_to}"
        if self.kind == "coordinators":
            audit = self.scheme_id._get_audit_of(self.date_from)
            return self.env._("Open the month"), f"{self.get_base_url()}/odoo/timebank-time-audit/{audit.id}"
        return None

    def _get_mail_reason(self, mail):
        if self.kind == "coordinators":
            return self.env._(
                "You get this mail each month because you coordinate %s. It can be switched off on the time"
                " bank's page, under Evidence.",
                self.scheme_id.name,
            )
        if self.kind == "trustees":
            return self.env._(
                "You get this mail each quarter because %s has you among its trustees. If you would rather"
                " not, answer it.",
                self.scheme_id.name,
            )
        return super()._get_mail_reason(mail)
