"""People who become one and are two again, on a bank with hours, sessions, offers and rewards."""

import json
from functools import cached_property

from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.timebank_coproduction.models.common.personal import models_of_ours

from .common import TODAY
from .exchange_common import ExchangeCase
from .rewards_common import RewardCase
from .session_common import SessionCase

#: What tells when something was done, and by whom: another thing each time.
STAMPS = ("create_date", "write_date", "create_uid", "write_uid")
#: Tables that only grow, or that say what was done.
HISTORY = frozenset(
    {
        "timebank_account_tail",
        "timebank_double",
        "timebank_merge",
        "timebank_seal",
        "timebank_seal_line",
        "timebank_transfer",
    }
)
PEOPLE = ("res.partner", "timebank.member", "timebank.account")


class MergingSteps:
    """What a coordinator does with two contacts of one person, and what has to hold then."""

    def _merge(self, kept, *gone, user=None):
        people = kept.union(*gone)
        dialog = (
            self.env["base.partner.merge.automatic.wizard"]
            .with_user(user or self.coordinator)
            .create(
                {"partner_ids": [Command.set(people.ids)], "dst_partner_id": kept.id, "state": "selection"}
            )
        )
        self.told = str(dialog.timebank_matters)
        self.done = dialog.action_merge()
        self._check_books()
        return self.env["timebank.merge"].search([], limit=1)

    def _undo(self, merge, user=None):
        merge.with_user(user or self.coordinator).action_undo()
        self._check_books()

    def _check_books(self):
        self.env.flush_all()
        self.env.invalidate_all()
        for scheme in self.env["timebank.scheme"].search([("id", "in", self._get_own_schemes().ids)]):
            self.assertEqual(scheme.check_ledger(), [])
        self._check_nothing_lost()

    def _get_own_schemes(self):
        return self.scheme

    def _check_nothing_lost(self):
        """Nothing stored names a person, member or account that is gone; what the database ties can't."""
        for table, column, named in self._untied:
            gone = self.env.execute_query(
                SQL(
                    "SELECT t.id FROM %s t WHERE t.%s IS NOT NULL"
                    " AND NOT EXISTS (SELECT FROM %s o WHERE o.id = t.%s)",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    SQL.identifier(named),
                    SQL.identifier(column),
                )
            )
            self.assertFalse(gone, f"{table}.{column}")
        for table, name, column in (
            ("ir_attachment", "res_model", "res_id"),
            ("mail_activity", "res_model", "res_id"),
            ("mail_followers", "res_model", "res_id"),
            ("mail_message", "model", "res_id"),
        ):
            for model in PEOPLE:
                gone = self.env.execute_query(
                    SQL(
                        "SELECT t.id FROM %s t WHERE t.%s = %s AND t.%s > 0"
                        " AND NOT EXISTS (SELECT FROM %s o WHERE o.id = t.%s)",
                        SQL.identifier(table),
                        SQL.identifier(name),
                        model,
                        SQL.identifier(column),
                        SQL.identifier(self.env[model]._table),
                        SQL.identifier(column),
                    )
                )
                self.assertFalse(gone, f"{table} of {model}")

    @cached_property
    def _untied(self):
        """(table, column, table that it names) of stored links to people without a foreign key."""
        return list(self._get_untied())

    def _get_untied(self):
        tied = set(
            self.env.execute_query(
                SQL(
                    """SELECT c.conrelid::regclass::text, a.attname
                         FROM pg_constraint c
                         JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
                        WHERE c.contype = 'f'"""
                )
            )
        )
        for name in self.env.registry:
            model = self.env[name]
            if model._abstract or not model._auto:
                continue
            for field in model._fields.values():
                if (
                    field.type == "many2one"
                    and field.store
                    and field.column_type
                    and not field.company_dependent
                    and field.comodel_name in PEOPLE
                    and (model._table, field.name) not in tied
                ):
                    yield model._table, field.name, self.env[field.comodel_name]._table

    def _picture(self):
        """All that the addon and contacts hold, but for when it was written: dict of table → rows."""
        self.env.flush_all()
        tables = {"res_partner", "mail_followers", "mail_activity"}
        for model in [*models_of_ours(self.env), self.env["res.partner"]]:
            if model._table in HISTORY:
                continue
            tables.add(model._table)
            tables |= {
                field.relation
                for field in model._fields.values()
                if field.type == "many2many" and field.store and field.relation
            }
        picture = {}
        for table in sorted(tables):
            rows = self.env.execute_query(
                SQL("SELECT to_jsonb(t) - %s::text[] FROM %s t", list(STAMPS), SQL.identifier(table))
            )
            picture[table] = [row for (row,) in rows]
        return picture

    @staticmethod
    def _get_values(row):
        return {(name, json.dumps(value, sort_keys=True)) for name, value in (row or {}).items()}

    def _check_same(self, before):
        """All is again as it was."""
        after, other = self._picture(), []
        for table, rows in before.items():
            was, now = (
                {row.get("id", json.dumps(row, sort_keys=True)): row for row in found}
                for found in (rows, after[table])
            )
            for key in was.keys() | now.keys():
                old, new = (self._get_values(one.get(key)) for one in (was, now))
                if old != new:
                    other.append((table, key, sorted(old - new), sorted(new - old)))
        self.assertEqual(other, [])


class MergingCase(MergingSteps, RewardCase, SessionCase, ExchangeCase):
    """Eva is known twice: as Eva Grey and as Eva Gray; the coordinator may merge contacts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.coordinator, cls.manager):
            user.group_ids |= cls.env.ref("base.group_partner_manager")
        cls.eva, cls.eva2 = cls._make_member("Eva Grey"), cls._make_member("Eva Gray")

    def _fill_up(self, member, number):
        """All that somebody can have in a bank, in every state, none of it the same as another's.

        :param int number: tells this one from the others
        """
        person = member.partner_id
        day = TODAY.replace(day=number + 2)
        for state in ("draft", "submitted", "approved"):
            self._make_hours(member, 120, state, date=day, description=f"{state} {number}")
            day = day.replace(day=day.day + 4)
        self._make_hours(self.ben, 15, "approved", date=TODAY.replace(day=number + 1), receiver_id=person.id)
        for state in ("draft", "requested", "approved", "fulfilled"):
            self._make_claim(member, self.coffee, state)
        session = self._make_session(start=f"2026-03-2{number} 10:00:00", stop=f"2026-03-2{number} 12:00:00")
        self._make_line(member, session, present=False)
        offer, request = self._make_offer(member, self.skills[number]), self._make_request(member)
        self._introduce(offer, self._make_request(self.ann, self.skills[number]))
        self._introduce(self._make_offer(self.ben, radius_km=number), request)
        self.env["timebank.check"].create(
            {"partner_id": person.id, "type_id": self.check_type.id, "reference": f"No {number}"}
        )
        self.pot.holder_ids |= person
        self.scheme.message_subscribe(person.ids)
        member.with_user(self.coordinator).note = f"<p>Note {number}</p>"
        member.activity_schedule("mail.mail_activity_data_todo", user_id=self.coordinator.id)
        member.message_post(body=f"Rang {number}")
        self.env["ir.attachment"].create(
            {"name": f"{number}.txt", "raw": b"x", "res_model": "timebank.member", "res_id": member.id}
        )
        member.with_user(self.coordinator).action_new_card()

    @classmethod
    def _prepare_filling(cls):
        cls.coffee = cls._make_reward("Coffee", minutes=5, approval="manual")
        cls.skills = cls.env["timebank.skill"].create([{"name": f"Skill {number}"} for number in range(4)])
        cls.check_type = cls.env["timebank.check.type"].create({"name": "References"})
        cls.pot = cls.env["timebank.account"].create(
            {
                "name": "Café pot",
                "scheme_id": cls.scheme.id,
                "kind": "pot",
                "holder_ids": cls.ben.partner_id.ids,
            }
        )
