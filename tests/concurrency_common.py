"""Several people at the same moment: real connections, real commits.

What a test writes is taken away again at its end, so that no other test sees it.
"""

import random
import threading
from contextlib import contextmanager
from unittest.mock import patch

from freezegun import freeze_time

from odoo import api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service import model as service_model
from odoo.tests import BaseCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from .common import TODAY

CONNECTIONS = 8
GROUP = "timebank_coproduction.group_timebank_"
#: Tables of the bank in which a test leaves rows, each before those it refers to.
WRITTEN = (
    "timebank_seal_line",
    "timebank_seal",
    "timebank_transfer",
    "timebank_hours",
    "timebank_member",
    "timebank_account_tail",
    "timebank_account",
    "timebank_scheme",
)


@tagged("post_install", "-at_install")
class ConcurrencyCase(BaseCase):
    """A bank that other connections can see, with one coordinator for each connection."""

    scheme_id = None
    #: Tables in which a test leaves rows besides those of the bank, each before those it refers to.
    written = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        cls.registry = Registry(get_db_name())
        cls.addClassCleanup(cls._clean_up)
        with cls._connection() as env:
            cls.since = {table: cls._largest_id(env, table) for table in (*WRITTEN, *cls.written)}
            cls.others = {model: cls._everybody(env[model]) for model in ("res.users", "res.partner")}
            cls.coordinator_ids = [
                new_test_user(env, f"tb_parallel_{number}", groups=GROUP + "coordinator").id
                for number in range(2)
            ]
            cls.scheme_id = (
                env["timebank.scheme"]
                .create({"name": "Parallel Street", "coordinator_ids": [Command.set(cls.coordinator_ids)]})
                .id
            )

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            partners = env["res.partner"].create(
                [{"name": f"Person {number}"} for number in range(CONNECTIONS)]
            )
            members = env["timebank.member"].create(
                [{"partner_id": partner.id, "scheme_id": self.scheme_id} for partner in partners]
            )
            members.action_activate()
            self.member_ids = members.ids

    @classmethod
    @contextmanager
    def _connection(cls):
        """A superuser's environment of its own, committed at the end of the block."""
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True, "no_reset_password": True})

    @staticmethod
    def _everybody(model):
        return set(model.with_context(active_test=False).search([]).ids)

    @staticmethod
    def _largest_id(env, table):
        env.cr.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
        return env.cr.fetchone()[0]

    @classmethod
    def _clean_up(cls):
        """Remove what was written, from the ledger too: as the owner of its tables can."""
        with cls._connection() as env:
            scheme = env["timebank.scheme"].browse(cls.scheme_id)
            numbering = scheme.sequence_id
            cls._clean_beside(env, "timebank.hours", "timebank.member", "timebank.scheme", "timebank.account")
            with cls._without_triggers(env, WRITTEN):
                env.cr.execute(
                    """UPDATE timebank_scheme SET operating_account_id = NULL, pot_account_id = NULL,
                           last_seal_id = NULL WHERE id = %s""",
                    [cls.scheme_id],
                )
                cls._delete_written(env, WRITTEN)
            numbering.unlink()
            for model, others in cls.others.items():
                env[model].browse(cls._everybody(env[model]) - others).unlink()

    @classmethod
    def _clean_beside(cls, env, *models):
        """Remove the to-dos, followers, notes and files of records that the test has made."""
        for model in models:
            written = [("res_id", ">", cls.since[model.replace(".", "_")])]
            env["mail.message"].search([("model", "=", model), *written]).unlink()
            for beside in ("mail.activity", "mail.followers", "ir.attachment"):
                records = env[beside].with_context(active_test=False)
                records.search([("res_model", "=", model), *written]).unlink()
        env.flush_all()

    @classmethod
    @contextmanager
    def _without_triggers(cls, env, tables):
        """Inside the block these tables let anything be done, as to their owner."""
        for table in tables:
            env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        env.invalidate_all()

    @classmethod
    def _delete_written(cls, env, tables):
        """Remove the rows that the test has written, of each table before those it refers to."""
        for table in tables:
            env.cr.execute(f"DELETE FROM {table} WHERE id > %s", [cls.since[table]])

    # Doing things at once
    def _at_once(self, *jobs):
        """Run each job on a connection of its own, all starting together.

        :param jobs: pairs of user id and a function that takes an environment
        :return: what each returned, or the error that it was refused with
        """
        barrier = threading.Barrier(len(jobs))
        results = [None] * len(jobs)
        self.tries = [0] * len(jobs)

        def work(position, user_id, job):
            threading.current_thread().dbname = self.registry.db_name
            threading.current_thread().testing = True

            def attempt():
                env.cr.execute("SELECT 1")  # the snapshot is taken here
                self.tries[position] += 1
                if self.tries[position] == 1:
                    barrier.wait(60)
                return job(env)

            with self.registry.cursor() as cr:
                env = api.Environment(cr, user_id, {"tracking_disable": True})
                try:
                    results[position] = service_model.retrying(attempt, env)
                except UserError as error:
                    cr.rollback()
                    results[position] = error

        threads = [threading.Thread(target=work, args=(position, *job)) for position, job in enumerate(jobs)]
        # Odoo waits up to 16 seconds before its fifth and last attempt: here, shorter and more often.
        shorter = random.Random(19).uniform
        with (
            patch.object(service_model.random, "uniform", lambda low, high: shorter(low, min(high, 8) / 8)),
            patch.object(service_model, "MAX_TRIES_ON_CONCURRENCY_FAILURE", 20),
            mute_logger("odoo.sql_db", "odoo.service.model"),
        ):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(120)
        self.assertNotIn(None, results, "a connection broke off")
        return results

    def _refused(self, results):
        return [str(result) for result in results if isinstance(result, UserError)]

    def _hours(self, env, member, minutes=60, **vals):
        entry = env["timebank.hours"].create(
            {
                "scheme_id": self.scheme_id,
                "partner_id": member.partner_id.id,
                "date": TODAY,
                "minutes": minutes,
                **vals,
            }
        )
        entry.action_submit()
        return entry

    def _fund(self, env, account, minutes):
        scheme = env["timebank.scheme"].browse(self.scheme_id)
        return self._transfer(env, scheme.operating_account_id, account, minutes)

    def _transfer(self, env, source, target, minutes, kind="adjustment"):
        return env["timebank.transfer"]._post(
            [
                {
                    "from_account_id": source.id,
                    "to_account_id": target.id,
                    "minutes": minutes,
                    "kind": kind,
                }
            ]
        )

    def _check_books(self, env):
        self.assertEqual(env["timebank.scheme"].browse(self.scheme_id).check_ledger(), [])
