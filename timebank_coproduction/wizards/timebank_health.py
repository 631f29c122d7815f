import os
import shutil
from datetime import timedelta

from odoo import api, fields, models, release
from odoo.tools import SQL, config, human_size

from ..models.common.verb import verb
from ..models.common.windows import open_list
from ..models.common.words import say_moment
from ..models.ledger.timebank_scheme_proof import ALARM

#: A mail that waits for longer isn't only about to be sent.
WAITS = timedelta(hours=1)
#: Who has just written may wait so long for a page from the replica before it is worth a look.
MOST_LAG = timedelta(minutes=1)
#: A disk with less left than this part is nearly full.
LEAST_FREE = 0.1


class TimebankHealth(models.TransientModel):
    """Whether all is well, as managers see it: a line for each thing that somebody should watch.

    A monitor asks :meth:`_is_well`, which needs no more than what the books and the jobs say.
    """

    _name = "timebank.health"
    _description = "Health of the Time Bank"
    _order = "is_well, id"

    name = fields.Char("What", readonly=True)
    says = fields.Char("How it is", readonly=True)
    is_well = fields.Boolean("Well", readonly=True)

    @api.model
    def _is_well(self):
        """Whether every job runs in time and no alarm of a ledger is open."""
        # sudo: nothing but yes or no is told
        system = self.sudo()
        return not system._find_wrong_jobs() and not system._find_alarms()

    @api.model
    @verb()
    def action_open(self):
        """How it is at this moment.

        :return: an action that opens the list
        """
        self.env["timebank.job"].check_access("read")
        # sudo: how the server is, which managers alone get to see; nobody's data is told
        lines = self.sudo()
        vals_list = [
            *lines._say_ledgers(self.env["timebank.scheme"].search([])),
            lines._say_jobs(),
            *lines._say_mails(),
            lines._say_replica(),
            lines._say_disk(),
            lines._say_versions(),
        ]
        made = self.create(vals_list)
        return open_list(self.env, "timebank_health_action", [("id", "in", made.ids)])

    def _find_wrong_jobs(self):
        return self.env["timebank.job"].search([]).filtered(lambda one: one.state in ("late", "failed"))

    def _find_alarms(self):
        return self.env["mail.activity"].search([("activity_type_id", "=", self.env.ref(ALARM).id)])

    def _line(self, name, says, is_well=True):
        return {"name": name, "says": says, "is_well": is_well}

    def _say_when(self, moment):
        if not moment:
            return self.env._("never")
        return say_moment(self.env, moment, self.env.user.tz)

    def _say_ledgers(self, schemes):
        """A line for each bank that the user reads."""
        kept = self.env["timebank.job"].search(
            [("cron_id", "=", self.env.ref("timebank_coproduction.cron_seal_and_check").id)]
        )
        alarmed = set(self._find_alarms().mapped("res_id"))
        lines = []
        for scheme in schemes.sudo():  # sudo: when it was sealed; the user reads these banks
            says = self.env._(
                "Checked %(checked)s, last sealed %(sealed)s.",
                checked=self._say_when(kept.succeeded_on),
                sealed=self._say_when(scheme.last_seal_id.create_date),
            )
            if scheme.id in alarmed:
                says = self.env._("The check has found something: see the to-do. %s", says)
            lines.append(self._line(self.env._("Ledger of %s", scheme.name), says, scheme.id not in alarmed))
        return lines

    def _say_jobs(self):
        wrong = self._find_wrong_jobs()
        if wrong:
            says = self.env._("Late or failed: %s", ", ".join(wrong.mapped("name")))
        else:
            says = self.env._("All ran when they should.")
        return self._line(self.env._("Jobs"), says, not wrong)

    def _say_mails(self):
        mails, told = self.env["mail.mail"], self.env["mail.notification"]
        since = fields.Datetime.now() - WAITS
        waiting = mails.search_count([("state", "=", "outgoing"), ("create_date", "<", since)])
        failed = mails.search_count([("state", "=", "exception")])
        back = told.search_count([("notification_status", "=", "bounce")])
        return [
            self._line(
                self.env._("Mails that wait"),
                self.env._("%s for more than an hour.", waiting),
                not waiting,
            ),
            self._line(
                self.env._("Mails that did not go out"),
                self.env._("%(failed)s failed, %(back)s came back.", failed=failed, back=back),
                not failed,
            ),
        ]

    def _say_replica(self):
        name = self.env._("Replica")
        if not config["db_replica_host"]:
            return self._line(name, self.env._("None is configured: one server does everything."))
        [(written,)] = self.env.execute_query(SQL("SELECT pg_current_wal_flush_lsn()"))
        with self.env.registry.cursor(readonly=True) as cr:
            cr.execute(
                """SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() >= %s,
                          now() - pg_last_xact_replay_timestamp()""",
                [written],
            )
            [(is_replica, has_all, lag)] = cr.fetchall()
        if not is_replica:
            return self._line(name, self.env._("It is not in use: the main server answers."), False)
        if has_all:
            return self._line(name, self.env._("It has all that the main server has."))
        lag = lag or timedelta()
        return self._line(
            name, self.env._("Up to %s seconds behind.", round(lag.total_seconds())), lag <= MOST_LAG
        )

    def _say_disk(self):
        folder = config.filestore(self.env.cr.dbname)
        usage = shutil.disk_usage(folder if os.path.isdir(folder) else config["data_dir"])
        [(size,)] = self.env.execute_query(SQL("SELECT COALESCE(SUM(file_size), 0) FROM ir_attachment"))
        says = self.env._(
            "%(size)s of files; %(free)s of %(total)s are free.",
            size=human_size(size),
            free=human_size(usage.free),
            total=human_size(usage.total),
        )
        return self._line(self.env._("Disk of attachments"), says, usage.free >= LEAST_FREE * usage.total)

    def _say_versions(self):
        module = self.env["ir.module.module"].search([("name", "=", "timebank_coproduction")])
        says = self.env._(
            "Time bank %(addon)s, Odoo %(odoo)s, PostgreSQL %(postgres)s.",
            addon=module.latest_version,
            odoo=release.version,
            postgres=".".join(map(str, divmod(self.env.cr.connection.server_version, 10000))),
        )
        return self._line(self.env._("Versions"), says)
