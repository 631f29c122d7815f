from odoo import api, fields, models

from ..common.verb import text, verb
from ..ledger.words_field import for_coordinators


class TimebankAttendance(models.Model):
    """What keeps people on a register from coming, and who is signed up all the same."""

    _inherit = "timebank.attendance"

    obstacle = fields.Char(
        "Can't come",
        compute="_compute_obstacle",
        help="Why this person can't come at the time at which the session is now.",
    )
    may_waive = fields.Boolean(
        compute="_compute_obstacle", help="Whether a coordinator can sign them up anyway, with a reason."
    )
    may_sign_up = fields.Boolean(
        compute="_compute_may_sign_up", help="Whether there is a place for this person, who waits."
    )
    clash_reason = for_coordinators(
        fields.Char,
        "clash_reason",
        "attendance_id",
        "Why two at a time",
        readonly=True,
        help="Why a coordinator let this person sign up for two sessions at a time: for coordinators, other"
        " than the person.",
    )
    may_clash = fields.Boolean(
        readonly=True, copy=False, help="A coordinator lets this person be in two places at a time."
    )
    why_anyway = fields.Char(
        "Why anyway",
        compute="_compute_why_anyway",
        readonly=False,
        help="Why this person may be in two places at a time. Kept on the register.",
    )

    @api.depends(
        "state",
        "role",
        "partner_id",
        "may_clash",
        "session_id.start",
        "session_id.stop",
        "session_id.state",
    )
    def _compute_obstacle(self):
        coming = self.filtered(
            lambda one: (
                one.partner_id and one.state in ("signed_up", "waiting") and one.session_id.state == "open"
            )
        )
        coming = coming.sudo()  # sudo: as at sign-up, everybody's checks and sessions are looked at
        missing, clashes = coming._get_missing_checks(), coming._get_clashes()
        rest = self - coming.sudo(False)
        rest.obstacle = rest.may_waive = False
        for one in coming:
            lacking = one._why_not_checked(missing)
            clash = one._why_clash(clashes)
            one.obstacle, one.may_waive = lacking or clash or False, bool(clash and not lacking)

    @api.depends("obstacle", "offered_until", "session_id.places_left", "session_id.helper_count")
    def _compute_may_sign_up(self):
        for one in self:
            one.may_sign_up = (
                one.state == "waiting"
                and one.session_id.state == "open"
                and not one.obstacle
                and bool(one.offered_until or not one.session_id._is_full(one.role))
            )

    @api.depends("clash_reason")
    def _compute_why_anyway(self):
        for one in self:
            one.why_anyway = one.clash_reason

    # ------------------------------------------------------------
    # Who can't come, and is on the register to be decided on: nobody else on it has to wait for that.
    # ------------------------------------------------------------

    def _hold_back(self):
        """Let those wait whom a check or another session keeps from coming, where a register is saved.

        The register says why, and the coordinator decides.

        :return: the lines that wait for that
        """
        if not self.env.context.get("timebank_register"):
            return self.browse()
        self._hold_people()
        lines = self.sudo()  # sudo: as at sign-up, everybody's checks and sessions are looked at
        members, missing, clashes = lines._get_members(), lines._get_missing_checks(), lines._get_clashes()
        held = self.filtered(
            lambda one: (
                (one.id in missing and missing[one.id] or one.id in clashes)
                and not one._why_not_open()
                and not one._why_not_member(members)
            )
        )
        held._in_verb().write(
            {
                "state": "waiting",
                "waiting_since": fields.Datetime.now(),
                "minutes": 0,
                "check_in": False,
                "check_out": False,
            }
        )
        return held

    def _keep_reasons(self, reasons):
        """Keep why new lines may be there at the same time as others, where they are."""
        given = {one: reason.strip() for one, reason in zip(self, reasons, strict=True) if reason}
        clashes = self.browse(one.id for one in given).sudo()._get_clashes()  # sudo: as at sign-up
        for one, reason in given.items():
            if one.id in clashes and reason:
                one._in_verb().write({"may_clash": True})
                one._keep_words(clash_reason={one.id: reason})
                one.session_id._note_clash()

    @verb(reason=text())
    def action_sign_up_anyway(self, reason):
        """Sign people up who are somewhere else at that time. Nobody is let off a check, nor put
        where all places are taken: they wait.

        :param str reason: why; kept on the register
        :return: ``True``, or an action listing who could not be signed up, and why
        :raises UserError: without a reason, or when none can
        """
        self.check_access("write")
        reason = self._require_reason(
            reason, self.env._("Say in a few words why they may be in two places: the register keeps it.")
        )
        refusals = {one.id: one._why_not_anyway() for one in self if not one.may_waive}
        lines = self._raise_or_list(refusals)
        for one in lines:
            one._put_in_place({"may_clash": True})
            one._keep_words(clash_reason={one.id: reason})
        lines.session_id._note_clash()
        return self._tell(refusals, self.env._("signed up"))

    @verb()
    def action_sign_up(self):
        """Give those who wait the place that is there for them, such as when they said so by telephone.

        :return: ``True``, or an action listing who could not be signed up, and why
        :raises UserError: when none can
        """
        self.check_access("write")
        refusals = {one.id: one._why_not_anyway() for one in self if not one.may_sign_up}
        lines = self._raise_or_list(refusals)
        for one in lines:
            one._put_in_place({})
        return self._tell(refusals, self.env._("signed up"))

    def _explain(self, verb):
        """Besides what other dialogs say: what stands in the way of those who are signed up anyway."""
        if verb == "action_sign_up_anyway":
            return "\n".join(one.obstacle for one in self if one.obstacle)
        return super()._explain(verb)

    def _put_in_place(self, vals):
        """Sign up somebody who waits; whoever is signed up stays so."""
        if self.state == "waiting" and (self.offered_until or not self.session_id._is_full(self.role)):
            vals = {**vals, "state": "signed_up", "offered_until": False, "claim_code": False}
        # sudo: nobody may read the link to a place, whoever uses it up; the verb asked who may do it
        line = self.sudo()
        line.session_id._put_on_list(line, line.partner_id, vals)
        line.session_id._close_moved_todo()

    def _why_not_anyway(self):
        """Why a line can't be signed up by hand."""
        if self.obstacle:
            return self.obstacle
        if self.session_id.state != "open":
            return self._why_not_open()
        if self.state != "waiting":
            return self.env._("“%s”: nothing stands in their way.", self.display_name)
        return self.env._("“%s” is waiting for a place.", self.display_name)
