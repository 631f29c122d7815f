from datetime import timedelta

from odoo import models

from ...tools import bulk
from ...tools.minutes import DAY, to_hours


class TimebankAttendance(models.Model):
    """Helpers' and professionals' lines as hours, and the hours they logged themselves."""

    _inherit = "timebank.attendance"

    def _settle_hours(self, members):
        """Hand these lines in as hours; approve those that the bank's policy lets through.

        :param dict members: (bank id, partner id) → member
        :return: two dicts by line id: the columns that name the entry, and why there is none
        """
        if not self:
            return {}, {}
        own = self._recognise_hours()
        # sudo: the register is the record; whoever may write it makes hours of it
        model = self.env["timebank.hours"].sudo()
        lines = self.filtered(lambda one: one.id not in own).sorted("session_id")
        made = model._insert_drafts(lines._prepare_hours(members))
        entries = {**own, **dict(zip(lines.ids, made, strict=True))}
        every = model.union(*entries.values())
        undecided = every.filtered(lambda entry: entry.state in ("draft", "submitted"))
        for line_id, entry in own.items():
            if entry in undecided:
                entry._through_door().write({"minutes": self.browse(line_id).minutes})
        undecided.flush_recordset()
        refused = undecided._get_refusals_to_record()
        accepted = undecided.filtered(lambda entry: entry.id not in refused)
        accepted._through_door().write({"state": "submitted"})
        accepted._decide_from_register(self.env.user)
        (made - accepted).unlink()
        approved_before = set((every - undecided).ids)
        return (
            {
                line_id: {"hours_id": entry.id, "hours_recognised": entry.id in approved_before}
                for line_id, entry in entries.items()
                if entry.id not in refused
            },
            {line_id: refused[entry.id] for line_id, entry in entries.items() if entry.id in refused},
        )

    def _prepare_hours(self, members):
        """Values of the entries that these lines become."""
        vals_list = []
        for session, lines in self.grouped("session_id").items():
            start, begins, scheme_id = session.start, session._start_minute(), session.scheme_id.id
            common = session._prepare_hours()
            for one in lines:
                late = max(one.check_in - start, timedelta()) if one.check_in else timedelta()
                partner_id, role = one.partner_id.id, one.role
                if role != "professional":
                    role = members[scheme_id, partner_id].role
                vals_list.append(
                    {
                        **common,
                        "partner_id": partner_id,
                        "role": role,
                        "start_minute": (begins + int(late.total_seconds() // 60)) % DAY,
                        "minutes": one.minutes,
                    }
                )
        return vals_list

    def _recognise_hours(self):
        """Entries that people made themselves for these sessions: dict of line id → entry. One query."""
        # sudo: the entries of those on a register that the user may write
        entries = (
            self.env["timebank.hours"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.partner_id.ids),
                    ("scheme_id", "in", self.scheme_id.ids),
                    ("date", "in", list(set(self.session_id.mapped("date")))),
                    ("state", "in", ("draft", "submitted", "approved")),
                    ("receiver_id", "=", False),
                    "|",
                    ("session_id", "=", False),
                    ("session_id", "in", self.session_id.ids),
                ],
                order="state, id",
            )
        )
        if not entries:
            return {}
        by_person = entries.grouped(lambda entry: (entry.scheme_id.id, entry.partner_id.id, entry.date))
        found, used = {}, set()
        for one in self:
            session = one.session_id
            for entry in by_person.get((session.scheme_id.id, one.partner_id.id, session.date), ()):
                if entry.id not in used and entry._is_for_session(session, one.minutes):
                    found[one.id] = entry
                    used.add(entry.id)
                    break
        for line_id, entry in found.items():
            session = self.browse(line_id).session_id
            entry._through_door().write({"session_id": session.id, "activity_id": session.activity_id.id})
        return found

    def _unsettle_hours(self, reason):
        """Reverse the hours that logging approved, take back those that still wait for approval."""
        # sudo: re-opening was allowed by the verb; the hours follow their register
        lines = self.sudo().filtered(lambda one: one.hours_id and not one.hours_recognised)
        approved = lines.hours_id.filtered(lambda entry: entry.state == "approved")
        refused = approved._post_reversals(reason)
        undone = approved.filtered(lambda entry: entry.id not in refused)
        undone._through_door().write({"state": "reversed", "refusal_reason": reason})
        waiting = lines.hours_id.filtered(lambda entry: entry.state == "submitted")
        lines.filtered(lambda one: one.hours_id in waiting)._through_door().write({"hours_id": False})
        made = waiting.filtered(lambda entry: entry.source == "session")
        waiting._through_door().write({"state": "draft"})
        waiting._close_todos()
        made.unlink()
        return {one.id: refused[one.hours_id.id] for one in lines if one.hours_id.id in refused}


class TimebankSession(models.Model):
    _inherit = "timebank.session"

    def _prepare_hours(self):
        """What the entries of everybody in this session have in common."""
        activity = self.activity_id
        return {
            "scheme_id": self.scheme_id.id,
            "date": self.date,
            "category_id": activity.category_id.id,
            "description": self.name,
            "project_id": self.project_id.id,
            "task_id": activity.task_id.id,
            "activity_id": activity.id,
            "session_id": self.id,
            "source": "session",
        }


class TimebankHours(models.Model):
    _inherit = "timebank.hours"

    def _insert_drafts(self, vals_list):
        """Make drafts of checked values in one statement, whatever their number.

        For registers alone: a session of hundreds is closed in one act. The caller asks
        for the refusals, and the values are those of records that have been checked.

        :param vals_list: dicts of columns, the same for each; ``False`` where empty
        :return: the drafts, in the order given
        """
        if not vals_list:
            return self.browse()
        schemes = self.env["timebank.scheme"].browse({vals["scheme_id"] for vals in vals_list})
        common = {
            "state": "draft",
            "earns_credit": False,
            "create_uid": self.env.uid,
            "write_uid": self.env.uid,
        }
        common |= {"create_date": self.env.cr.now(), "write_date": self.env.cr.now()}
        companies = {scheme.id: scheme.company_id.id for scheme in schemes}
        rows = [
            {
                **common,
                **{name: None if value is False else value for name, value in vals.items()},
                "company_id": companies[vals["scheme_id"]],
                "hours": to_hours(vals["minutes"]),
            }
            for vals in vals_list
        ]
        statement, columns = bulk.insert(self._table, self._fields, rows)
        entries = self.browse(entry_id for (entry_id,) in self.env.execute_query(statement))
        given = [self._fields[name] for name in columns]
        for field in self._fields.values():
            if field.store and field.compute and field not in given:
                self.env.add_to_compute(field, entries)
        for field in given:
            for inverse in self.pool.field_inverses[field]:
                named = {row[field.name] for row in rows} - {None}
                self.env[field.comodel_name].browse(named).invalidate_recordset([inverse.name], flush=False)
        with self.env.protecting(given, entries):
            entries.modified(columns, create=True)
        entries._validate_fields(columns)
        return entries

    def _is_for_session(self, session, minutes):
        """Whether this entry, made by hand, is time given in ``session``.

        It is if it says so; or if it is of the same activity; or if it says when it began
        and overlaps; or, without a beginning, if it is as long and of the same project.
        """
        self.ensure_one()
        if self.session_id:
            return self.session_id == session
        if self.activity_id:
            return self.activity_id == session.activity_id
        if self.start_minute >= 0:
            start = session._start_minute()
            return self.start_minute < start + session.minutes and start < self.start_minute + self.minutes
        return self.minutes == minutes and self.project_id == session.project_id

    def _decide_from_register(self, user):
        """Approve what the bank's policy lets through; ask a coordinator for the rest.

        :param user: who closes the register; never approves time of their own
        """
        by_user = self.filtered(
            lambda entry: entry.scheme_id.approve_at_closing and entry.partner_id != user.partner_id
        )
        by_policy = (self - by_user).filtered(lambda entry: not entry.scheme_id._needs_approval(entry))
        unpaid = {}
        if by_user:
            unpaid |= by_user._approve(user)
        if by_policy:
            unpaid |= by_policy._approve(self.env["res.users"])
        done = (by_user | by_policy).filtered(lambda entry: entry.id not in unpaid)
        done._close_todos()
        (self - done)._ask_for_decision()
