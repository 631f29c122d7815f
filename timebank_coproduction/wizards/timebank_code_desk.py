from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb
from ..models.common.windows import open_dialog, open_form
from ..models.common.words import say_day, say_hours
from ..models.session.timebank_session_list import EARLY, GRACE
from ..tools import codes
from ..tools.minutes import clock


class TimebankCodeDesk(models.TransientModel):
    """One desk for any code: a voucher's, a claim's, a member's card.

    Says what it is and offers what can be done with it. Found is what the user can read of
    the banks that they decide for: of any other code, no more is told than that it isn't
    one of theirs. Such codes are counted, and after many of them the user is told to wait; a right one
    works all the same.
    """

    _name = "timebank.code.desk"
    _description = "Code Desk"

    code = fields.Char(help="Type it, or scan it: of a voucher, of a claim, or of a member's card.")
    last_deed = fields.Char(readonly=True, help="What was done with the code before.")

    # What the code is of
    voucher_id = fields.Many2one("timebank.voucher", compute="_compute_found")
    redemption_id = fields.Many2one("timebank.redemption", compute="_compute_found")
    member_id = fields.Many2one("timebank.member", compute="_compute_found")
    scheme_id = fields.Many2one("timebank.scheme", compute="_compute_found")
    title = fields.Char(compute="_compute_found")
    detail = fields.Text(compute="_compute_found")
    problem = fields.Char(compute="_compute_found")
    wrong = fields.Char(readonly=True)
    can_use = fields.Boolean(compute="_compute_found")

    # With what it is used
    account_id = fields.Many2one(
        "timebank.account",
        string="Onto",
        domain="[('scheme_id', '=', scheme_id), ('kind', 'in', ('member', 'pot')), ('state', '=', 'open')]",
        help="The member or pot that gets the credits. Empty: it was spent here, at the desk.",
    )
    session_id = fields.Many2one(
        "timebank.session",
        compute="_compute_session_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', session_ids)]",
    )
    session_ids = fields.Many2many(
        "timebank.session", string="Sessions that are on", compute="_compute_session_ids"
    )
    is_inside = fields.Boolean(compute="_compute_is_inside")

    @api.depends_context("uid")
    def _compute_display_name(self):
        self.display_name = self.env._("Scan or type a code")

    @api.depends("code")
    def _compute_found(self):
        for desk in self:
            found = desk._find()
            desk.voucher_id = found if found._name == "timebank.voucher" else False
            desk.redemption_id = found if found._name == "timebank.redemption" else False
            desk.member_id = found if found._name == "timebank.member" else False
            desk.scheme_id = found.scheme_id
            told = desk._describe(found) if found else {}
            desk.title, desk.detail = told.get("title", False), told.get("detail", False)
            desk.problem = told.get("problem", False)
            desk.can_use = bool(found) and not desk.problem

    @api.depends("code")
    def _compute_session_ids(self):
        """The sessions of a card's bank at whose door somebody can sign in now."""
        now = fields.Datetime.now()
        for desk in self:
            desk.session_ids = self.env["timebank.session"].search(
                [
                    ("scheme_id", "in", desk.member_id.scheme_id.ids),
                    ("state", "=", "open"),
                    ("start", "<=", now + EARLY),
                    ("stop", ">=", now - GRACE),
                ]
            )

    @api.depends("code")
    def _compute_session_id(self):
        """The one at which they are, or for which they signed up, or the first that is on."""
        for desk in self:
            sessions = desk.session_ids._origin
            partner = desk.member_id.partner_id
            mine = sessions.filtered(lambda session, who=partner: session._get_line(who))
            desk.session_id = (mine or sessions)[:1]

    @api.depends("code", "session_id")
    def _compute_is_inside(self):
        for desk in self:
            session = desk.session_id._origin
            line = session._get_line(desk.member_id.partner_id) if session and desk.member_id else None
            desk.is_inside = bool(line) and line._is_inside()

    @api.onchange("code")
    def _onchange_code(self):
        """A code that isn't one of the user's banks is counted, as wherever codes are taken."""
        self.wrong = self.last_deed = False
        if not (self.code or "").strip() or self._find():
            return
        attempts, login = self.env["timebank.code.attempt"], self.env.user.login
        if attempts._is_blocked(login):
            self.wrong = self.env._("Too many codes were wrong. Wait a quarter of an hour, then try again.")
            return
        attempts._note_attempt("any", login, "unknown")
        self.wrong = self.env._("That is no code of a time bank of yours: check what was typed.")

    # Finding and telling
    def _find(self):
        """The voucher, claim or member with that code, of a bank that the user decides for."""
        code = codes.scanned(self.code)
        found = self.env["timebank.voucher"]
        for model, name in (
            ("timebank.voucher", "code"),
            ("timebank.redemption", "code"),
            ("timebank.member", "card_code"),
        ):
            if code and not found:
                found = self.env[model].search([(name, "=", code)], limit=1)
                found = found if found.scheme_id._run_by_user() else found.browse()
        return found

    def _describe(self, found):
        """What somebody at the desk wants to know: dict of title, detail, problem."""
        return {
            "timebank.voucher": self._describe_voucher,
            "timebank.redemption": self._describe_claim,
            "timebank.member": self._describe_member,
        }[found._name](found)

    def _describe_voucher(self, voucher):
        outcome = voucher._get_outcome(voucher.scheme_id)
        lines = [
            self.env._("No. %(number)s of %(batch)s", number=voucher.number, batch=voucher.batch_id.name),
            voucher.expires_on and self.env._("Valid until %s", say_day(self.env, voucher.expires_on)),
        ]
        return {
            "title": self.env._(
                "Voucher of %(bank)s: %(hours)s",
                bank=voucher.scheme_id.name,
                hours=say_hours(self.env, voucher.minutes),
            ),
            "detail": "\n".join(filter(None, lines)),
            "problem": outcome != "accepted" and voucher._get_sentence(outcome, at_desk=True),
        }

    def _describe_claim(self, claim):
        outcome = claim._get_code_outcome()
        supplier = claim.sudo().supplier_id.name  # sudo: the name alone, of the supplier of a claim they run
        lines = [
            self.env._("Claimed for %s", say_hours(self.env, claim.minutes)),
            claim.cash_state == "till"
            and self.env._("To pay at the till: %s", claim.currency_id.format(claim.cash_amount)),
            claim.collect_by and self.env._("Valid until %s", say_day(self.env, claim.collect_by)),
            supplier and self.env._("From %s", supplier),
        ]
        refusals = claim._get_refusals_to_fulfil() if outcome == "accepted" else {}
        return {
            "title": claim.display_name,
            "detail": "\n".join(filter(None, lines)),
            "problem": refusals.get(claim.id)
            or (outcome != "accepted" and claim._get_code_sentences()[outcome]),
        }

    def _describe_member(self, member):
        state = dict(member._fields["state"]._description_selection(self.env))[member.state]
        lines = [
            self.env._("Member of %(bank)s: %(state)s", bank=member.scheme_id.name, state=state),
            self.env._("Balance: %s", clock(member.balance_minutes)),
        ]
        return {
            "title": member.name,
            "detail": "\n".join(lines),
            "problem": member.state != "active" and member._why_not_taking_part(),
        }

    # What can be done with it
    @verb(single=True)
    def action_take_in(self):
        """Hand in the voucher: onto the account that was chosen, or spent here.

        :return: the desk, ready for the next code
        :raises UserError: it can't be used, or the account isn't the user's to fill
        """
        voucher = self._get_found("timebank.voucher")
        # sudo: the user's bank: handing in asks whether they may
        account = self.account_id or voucher.scheme_id.sudo().operating_account_id
        minutes = voucher.redeem(voucher.code, account.id)
        words = {"hours": say_hours(self.env, minutes), "account": account.name}
        return self._next(
            self.env._("Handed in: %(hours)s, onto %(account)s.", **words)
            if self.account_id
            else self.env._("Handed in: %(hours)s, spent here.", **words)
        )

    @verb(single=True)
    def action_hand_over(self):
        """Hand over the claim.

        :return: the desk, ready for the next code
        :raises UserError: it was handed over, is too late, or was called off
        """
        claim = self._get_found("timebank.redemption")
        claim.fulfil_by_code(claim.code)
        return self._next(self.env._("Handed over: %s.", claim.display_name))

    @verb(single=True)
    def action_sign_in(self):
        """Sign the member in to the session."""
        return self._at_the_door("check_in", self.env._("%(person)s is signed in: %(session)s."))

    @verb(single=True)
    def action_sign_out(self):
        """Sign the member out of the session."""
        return self._at_the_door("check_out", self.env._("%(person)s is signed out: %(session)s."))

    @verb(single=True)
    def action_open(self):
        """Open what the code is of."""
        found = self._find()
        return open_form(found.batch_id if found._name == "timebank.voucher" else found)

    def _at_the_door(self, way, sentence):
        member, session = self._get_found("timebank.member"), self.session_id
        if not session:
            raise UserError(self.env._("Choose the session."))
        getattr(session, way)(member.partner_id)
        return self._next(sentence % {"person": member.name, "session": session.display_name})

    def _get_found(self, model):
        found = self._find()
        if found._name != model or not found:
            raise UserError(self.env._("Scan or type the code first."))
        return found

    def _next(self, sentence):
        desk = self.create({"last_deed": sentence})
        return open_dialog(desk, desk.display_name)
