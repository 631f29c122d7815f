from calendar import monthrange

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ..common.jobs import job
from . import facts
from .facts import FLOWS, Scope
from .timebank_time_audit import RECENT_MONTHS
from .timebank_time_audit_warning import KINDS

#: How many banks are gone through before the job saves what it has done.
BATCH = 60
#: How far back a bank that has no audits yet gets them: a year to look at, and the same month a year before.
FIRST_MONTHS = 12


class TimebankTimeAudit(models.Model):
    """How audits are made: at night, many banks at once, some at a time.

    An audit is due when its month has none, when its month has ended since, or when what there was to be
    counted in a month has changed (hours approved late, a reversal, a register closed, somebody who joined or
    left before): then that month's is, and each later one of the bank. Of the month that is counted a
    fingerprint is kept, so that nothing depends on clocks or on who was told. Newest months come first and
    the one that changed comes last: a job that is killed finds the same still due.
    """

    _inherit = "timebank.time.audit"

    @job
    def _cron_audit(self):
        """Make what is due, and bring up to date what has changed."""
        due = self._get_due()
        left = sum(len(banks) for _month, _last, banks in due)
        for month, last, banks in due:
            for start in range(0, len(banks), BATCH):
                part = banks[start : start + BATCH].exists()
                self._count(part, month, last)
                left -= len(banks[start : start + BATCH])
                self.env.flush_all()
                if not self.env["ir.cron"]._commit_progress(len(part), remaining=left):
                    return
                self.env.invalidate_all()

    def _count_running(self, schemes):
        """Count the month that runs in these banks, unless the job is at it."""
        if self.env["timebank.job"]._hold("timebank.time.audit._cron_audit"):
            for month, last, banks in self._get_running(schemes):
                self._count(banks, month, last)

    # ------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------

    def _get_running(self, schemes):
        """As :meth:`_get_due`, of the month that runs, in banks where something has moved."""
        first = self._get_first_months(schemes)
        moving = schemes.filtered(lambda scheme: first[scheme.id])
        return [
            (today.replace(day=1), today, banks)
            for today, banks in moving.grouped(lambda scheme: scheme._today()).items()
        ]

    def _get_due(self):
        """The audits to be made or made anew: list of (first day of the month, day at whose end its figures
        are taken, banks), the newest month first."""
        schemes = self.env["timebank.scheme"].search([])
        opened = schemes.filtered(lambda scheme: scheme.state == "open")
        due = {}
        kept = {}
        for scheme_id, month, state, counted in self.env.execute_query(
            SQL("SELECT scheme_id, audited_month, state, counted FROM timebank_time_audit")
        ):
            kept.setdefault(scheme_id, {})[month] = (state, counted)
        oldest = min((month for months in kept.values() for month in months), default=None)
        prints = self._get_prints(Scope(tuple(schemes.ids), oldest)) if oldest else {}
        first = self._get_first_months(schemes)
        for scheme in schemes:
            this_month = scheme._today().replace(day=1)
            own = kept.get(scheme.id, {})
            over = [month for month in own if month < this_month]
            changed = [
                month
                for month in over
                if own[month][0] == "running" or own[month][1] != prints.get((scheme.id, month), "")
            ]
            for month in over:
                if changed and month >= min(changed):
                    due.setdefault(month, []).append(scheme.id)
            if scheme in opened and first.get(scheme.id):
                month = max(first[scheme.id], this_month - relativedelta(months=FIRST_MONTHS))
                while month < this_month:
                    if month not in own:
                        due.setdefault(month, []).append(scheme.id)
                    month += relativedelta(months=1)
        rest = [
            (month, month.replace(day=monthrange(month.year, month.month)[1]), schemes.browse(scheme_ids))
            for month, scheme_ids in due.items()
        ]
        return sorted([*self._get_running(opened), *rest], key=lambda unit: unit[:2], reverse=True)

    def _get_first_months(self, schemes):
        """In which month something moved first: dict of bank id → its first day, or ``None``."""
        rows = self.env.execute_query(
            SQL(
                """SELECT id, (SELECT date_trunc('month', MIN(date)::timestamp)::date
                                 FROM timebank_transfer t WHERE t.scheme_id = s.id)
                     FROM timebank_scheme s WHERE id = ANY(%s)""",
                schemes.ids,
            )
        )
        return dict(rows)

    def _get_prints(self, scope):
        """What there is to be counted in each month: dict of (bank id, first day of the month) → text.

        Transfers are never changed; entries and lines of registers come and go with their state.
        """
        self.env.flush_all()
        scope = scope.of_banks()
        rows = self.env.execute_query(
            SQL(
                """SELECT scheme_id, month, string_agg(fact || count || '/' || sum, ' ' ORDER BY fact)
                     FROM (SELECT scheme_id, date_trunc('month', date::timestamp)::date AS month, fact,
                                  COUNT(*) AS count, SUM(id::bigint) AS sum
                             FROM (SELECT 't' AS fact, scheme_id, date, id FROM timebank_transfer
                                    WHERE scheme_id = ANY(%(schemes)s)
                                   UNION ALL SELECT 'h', scheme_id, date, id FROM %(given)s given
                                   UNION ALL SELECT 'a', scheme_id, date, id FROM %(attended)s attended
                                   UNION ALL SELECT 'j', scheme_id, joined_on, id FROM timebank_member
                                    WHERE scheme_id = ANY(%(schemes)s) AND state != 'applicant'
                                   UNION ALL SELECT 'l', scheme_id, left_on, id FROM timebank_member
                                    WHERE scheme_id = ANY(%(schemes)s) AND left_on IS NOT NULL) fact
                            WHERE date >= COALESCE(%(first)s::date, date)
                              AND date <= COALESCE(%(last)s::date, date)
                            GROUP BY 1, 2, 3) counted
                    GROUP BY scheme_id, month""",
                schemes=list(scope.scheme_ids),
                given=facts.given(scope),
                attended=facts.attended(scope),
                first=scope.date_from or None,
                last=scope.date_to or None,
            )
        )
        return {(scheme_id, month): text for scheme_id, month, text in rows}

    # ------------------------------------------------------------
    # Counting
    # ------------------------------------------------------------

    def _count(self, schemes, month, last):
        """Make the audits of a month, or bring them up to date.

        :param schemes: banks whose month it is
        :param date last: the day at whose end the figures are taken
        """
        kept = {
            audit.scheme_id: audit
            for audit in self.search([("scheme_id", "in", schemes.ids), ("audited_month", "=", month)])
        }
        figures = self._get_figures(schemes, month, last, kept)
        now = fields.Datetime.now()
        made = []
        for scheme in schemes:
            vals = {**figures[scheme.id], "counted_on": now}
            if scheme in kept:
                kept[scheme]._in_verb().write(vals)
            else:
                made.append({"scheme_id": scheme.id, "audited_month": month, **vals})
        quietly = self.with_context(
            mail_create_nosubscribe=True, mail_create_nolog=True, tracking_disable=True
        )
        created = quietly._in_verb().create(made).with_env(self.env)
        audits = self.browse().union(*kept.values(), created)
        running = audits.filtered(lambda audit: audit.state == "running")
        running._keep_missing()
        running.filtered(lambda audit: audit._get_age())._in_verb().write({"state": "quiet"})
        audits._keep_warnings()
        audits._follow_warnings()

    def _get_age(self):
        """How many months lie between the one audited and the one that runs: 1 for the last one over."""
        self.ensure_one()
        today = self.scheme_id._today()
        return (today.year - self.audited_month.year) * 12 + today.month - self.audited_month.month

    def _get_figures(self, schemes, month, last, kept):
        """Values of the audits of a month: dict of bank id → dict."""
        measures = self.env["timebank.time.audit.measures"]
        # compiling these queries takes PostgreSQL longer than they take to run
        self.env.cr.execute("SET LOCAL jit = off")
        ids = tuple(schemes.ids)
        looked_back = {
            scheme.id: kept[scheme].looked_back_months
            if scheme in kept and kept[scheme].state != "running"
            else scheme.dormant_months
            for scheme in schemes
        }
        since = month - relativedelta(months=2 * RECENT_MONTHS)
        flows_of = measures._get_flows_of_banks(Scope(ids, since, last))
        standing = measures._get_standing_of_banks(Scope(ids, None, last))
        back = last - relativedelta(months=max(looked_back.values()))
        counts = measures._get_counts_of_banks(Scope(ids, back, last), looked_back)
        prints = self._get_prints(Scope(ids, month, last))
        first = self._get_first_months(schemes)
        return {
            scheme_id: {
                "counted": prints.get((scheme_id, month), ""),
                **self._get_flow_figures(
                    month, last, flows_of.get(scheme_id, {}), standing[scheme_id], first[scheme_id]
                ),
                **self._get_people_figures(standing[scheme_id], counts[scheme_id]),
                "looked_back_months": looked_back[scheme_id],
            }
            for scheme_id in ids
        }

    def _get_flow_figures(self, month, last, flows, standing, first):
        def sum_of(flow, start, stop):
            """Minutes of the months ``start`` to ``stop`` after the audited one, both within."""
            months = (month + relativedelta(months=distance) for distance in range(start, stop + 1))
            return sum(flows.get(one, {}).get(flow, 0) for one in months)

        own = {flow: sum_of(flow, 0, 0) for flow in (*FLOWS, "adjusted")}
        issued, returned = (sum_of(flow, 1 - RECENT_MONTHS, 0) for flow in ("issued", "returned"))
        # a bank that is younger has its own months alone
        start = max(month - relativedelta(months=RECENT_MONTHS - 1), first or month)
        months = self.env["timebank.time.audit.measures"]._count_months(start, last)
        whole = first and first <= month - relativedelta(months=RECENT_MONTHS)
        before = sum_of("issued", -RECENT_MONTHS, -1) / RECENT_MONTHS if whole else 0
        outstanding = standing["outstanding"]
        return {
            **{f"{flow}_minutes": minutes for flow, minutes in own.items()},
            "opening_minutes": outstanding - own["issued"] - own["adjusted"] + own["returned"],
            "outstanding_minutes": outstanding,
            "recent_issued_minutes": issued,
            "recent_returned_minutes": returned,
            "returned_percent": round(100 * returned / issued) if issued > 0 else 0,
            "cover_months": round(float(outstanding * months / returned), 1) if returned > 0 else 0,
            "before_issued_minutes": round(before),
            "falling_percent": round(100 * (before - own["issued"]) / before) if before > 0 else 0,
        }

    def _get_people_figures(self, standing, counts):
        def percent(part, whole):
            return round(100 * part / whole) if whole else 0

        return {
            "holder_count": standing["holders"],
            "top_count": standing["top"],
            "top_percent": percent(standing["top_held"], standing["held"]),
            "member_count": counts["members"],
            "dormant_count": counts["dormant"],
            "dormant_percent": percent(counts["dormant"], counts["members"]),
            "active_count": counts["active"],
            "receiving_count": counts["receiving"],
            "receiving_percent": percent(counts["receiving"], counts["active"]),
        }

    # ------------------------------------------------------------
    # What follows from the figures
    # ------------------------------------------------------------

    def _keep_missing(self):
        """What is wanted and not offered, of months that run or have just ended: what was wanted at another
        time is kept nowhere else."""
        found = {}
        for scheme, skill, _count in self.env["timebank.skill"]._get_missing_in(self.scheme_id):
            found[scheme.id] = found.get(scheme.id, skill.browse()) | skill
        for audit in self:
            skills = found.get(audit.scheme_id.id, audit.missing_ids.browse())
            if audit._get_age() <= 1 and skills != audit.missing_ids:
                audit._in_verb().write(
                    {"missing_ids": [Command.set(skills.ids)], "missing_count": len(skills)}
                )

    def _keep_warnings(self):
        """Make the warnings follow the figures. One for which a step was noted stays, and says that it
        doesn't stand any more."""
        warnings = self.env["timebank.time.audit.warning"]
        kept = {(warning.audit_id.id, warning.kind): warning for warning in self.warning_ids}
        made, counted = [], {}
        for audit in self:
            for sequence, kind in enumerate(KINDS):
                vals = audit._prepare_warning(kind)
                warning = kept.get((audit.id, kind))
                if vals:
                    counted[audit] = counted.get(audit, 0) + 1
                if vals and not warning:
                    made.append({"audit_id": audit.id, "kind": kind, "sequence": sequence, **vals})
                elif vals and any(warning[name] != value for name, value in vals.items()):
                    warning._in_verb().write(vals)
                elif warning and not vals and warning.step:
                    warning._in_verb().write({"stands": False})
                elif warning and not vals:
                    warnings |= warning
        warnings.unlink()
        warnings._in_verb().create(made)
        for count, audits in self.grouped(lambda audit: counted.get(audit, 0)).items():
            audits._in_verb().write({"warning_count": count})

    def _prepare_warning(self, kind):
        """Values of a warning of that kind, or ``None`` where there is nothing to warn of."""
        name, way = KINDS[kind]
        figure, threshold = self._get_figure(kind), self.scheme_id[name]
        if figure is None or not threshold:
            return None
        beyond = {"from": figure >= threshold, "over": figure > threshold, "below": figure < threshold}[way]
        return {"figure": figure, "threshold": threshold, "stands": True} if beyond else None

    def _follow_warnings(self):
        """Coordinators are asked to look at the warnings of the last month over, until the next one is."""
        over = self.filtered(lambda audit: audit.state in ("quiet", "open", "past"))
        latest = over.filtered(lambda audit: audit._get_age() == 1)
        for state, audits in over.grouped(
            lambda audit: "quiet" if not audit.warning_count else "open" if audit in latest else "past"
        ).items():
            audits.filtered(lambda audit, state=state: audit.state != state)._in_verb().write(
                {"state": state}
            )
        older = self.search(
            [
                ("scheme_id", "in", latest.scheme_id.ids),
                ("state", "=", "open"),
                ("audited_month", "<", min(latest.mapped("audited_month"), default=False)),
            ]
        )
        older._in_verb().write({"state": "past"})
        (over | older)._close_todos()
        for audit in latest.filtered(lambda audit: audit.state == "open" and not audit.todo_id):
            # no mail besides: it is on the first screen, and there is one for each bank
            audit.with_context(mail_activity_quick_update=True)._ask_for_decision()
