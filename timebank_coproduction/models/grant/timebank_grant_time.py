"""For which grant's report time counts.

A grant that serves the bank on that day, and the project if it names any: one that names the project
goes first, then the one that ends first. So nothing counts for two grants.
"""

from odoo import api, fields, models
from odoo.tools import SQL

from ..common.words import say_day
from .timebank_grant_linked import SEES_GRANTS

#: What decides which time a grant takes in.
DECIDES = frozenset({"state", "scheme_ids", "project_ids", "date_start", "date_end"})

#: Time by its bank, project and day: sessions, and the entries that were given in none.
TABLES = (("timebank_session", SQL("TRUE")), ("timebank_hours", SQL("t.session_id IS NULL")))


def grant_of_time(scheme, project, date):
    """The grant's id, as a scalar sub-query; the arguments are the SQL of a bank's id, a project's, a day."""
    return SQL(
        """(SELECT g.id
              FROM timebank_grant g
              JOIN timebank_grant_timebank_scheme_rel b
                ON b.timebank_grant_id = g.id AND b.timebank_scheme_id = %(scheme)s
              LEFT JOIN project_project_timebank_grant_rel named
                ON named.timebank_grant_id = g.id AND named.project_project_id = %(project)s
             WHERE g.state != 'draft' AND %(date)s BETWEEN g.date_start AND g.date_end
               AND (named.timebank_grant_id IS NOT NULL
                    OR NOT EXISTS (SELECT FROM project_project_timebank_grant_rel p
                                    WHERE p.timebank_grant_id = g.id))
             ORDER BY named.timebank_grant_id IS NULL, g.date_end, g.id
             LIMIT 1)""",
        scheme=scheme,
        project=project,
        date=date,
    )


def settle(cr, grant_ids, condition):
    """Give time its grant, in a constant number of statements.

    :param list grant_ids: to which of these grants time comes
    :param condition: SQL of which rows are looked at, of the table ``t``
    """
    for table, without_session in TABLES:
        cr.execute(
            SQL(
                """WITH looked AS (
                       SELECT t.id, t.scheme_id, t.project_id, t.date, t.grant_id
                         FROM %(table)s t WHERE %(condition)s AND %(without_session)s),
                   found AS (
                       SELECT d.scheme_id, d.project_id, d.date, %(rule)s AS grant_id
                         FROM (SELECT DISTINCT scheme_id, project_id, date FROM looked) d)
                   UPDATE %(table)s t
                      SET grant_id = found.grant_id, grant_chosen = FALSE
                     FROM looked JOIN found ON found.scheme_id = looked.scheme_id AND found.date = looked.date
                      AND found.project_id IS NOT DISTINCT FROM looked.project_id
                    WHERE t.id = looked.id AND found.grant_id IS DISTINCT FROM looked.grant_id
                      AND (looked.grant_id IS NOT NULL OR found.grant_id = ANY(%(grant_ids)s))""",
                table=SQL.identifier(table),
                condition=condition,
                without_session=without_session,
                rule=grant_of_time(SQL("d.scheme_id"), SQL("d.project_id"), SQL("d.date")),
                grant_ids=grant_ids,
            )
        )
    cr.execute(
        SQL(
            """UPDATE timebank_hours h SET grant_id = s.grant_id FROM timebank_session s
                WHERE s.id = h.session_id AND h.grant_id IS DISTINCT FROM s.grant_id
                  AND (s.grant_id = ANY(%(ids)s) OR h.grant_id = ANY(%(ids)s))""",
            ids=grant_ids,
        )
    )


class TimebankGrantTimed(models.AbstractModel):
    """A grant and the time that counts for its report."""

    _name = "timebank.grant.timed"
    _description = "Time That Counts for a Grant"

    @api.model_create_multi
    def create(self, vals_list):
        grants = super().create(vals_list)
        grants.filtered(lambda grant: grant.state != "draft")._settle_time()
        return grants

    def write(self, vals):
        result = super().write(vals)
        if DECIDES.intersection(vals):
            self.filtered(lambda grant: grant.state != "draft")._settle_time()
        return result

    def _settle_time(self):
        """Take in the time without a grant that falls to these; let go of what isn't theirs any more.

        What a coordinator has chosen stays, as long as the grant serves that bank on that day, and so does
        none; what the rule took in, as long as the grant serves its project as well.
        """
        if not self:
            return
        models_of_time = [self.env["timebank.session"], self.env["timebank.hours"]]
        for model in [self, *models_of_time]:
            model.flush_model()
        settle(
            self.env.cr,
            self.ids,
            SQL(
                """(t.grant_id IS NULL AND t.grant_chosen IS NOT TRUE AND EXISTS (
                        SELECT FROM timebank_grant g
                          JOIN timebank_grant_timebank_scheme_rel b ON b.timebank_grant_id = g.id
                         WHERE g.id = ANY(%(ids)s) AND b.timebank_scheme_id = t.scheme_id
                           AND t.date BETWEEN g.date_start AND g.date_end)
                    OR t.grant_id = ANY(%(ids)s) AND NOT EXISTS (
                        SELECT FROM timebank_grant g
                          JOIN timebank_grant_timebank_scheme_rel b ON b.timebank_grant_id = g.id
                          LEFT JOIN project_project_timebank_grant_rel named
                            ON named.timebank_grant_id = g.id AND named.project_project_id = t.project_id
                         WHERE g.id = t.grant_id AND b.timebank_scheme_id = t.scheme_id
                           AND t.date BETWEEN g.date_start AND g.date_end
                           AND (t.grant_chosen OR named.timebank_grant_id IS NOT NULL
                                OR NOT EXISTS (SELECT FROM project_project_timebank_grant_rel p
                                                WHERE p.timebank_grant_id = g.id))))""",
                ids=self.ids,
            ),
        )
        for model in models_of_time:
            model.invalidate_model(["grant_id", "grant_chosen"], flush=False)

    @api.model
    def _find_for_time(self, keys):
        """The grants of time, in one query.

        :param keys: (bank id, project id or nothing, day) each
        :return: dict of key → a grant, or none
        """
        keys = list({key for key in keys if key[0] and key[2]})
        if not keys:
            return {}
        self.flush_model(["state", "date_start", "date_end"])
        schemes, projects, dates = zip(*keys, strict=True)
        rows = self.env.execute_query(
            SQL(
                """SELECT %s FROM unnest(%s::int[], %s::int[], %s::date[]) WITH ORDINALITY
                          AS d (scheme_id, project_id, date, place)
                    ORDER BY d.place""",
                grant_of_time(SQL("d.scheme_id"), SQL("d.project_id"), SQL("d.date")),
                list(schemes),
                [project or None for project in projects],
                list(dates),
            )
        )
        return {key: self.browse(grant_id) for key, (grant_id,) in zip(keys, rows, strict=True)}

    def _why_not_for(self, record):
        """Why time can't count for this grant: a sentence, or an empty string.

        :param record: an entry or a session, with its bank and day
        """
        self.ensure_one()
        if self.state == "draft":
            return self.env._("“%s” is a draft: time counts for a grant once it is open.", self.name)
        if record.scheme_id not in self.scheme_ids:
            return self.env._("“%(grant)s” is not for %(bank)s.", grant=self.name, bank=record.scheme_id.name)
        if not self.date_start <= record.date <= self.date_end:
            return self.env._(
                "“%(grant)s” runs from %(start)s to %(end)s: what happened on %(day)s can't count for it.",
                grant=self.name,
                start=say_day(self.env, self.date_start),
                end=say_day(self.env, self.date_end),
                day=say_day(self.env, record.date),
            )
        return ""


class TimebankGrantCounted(models.AbstractModel):
    """Time that counts for a grant's report: the one that the rule finds, or another that somebody chose.

    A model that inherits this has ``scheme_id``, ``project_id`` and ``date``. Who sees grants may choose
    another that serves the bank on that day.
    """

    _name = "timebank.grant.counted"
    _description = "Counts for a Grant"

    grant_id = fields.Many2one(
        "timebank.grant",
        compute="_compute_grant_id",
        store=True,
        readonly=False,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        domain="[('scheme_ids', 'in', scheme_id), ('state', '!=', 'draft'),"
        " ('date_start', '<=', date), ('date_end', '>=', date)]",
        groups=SEES_GRANTS,
    )
    grant_chosen = fields.Boolean(
        "Grant chosen by somebody",
        compute="_compute_grant_id",
        store=True,
        readonly=True,
        copy=False,
        groups=SEES_GRANTS,
        help="Somebody put another grant, or none, in the place of the one that the rule finds: it stays.",
    )

    @api.depends("scheme_id", "project_id", "date")
    def _compute_grant_id(self):
        """Found anew until it is decided; then it keeps what it has."""
        # sudo: whoever records time; which grant it counts for only those are told who see grants
        records = self.sudo()
        keys = {
            record: record._get_grant_key() for record in records._follows_rule() if not record._keeps_grant()
        }
        found = self.env["timebank.grant"]._find_for_time(keys.values())
        for record in records:
            if record in keys:
                record.grant_id, record.grant_chosen = found.get(keys[record]), False
            else:
                record.grant_id, record.grant_chosen = record.grant_id, record.grant_chosen

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        named = [record.id for record, vals in zip(records, vals_list, strict=True) if vals.get("grant_id")]
        self.browse(named)._note_choice()
        return records

    def write(self, vals):
        result = super().write(vals)
        if "grant_id" in vals:
            self._note_choice()
        return result

    def _get_grant_key(self):
        """By what the rule finds the grant: bank, project or nothing, day."""
        self.ensure_one()
        return self.scheme_id._origin.id, self.project_id._origin.id, self.date

    def _is_decided(self):
        """Whether it is over, and what counts for whom stands."""
        raise NotImplementedError

    def _keeps_grant(self):
        return bool(self._origin and self._is_decided() and (self.grant_id or self.grant_chosen))

    def _follows_rule(self):
        """Those whose grant is the rule's or somebody's choice, and not that of what they belong to."""
        return self

    def _note_choice(self):
        """Remember of which of these somebody has put another in the place of the rule's grant."""
        # sudo: whoever may write the grant; whether it is the rule's is kept with it
        records = self.sudo()._follows_rule()
        found = (
            self.env["timebank.grant"].sudo()._find_for_time(record._get_grant_key() for record in records)
        )
        for chosen, some in records.grouped(
            lambda record: record.grant_id != found.get(record._get_grant_key(), record.grant_id.browse())
        ).items():
            changed = some.filtered(lambda record, chosen=chosen: record.grant_chosen != chosen)
            changed._in_verb().write({"grant_chosen": chosen})
