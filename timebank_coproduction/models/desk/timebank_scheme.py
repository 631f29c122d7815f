from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.personal import OURS
from ..common.verb import text, verb
from ..common.windows import open_form

#: What a new bank needs, in the order in which it is done; those of MANAGED by who may change banks.
STEPS = ("rules", "coordinators", "categories", "skills", "members", "session")
MANAGED = frozenset({"rules", "coordinators", "categories"})

#: Of so many new banks at most the list is shown, the newest first, of so many that are looked at.
MOST_NEW, LOOKED_AT = 4, 40


class TimebankScheme(models.Model):
    _inherit = "timebank.scheme"
    _personal_fields = {
        "steps_done": OURS,
    }

    is_set_up = fields.Boolean(
        "Set up", readonly=True, copy=False, help="Its list of first steps is done, or was put away."
    )
    steps_done = fields.Json("First steps done", readonly=True, copy=False)
    has_steps_left = fields.Boolean(compute="_compute_has_steps_left")

    @api.readonly
    @verb()
    def get_desk(self):
        """Everything on the broker's desk, in one call.

        On an empty recordset, of the banks that the user coordinates; a manager who
        coordinates none has them all on the desk, and one who does can choose any other.

        Of more banks than fit on a desk, the one with the most open requests is shown.

        :return: dict of ``banks`` (id and name) to choose from, ``bank`` (the id of the one of them
            that is shown, or false for several), ``shown`` (their ids) and ``sections``, each with ``key``,
            ``title``, ``help``, ``count``, ``action`` (an external id, or false) and
            ``rows``: ``title``, ``text``, ``partner_id`` and ``buttons``, each with
            ``label``, ``model``, ``method``, ``args``
        :raises AccessError: for whoever doesn't coordinate these banks
        """
        return self.env["timebank.desk"]._get_desk(self)

    # ------------------------------------------------------------
    # A bank's first hour: what to set up, until it is done.
    # ------------------------------------------------------------

    @verb(single=True, step=text())
    def action_step_done(self, step):
        """Tick one of the bank's first steps; the last one puts the list away.

        :param str step: one of ``rules``, ``coordinators``, ``categories``, ``skills``, ``members``
            and ``session``; nothing for all of them
        :raises UserError: for another step, or for who doesn't decide for the bank
        """
        if self != self._run_by_user():
            raise UserError(self.env._("%s is set up by its coordinators and by managers.", self.name))
        if step and step not in STEPS:
            raise UserError(self.env._("There is no first step of that name."))
        done = {*(self.steps_done or ()), *((step,) if step else STEPS)}
        # sudo: who decides for the bank says how far its list is; nothing else is written
        self.sudo()._in_verb().write(
            {"steps_done": sorted(done), "is_set_up": not set(STEPS) - done - self._get_steps_made()[self.id]}
        )
        return True

    @verb(single=True)
    def action_first_steps(self):
        """The user's first screen, with the list of this bank open."""
        action = self.env["ir.actions.client"]._for_xml_id("timebank_coproduction.timebank_today_action")
        return {**action, "params": {"timebank_scheme_id": self.id}}

    def _get_first_hours(self):
        """What is left to set up in the new banks that the user decides for.

        :return: a list of dicts with ``id``, ``name``, ``under_way``, whether it has members and
            sessions already, and ``steps``, each with ``key``, ``title``, ``text`` and
            ``action``, the window where it is done
        """
        if not self.env.user.has_group("timebank_coproduction.group_timebank_coordinator"):
            return []
        new = [("is_set_up", "=", False), ("state", "=", "open"), ("is_run_by_user", "=", True)]
        banks = self.search(new, order="id desc", limit=LOOKED_AT)
        made = banks._get_steps_made()
        left = banks._get_steps_left(made)
        return [
            {
                "id": bank.id,
                "name": bank.name,
                "steps": [bank._prepare_step(step) for step in left[bank.id]],
                "under_way": {"members", "session"} <= made[bank.id],
            }
            for bank in banks
            if left[bank.id]
        ][:MOST_NEW]

    @api.depends_context("uid")
    @api.depends("is_set_up", "steps_done", "state", "coordinator_ids")
    def _compute_has_steps_left(self):
        """Whether the user's first screen has a list of what to set up in this bank."""
        new = self._origin._run_by_user().filtered(lambda bank: bank.state == "open" and not bank.is_set_up)
        left = new._get_steps_left(new._get_steps_made())
        for bank in self:
            bank.has_steps_left = bool(left.get(bank._origin.id))

    def _get_steps_left(self, made):
        """What this user has to do yet in these banks: dict of bank id → steps, in their order.

        :param dict made: as :meth:`_get_steps_made` returns it
        """
        may_manage = self.has_access("write")
        return {
            bank.id: [
                step
                for step in STEPS
                if step not in made[bank.id] | set(bank.steps_done or ())
                and (may_manage or step not in MANAGED)
            ]
            for bank in self
        }

    def _get_steps_made(self):
        """The steps that show in the bank's own records: dict of bank id → set."""
        # sudo: how many coordinators there are; two are enough
        made = {bank.id: {"coordinators"} if len(bank._get_coordinators()) > 1 else set() for bank in self}
        # sudo: whether there are any; none is shown
        for step, name in (("members", "timebank.member"), ("session", "timebank.session")):
            table = self.env[name].sudo()
            table.flush_model(["scheme_id"])
            rows = self.env.execute_query(
                SQL(
                    """SELECT s.id FROM timebank_scheme s
                        WHERE s.id IN %s AND EXISTS (SELECT 1 FROM %s t WHERE t.scheme_id = s.id)""",
                    tuple(self.ids) or (0,),
                    SQL.identifier(table._table),
                )
            )
            for (number,) in rows:
                made[number].add(step)
        return made

    def _prepare_step(self, step):
        title, say, action = {
            "rules": (
                self.env._("Its rules"),
                self.env._("Who approves hours, and how far below zero members may go."),
                open_form(self),
            ),
            "coordinators": (
                self.env._("Its coordinators"),
                self.env._("They take members in and approve. Two are better than one."),
                self._step_window("timebank_roles_action", context={"default_scheme_id": self.id}),
            ),
            "categories": (
                self.env._("Categories"),
                self.env._("What time is given for, in the words of your reports."),
                self._step_window("timebank_category_action"),
            ),
            "skills": (
                self.env._("Skills"),
                self.env._("What people can offer and ask for."),
                self._step_window("timebank_skill_action"),
            ),
            "members": (
                self.env._("The first members"),
                self.env._("Take somebody in: who they are, what they can do and what they need."),
                self._step_window("timebank_intake_action", context={"default_scheme_id": self.id}),
            ),
            "session": (
                self.env._("A first session"),
                self.env._("Invite people: a café, a course, an afternoon in the garden."),
                open_form(self.env["timebank.session"], context={"default_scheme_id": self.id}),
            ),
        }[step]
        return {"key": step, "title": title, "text": say, "action": action}

    def _step_window(self, name, **own):
        return {"xml_id": f"timebank_coproduction.{name}", **own}

    def _find_unsealed(self, before):
        """Open banks with a transfer from before that moment which no seal since covers.

        Only transfers dated about or after the bank's last seal are looked at: the ledger
        check goes through the rest. Of a bank without any seal the first is looked at, by its number: numbers
        are drawn in order, and there may be years of transfers.

        :param datetime before: in UTC
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT s.id
                  FROM timebank_scheme s
                  LEFT JOIN timebank_seal k ON k.id = s.last_seal_id
                 WHERE s.state = 'open'
                   AND CASE WHEN k.id IS NULL
                            THEN (SELECT t.create_date FROM timebank_transfer t
                                   WHERE t.scheme_id = s.id ORDER BY t.name LIMIT 1) < %(before)s
                            ELSE EXISTS (
                                 SELECT FROM timebank_transfer t
                                  WHERE t.scheme_id = s.id
                                    AND t.date >= k.create_date::date - 1
                                    AND t.create_date < %(before)s
                                    AND NOT EXISTS (
                                        SELECT FROM timebank_seal_line l WHERE l.transfer_id = t.id))
                        END
                """,
                before=before,
            )
        )
        return self.browse([number for (number,) in rows])
