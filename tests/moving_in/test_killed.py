"""A move on real connections, which break off in the middle of a step."""

import random
from contextlib import suppress
from unittest.mock import patch

import psycopg2

from odoo import api
from odoo.fields import Command
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.timebank_coproduction.models.moving_in import timebank_migration_carrying as carrying

from ..concurrency_common import ConcurrencyCase

#: What a move writes, each table before those it refers to.
MOVED = (
    "timebank_migration_row",
    "timebank_migration_name",
    "timebank_migration_question",
    "timebank_offer",
    "timebank_transfer",
    "timebank_hours",
    "timebank_migration_person",
    "timebank_migration",
)
MEMBERS = "Member id,Name,Email,Phone,Role,State,Joined on,Balance in minutes\n" + "".join(
    f"{number},Newcomer {number},,,volunteer,active,2026-01-01,{number}\n" for number in range(12)
)
TRANSFERS = "Transfer,Day,From member id,From,To member id,To,Minutes,Kind,What for,Takes back\n" + "".join(
    f"T{number},2026-02-{1 + number % 20:02d} 09:{number:02d},{number % 12},,{(number * 5 + 1) % 12},,"
    f"{10 + number},{'gift' if number % 7 == 3 else 'exchange'},Help,\n"
    for number in range(40)
)
OFFERS = "Offer id,Member id,Name,Skill,In their words,State,Until\n" + "".join(
    f"{number},{number},Newcomer {number},Cooking,Soup,published,2026-12-01\n" for number in range(9)
)


@tagged("post_install", "-at_install")
class TestMoveKilled(ConcurrencyCase):
    written = MOVED

    @classmethod
    def _clean_up(cls):
        with cls._connection() as env:
            cls._clean_beside(env, "timebank.migration", "timebank.offer")
            with cls._without_triggers(env, MOVED):
                cls._delete_written(env, MOVED)
        super()._clean_up()

    def _make_move(self):
        with self._connection() as env:
            env = env(user=self.coordinator_ids[0])
            files = env["ir.attachment"].create(
                [
                    {"name": name, "raw": content.encode()}
                    for name, content in (
                        ("members.csv", MEMBERS),
                        ("transfers.csv", TRANSFERS),
                        ("offers.csv", OFFERS),
                    )
                ]
            )
            move = env["timebank.migration"].create(
                {"scheme_id": self.scheme_id, "file_ids": [Command.set(files.ids)]}
            )
            move.action_rehearse()
            move.action_accept_proposals()
            move.action_carry_out()
            return move.id

    def _go_on(self, move_id, statements):
        """Do the next step of the move, on a connection that is cut after some ``statements``.

        :return: how much was done, or ``None`` where the connection was cut before the end
        """
        execute, count = Cursor.execute, 0

        def cutting(cr, *args, **kwargs):
            nonlocal count
            if cr is mine:
                count += 1
                if count == statements:
                    with self._connection() as other:
                        other.cr.execute("SELECT pg_terminate_backend(%s)", [mine._cnx.get_backend_pid()])
            return execute(cr, *args, **kwargs)

        done = None
        with suppress(psycopg2.Error), mute_logger("odoo.sql_db"), self.registry.cursor() as mine:
            move = api.Environment(mine, self.coordinator_ids[0], {})["timebank.migration"].browse(move_id)
            with patch.object(Cursor, "execute", cutting):
                found = move._carry_on()
                mine.commit()
            done = found
        return done

    def _check_half(self, env, move):
        """What is marked as done is there, once, and nothing else is."""
        carried = move.row_ids.filtered(lambda row: row.what == "movement" and row.is_carried)
        history = env["timebank.transfer"].search([("migration_id", "=", move.id), ("kind", "!=", "opening")])
        self.assertEqual(
            sorted(carried.mapped("minutes")),
            sorted(history.mapped("minutes")),
        )
        self.assertEqual(carried.hours_id, history.hours_id)
        self.assertEqual(env["timebank.hours"].search([("scheme_id", "=", self.scheme_id)]), carried.hours_id)
        members = env["timebank.member"].search([("scheme_id", "=", self.scheme_id)])
        self.assertEqual(
            members.filtered(lambda one: one.id not in self.member_ids), move.person_ids.member_id
        )
        self._check_books(env)

    def test_cut_off_it_goes_on(self):
        move_id, chance, cut, kept = self._make_move(), random.Random(18), 0, set()
        with patch.object(carrying, "BATCH", 9), patch.object(carrying, "PEOPLE_AT_ONCE", 5):
            for _attempt in range(200):
                done = self._go_on(move_id, chance.randrange(3, 60))
                cut += done is None
                if done is None:
                    with self._connection() as env:
                        move = env["timebank.migration"].browse(move_id)
                        self._check_half(env, move)
                        kept.add(move.left_count)
                if done == 0:
                    break
        self.assertGreater(cut, 5)
        self.assertGreater(len(kept), 3, "between the steps in which it was cut, it went on")
        with self._connection() as env:
            move = env["timebank.migration"].browse(move_id)
            self.assertEqual((move.state, move.left_count, move.done_percentage), ("done", 0, 100))
            self.assertEqual((move.problem_count, move.disagree_count), (0, 0))
            self._check_half(env, move)
            self.assertEqual(
                {one.name: one.member_id.balance_minutes for one in move.person_ids},
                {f"Newcomer {number}": number for number in range(12)},
            )
            self.assertEqual(len(move.row_ids.offer_id), 9)
