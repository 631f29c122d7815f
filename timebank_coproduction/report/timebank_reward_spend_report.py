from odoo import api, fields, models
from odoo.tools import SQL

from ..models.common.odoo_private import get_bounds
from ..models.common.verb import verb
from ..models.common.windows import open_list
from ..models.grant.timebank_claim_share import claim_parts
from ..models.grant.timebank_grant_books import claim_day

#: Whoever sees the bills without a claim as well.
SEE_ALL = (
    "timebank_coproduction.group_timebank_finance",
    "timebank_coproduction.group_timebank_manager",
)


class TimebankRewardSpendReport(models.Model):
    """What rewards cost: a row for each claim committed (or each grant's part of one), each bill matched,
    each bill without a claim and each analytic entry made by hand."""

    _name = "timebank.reward.spend.report"
    _inherit = "timebank.queried"
    _description = "Reward Spend"
    _auto = False
    _rec_name = "date"
    _order = "date desc"

    date = fields.Date(readonly=True)
    funding = fields.Selection([("grant", "Grants"), ("own", "Own funds")], string="Paid from", readonly=True)
    grant_id = fields.Many2one("timebank.grant", readonly=True)
    funder_id = fields.Many2one("res.partner", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    scheme_id = fields.Many2one("timebank.scheme", string="Time bank", readonly=True)
    project_id = fields.Many2one(
        "project.project",
        readonly=True,
        help="The project that the grant serves at this time bank; none where it serves several.",
    )
    reward_id = fields.Many2one("timebank.reward", readonly=True)
    supplier_id = fields.Many2one("res.partner", readonly=True)
    claim_count = fields.Integer("Claims", readonly=True)
    minutes = fields.Integer(readonly=True)
    committed_amount = fields.Monetary("Committed", readonly=True)
    billed_amount = fields.Monetary("Billed", readonly=True)
    # The same once more as one measure and a kind: a graph shows a single measure
    kind = fields.Selection([("committed", "Committed"), ("billed", "Billed")], readonly=True)
    amount = fields.Monetary("Committed or billed", readonly=True)

    @property
    def _table_query(self):
        # The project is a column that PostgreSQL works out where it is asked for, and not for every row. What
        # is looked for, such as a year, it looks for in each part, as none has a window function of its own.
        return SQL(
            """
            SELECT spend.*, g.funder_id, c.currency_id,
                   committed_amount + billed_amount AS amount,
                   CASE WHEN spend.grant_id IS NULL THEN 'own' ELSE 'grant' END AS funding,
                   (SELECT CASE WHEN cardinality(place.shared) = 1 THEN place.shared[1]
                                WHEN cardinality(place.shared) = 0 AND cardinality(place.served) = 1
                                THEN place.served[1] END
                      FROM (
                        SELECT ARRAY_AGG(project_id) AS served,
                               COALESCE(ARRAY_AGG(project_id) FILTER (WHERE banks), '{}') AS shared
                          FROM (
                            SELECT project_id, bool_or(side = 'bank') AS banks,
                                   bool_or(side = 'grant') AS grants
                              FROM (
                                SELECT 'grant' AS side, %(grant_project)s AS project_id FROM %(grants)s
                                 WHERE %(grant)s = spend.grant_id
                                UNION ALL
                                SELECT 'bank', %(bank_project)s FROM %(banks)s
                                 WHERE %(bank)s = spend.scheme_id
                              ) sides
                             GROUP BY project_id
                          ) projects
                         WHERE grants OR spend.grant_id IS NULL
                      ) place
                   ) AS project_id
              FROM (
                SELECT CASE WHEN r.share_id IS NULL THEN 5 * r.id ELSE 5 * r.share_id + 4 END AS id,
                       'committed' AS kind, %(day)s AS date, r.grant_id, r.company_id, r.scheme_id,
                       r.reward_id, w.supplier_id, r.is_first::int AS claim_count,
                       CASE WHEN r.is_first THEN r.minutes ELSE 0 END AS minutes,
                       r.cost_amount AS committed_amount, 0.0 AS billed_amount
                  FROM %(parts)s
                  JOIN timebank_reward w ON w.id = r.reward_id
                 WHERE r.state IN ('approved', 'fulfilled') AND %(approved)s
                UNION ALL
                SELECT 5 * m.id + 1, 'billed', l.date, m.grant_id, r.company_id, r.scheme_id, r.reward_id,
                       l.partner_id, 0, 0, 0.0, m.amount
                  FROM timebank_reward_match m
                  JOIN timebank_bill_line l ON l.id = m.bill_line_id
                  JOIN timebank_redemption r ON r.id = m.redemption_id
                UNION ALL
                SELECT 5 * l.id + 2, 'billed', l.date, l.grant_id, g.company_id, NULL, NULL,
                       l.partner_id, 0, 0, 0.0, l.open_amount
                  FROM timebank_bill_line l
                  JOIN timebank_grant g ON g.id = l.grant_id
                 WHERE l.open_amount != 0
                UNION ALL
                SELECT 5 * e.number + 3, 'billed', e.date,
                       e.grant_id, g.company_id, NULL, NULL, NULL, 0, 0, 0.0, e.amount
                  FROM (
                    SELECT h.*, ROW_NUMBER() OVER (ORDER BY h.entry, h.grant_id) AS number
                      FROM (%(by_hand)s) h WHERE h.entry IS NOT NULL
                  ) e
                  JOIN timebank_grant g ON g.id = e.grant_id
              ) spend
              JOIN res_company c ON c.id = spend.company_id
              LEFT JOIN timebank_grant g ON g.id = spend.grant_id
            """,
            day=claim_day(self.env, "r"),
            parts=claim_parts("r"),
            approved=self._get_approved(),
            by_hand=self._get_by_hand(),
            **self._get_project_link("timebank.grant", "grant"),
            **self._get_project_link("timebank.scheme", "bank"),
        )

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Claims of a time are found by when they were approved, and so without looking at all others."""
        bounds = get_bounds(self, domain, "date")
        return super(TimebankRewardSpendReport, self.with_context(timebank_bounds=bounds))._search(
            domain, *args, **kwargs
        )

    def _get_approved(self):
        """That a claim was approved about then; the day depends on where."""
        bounds = self.env.context.get("timebank_bounds")
        first, last = bounds if isinstance(bounds, tuple) else (None, None)  # which nobody can send
        return SQL(
            "%s AND %s",
            SQL("r.approved_on >= %s", fields.Date.subtract(first, days=1)) if first else SQL("TRUE"),
            SQL("r.approved_on < %s", fields.Date.add(last, days=2)) if last else SQL("TRUE"),
        )

    def _get_by_hand(self):
        """The analytic entries that somebody made by hand, which have no bill line."""
        # sudo: sums over the grants; whose rows a user reads, the record rules of this report say
        grants = self.env["timebank.grant"].sudo().search([("state", "!=", "draft")])
        return grants._get_lines_query(grants._get_posted(by_hand=True, accrued=None))

    @api.model
    @verb()
    def action_open(self):
        """The report, once every posted bill of the grants is in it.

        :raises AccessError: by whoever may not read it
        """
        self.check_access("read")
        grants = self.env["timebank.grant"].search([("state", "!=", "draft")])
        self.env["timebank.bill.line"]._follow_books(grants)
        if any(map(self.env.user.has_group, SEE_ALL)):
            return open_list(self.env, "timebank_reward_spend_report_action")
        return open_list(
            self.env,
            "timebank_reward_spend_report_action",
            display_name=self.env._("Reward spend: of bills, those of your banks’ claims"),
        )

    def _get_project_link(self, model, name):
        """The table of a model's projects and its two columns."""
        field = self.env[model]._fields["project_ids"]
        return {
            f"{name}s": SQL.identifier(field.relation),
            name: SQL.identifier(field.column1),
            f"{name}_project": SQL.identifier(field.column2),
        }
