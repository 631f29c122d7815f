from markupsafe import Markup

from odoo import api, fields, models, tools

from ...tools import codes, qr
from ..common.personal import SECRET
from ..common.verb import verb
from ..common.windows import open_dialog, open_list

#: How many signs of a signature a link carries that switches mails off.
OPT_OUT_LENGTH = 32


class TimebankMember(models.Model):
    """What sessions need to know of a member: the card, the name to show, mails, checks."""

    _inherit = "timebank.member"
    _personal_fields = {
        "card_code": SECRET,
    }

    card_code = fields.Char(
        "Card code",
        readonly=True,
        copy=False,
        groups="timebank_coproduction.group_timebank_coordinator",
        help="What the QR code on the member card says. Draw a new one if a card was lost.",
    )
    name_shown = fields.Selection(
        [
            ("full", "Full name"),
            ("initial", "First name and initial"),
            ("first", "First name"),
            ("hidden", "Not at all"),
        ],
        string="Name shown to others",
        required=True,
        default="initial",
        help="To other members, and at the door. Who isn't shown signs in with the member card.",
    )
    shown_name = fields.Char(compute="_compute_shown_name")
    session_mails = fields.Boolean(
        "Mails about sessions",
        default=True,
        help="Places, reminders, cancellations and thanks. Each such mail has a link to switch them off.",
    )
    check_ids = fields.One2many("timebank.check", compute="_compute_check_ids", string="Checks")

    _card_unique = models.UniqueIndex("(card_code) WHERE card_code IS NOT NULL", "That card is taken.")

    @api.depends("partner_id.timebank_check_ids")
    @api.depends_context("uid")
    def _compute_check_ids(self):
        """Those that whoever looks may read: checks are their own coordinators' business."""
        checks = self.env["timebank.check"]
        if checks.has_access("read"):
            checks = checks.search([("partner_id", "in", self.partner_id.ids)])
        of_person = checks.grouped("partner_id")
        for member in self:
            member.check_ids = of_person.get(member.partner_id, checks.browse())

    @api.depends("name", "name_shown")
    def _compute_shown_name(self):
        for member in self:
            words = (member.name or "").split()
            if member.name_shown == "hidden" or not words:
                member.shown_name = ""
            elif member.name_shown == "full" or len(words) == 1:
                member.shown_name = member.name if member.name_shown == "full" else words[0]
            elif member.name_shown == "first":
                member.shown_name = words[0]
            else:
                member.shown_name = f"{words[0]} {words[-1][0]}."

    @verb()
    def action_new_card(self):
        """Draw new card codes: a card that was lost signs nobody in any more."""
        self.check_access("write")
        for member in self:
            member._in_verb().write({"card_code": codes.new(codes.VOUCHER_LENGTH)})
        return True

    @verb(single=True)
    def action_view_checks(self):
        self.ensure_one()
        return open_list(
            self.env,
            "timebank_check_action",
            [("partner_id", "=", self.partner_id.id)],
            {"default_partner_id": self.partner_id.id},
        )

    @verb(single=True)
    def action_sign_up(self):
        """The dialog to sign this member up for a session."""
        self.ensure_one()
        return open_dialog(
            self.env["timebank.sign.up"],
            self.env._("Sign %s up", self.name),
            context={"default_scheme_id": self.scheme_id.id, "default_partner_id": self.partner_id.id},
        )

    @verb()
    def action_print_cards(self):
        """The members' cards as a PDF, ten to a page; draws codes for those without one."""
        self.filtered(lambda member: not member.card_code).action_new_card()
        return self.env.ref("timebank_coproduction.report_member_card").report_action(self)

    def _get_card_qr(self):
        """The card's code as a picture."""
        self.ensure_one()
        return Markup(qr.svg(self.card_code))

    def _get_own_fields(self):
        return [*super()._get_own_fields(), "name_shown", "session_mails"]

    # The door
    def _first_name(self):
        """How the door greets a member who held up their own card."""
        self.ensure_one()
        return (self.name or "").split(" ")[0]

    def _door_name(self):
        """How the door names a member where others may hear it: never in full."""
        self.ensure_one()
        words = (self.name or "").split()
        if len(words) < 2 or self.name_shown in ("first", "hidden"):
            return self._first_name()
        return f"{words[0]} {words[-1][0]}."

    # Leaving
    def _get_places(self, day):
        """Their places, and on waiting lists, in sessions after that day."""
        return self.env["timebank.attendance"].search(
            [
                ("scheme_id", "in", self.scheme_id.ids),
                ("partner_id", "in", self.partner_id.ids),
                ("state", "in", ("signed_up", "waiting")),
                ("session_id.state", "in", ("draft", "open")),
                ("session_id.date", ">", day),
            ]
        )

    def _get_open_matters(self, day):
        matters = super()._get_open_matters(day)
        places = self._get_places(day)
        if places:
            sessions = ", ".join(places.session_id.sorted("start").mapped("display_name"))
            matters.append(
                (
                    self.env._("Places in sessions: %s", sessions),
                    self.env._("Given up; whoever is next on the waiting list is told."),
                )
            )
        return matters

    def _get_unsettled(self):
        """Whoever has left may still stand on registers that nobody has closed."""
        # sudo: only which sessions they are
        lines = self.env["timebank.attendance"].sudo()
        waiting = lines.search(
            [
                ("scheme_id", "in", self.scheme_id.ids),
                ("partner_id", "in", self.partner_id.ids),
                ("state", "in", ("signed_up", "attended")),
                ("session_id.state", "=", "open"),
            ]
        )
        sessions = ", ".join(waiting.session_id.sorted("start").mapped("display_name"))
        matters = [self.env._("Registers to close: %s", sessions)] if waiting else []
        return [*super()._get_unsettled(), *matters]

    def _get_matters_in_pause(self):
        matters = super()._get_matters_in_pause()
        places = self._get_places(fields.Date.subtract(fields.Date.context_today(self), days=1))
        if places:
            sessions = ", ".join(places.session_id.sorted("start").mapped("display_name"))
            matters.append(
                self.env._(
                    "Places in sessions are kept: %s. Take them off those they won't come to.", sessions
                )
            )
        return matters

    def _settle(self, day, reason):
        places = self._get_places(day)
        if places:
            places.action_withdraw()
        return super()._settle(day, reason)

    # Mails
    def _get_names_to_find(self):
        return [*super()._get_names_to_find(), "session_mails"]

    def _get_opt_out_code(self):
        self.ensure_one()
        return tools.hmac(self.env(su=True), "timebank-session-mails", self.id)[:OPT_OUT_LENGTH]

    @api.model
    @api.private
    def _find_by_opt_out(self, member_id, code):
        """The member whose mails a link switches off, or an empty recordset."""
        member = self.browse(member_id).exists()
        if member and codes.is_same(member._get_opt_out_code(), code):
            return member
        return self.browse()
