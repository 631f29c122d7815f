import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..common.jobs import job
from ..common.personal import OURS
from ..common.verb import verb
from ..common.windows import open_list

_logger = logging.getLogger(__name__)

#: So many records are erased before the job commits.
BATCH = 100
#: Longer than anybody keeps anything.
MOST_MONTHS = 1200


class TimebankRetention(models.Model):
    """For how long a bank keeps what, and why. Carried out every night.

    A subject adds its kinds of data: to the selection, to :meth:`_get_usual_terms` what is usual, and a
    method ``_find_<kind>(before)`` that returns the records whose time is up.
    """

    _name = "timebank.retention"
    _description = "How Long Is Kept What"
    _inherit = ["timebank.in.bank", "timebank.protected"]
    _order = "scheme_id, id"
    _rec_name = "kind"
    _personal_fields = {
        "reason": OURS,
    }

    scheme_id = fields.Many2one(ondelete="cascade")
    kind = fields.Selection(
        [
            ("former", "People who have left"),
            ("applicant", "Applications that came to nothing"),
            ("transfer", "What is written on transfers"),
            ("message", "Messages and notes beside the bank's records"),
        ],
        string="What",
        required=True,
    )
    months = fields.Integer(
        "Kept for (months)",
        required=True,
        help="From the day on which it was last needed. Then it is erased.",
    )
    reason = fields.Char("Why so long", required=True)
    is_on = fields.Boolean(
        "Every night", help="Carried out by itself. Otherwise only the list of what is due can be opened."
    )
    what_goes = fields.Char("What goes then", compute="_compute_what_goes")

    _once = models.UniqueIndex("(scheme_id, kind)", "There is a line for that in this bank already.")
    _some_months = models.Constraint("CHECK (months > 0)", "Something is kept for a month at least.")

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_what_goes(self):
        usual = self._get_usual_terms()
        for rule in self:
            rule.what_goes = usual[rule.kind][2] if rule.kind in usual else ""

    @api.constrains("months")
    def _check_months(self):
        for rule in self:
            if rule.months > MOST_MONTHS:
                raise ValidationError(self.env._("Nothing is kept for longer than a hundred years."))

    @api.model
    def _get_usual_terms(self):
        """Dict of kind → (months, why so long, what goes then). A subject adds its own."""
        return {
            "former": (
                24,
                self.env._(
                    "Questions about time and credits come within two years. What funders may ask for"
                    " later stays, under a name that says nothing."
                ),
                self.env._("The person is forgotten; hours and credits stay as a former member's."),
            ),
            "applicant": (
                6,
                self.env._("Whoever hasn't joined after half a year won't."),
                self.env._("The application, and the contact if nobody else relies on it."),
            ),
            "transfer": (
                84,
                self.env._("Funders may ask for records up to seven years after a project's end."),
                self.env._("The words on transfers; the transfers stay."),
            ),
            "message": (
                84,
                self.env._("They say who decided what, which funders may ask for up to seven years later."),
                self.env._("Messages, notes and their files."),
            ),
        }

    def _make_usual(self, schemes, is_on):
        """Give banks a line of every kind that they have none of."""
        # sudo: they come with the bank, whoever makes it
        rules = self.sudo()
        have = {(rule.scheme_id.id, rule.kind) for rule in rules.search([("scheme_id", "in", schemes.ids)])}
        return rules.create(
            [
                {"scheme_id": scheme.id, "kind": kind, "months": months, "reason": why, "is_on": is_on}
                for scheme in schemes
                for kind, (months, why, _goes) in self._get_usual_terms().items()
                if (scheme.id, kind) not in have
            ]
        )

    # ------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------

    def _get_before(self):
        """The day before which the time of what this line is about is up."""
        self.ensure_one()
        return fields.Date.context_today(self) - relativedelta(months=self.months)

    def _find_due(self):
        """The records of which this line erases something now."""
        self.ensure_one()
        # sudo: what is due is the bank's rule; who may see the list was asked
        rule = self.sudo().with_context(active_test=False)
        return getattr(rule, f"_find_{self.kind}")(self._get_before())

    def _find_former(self, before):
        members = self.env["timebank.member"].search(
            [
                ("scheme_id", "=", self.scheme_id.id),
                ("state", "=", "left"),
                ("forgotten_on", "=", False),
                ("left_on", "<", before),
            ]
        )
        return members - members.browse(members._get_refusals_to_forget())

    def _find_applicant(self, before):
        members = self.env["timebank.member"].search(
            [
                ("scheme_id", "=", self.scheme_id.id),
                ("state", "=", "applicant"),
                ("account_id", "=", False),
                ("create_date", "<", before),
            ]
        )
        return members - members.browse(members._get_refusals_to_forget())

    def _find_transfer(self, before):
        return self.env["timebank.transfer"].search(
            [("scheme_id", "=", self.scheme_id.id), ("memo", "!=", False), ("date", "<", before)]
        )

    def _find_message(self, before):
        """Old messages beside what belongs to this bank."""
        messages = self.env["mail.message"].search([("model", "=like", "timebank.%"), ("date", "<", before)])
        found = messages.browse()
        for name, group in messages.grouped("model").items():
            model = self.env.get(name)
            if model is None:
                continue
            if name == self.scheme_id._name:
                found |= group.filtered(lambda one: one.res_id == self.scheme_id.id)
            elif "scheme_id" in model._fields:
                mine = model.search(
                    [("id", "in", group.mapped("res_id")), ("scheme_id", "=", self.scheme_id.id)]
                )
                found |= group.filtered(lambda one, ids=set(mine.ids): one.res_id in ids)
        return found

    def _get_day(self, record):
        """The day from which the time of a record counts."""
        for name in ("left_on", "date", "write_date", "create_date"):
            if name in record._fields and record[name]:
                return fields.Date.to_date(record[name])
        return False

    def _erase(self, records):
        """Erase what this line is about of records that are due."""
        self.ensure_one()
        if records._name == "timebank.member":
            label = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
            records._forget(
                self.env._("%(what)s: kept for %(months)s months", what=label, months=self.months),
                by_rule=True,
            )
        elif records._name == "mail.message":
            records.attachment_ids.unlink()
            records.unlink()
        else:
            records._erase_personal()

    @job
    def _cron_carry_out(self):
        """Erase what is due in every bank, some at a time; what fails doesn't stop the rest."""
        work = []
        for rule in self.search([("is_on", "=", True)]):
            due = rule._find_due()
            size = 1 if due._name == "timebank.member" else BATCH
            parts = (due[start : start + size] for start in range(0, len(due), size))
            work += [(rule.sudo()._erase, part) for part in parts]  # sudo: by the bank's rule
        self.env["timebank.job"]._in_parts(work, BATCH)

    # ------------------------------------------------------------
    # The list
    # ------------------------------------------------------------

    @verb()
    def action_list_due(self):
        """List what is due by these lines and why, without erasing anything.

        :return: an action that opens the list
        """
        self.check_access("read")
        lines = self.env["timebank.retention.due"]._list(self)
        return open_list(self.env, "timebank_retention_due_action", [("id", "in", lines.ids)])
