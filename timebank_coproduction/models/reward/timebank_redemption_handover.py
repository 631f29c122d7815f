from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools import bill_reference, codes, qr
from ..common.jobs import job
from ..common.verb import text, verb
from ..common.words import say_day

#: For how many days a claim is still good after its end was announced.
NOTICE_DAYS = 7


class TimebankRedemption(models.Model):
    """Handing over: by a code that the member shows on the supplier's own phone, by an order
    from the supplier; and what becomes of claims that nobody uses.
    """

    _inherit = "timebank.redemption"

    code = fields.Char(
        compute="_compute_code", search="_search_code", help="Shown by the member to the supplier."
    )
    code_url = fields.Char(compute="_compute_code_url")
    code_qr = fields.Html("QR", compute="_compute_code_url", sanitize=False)

    # Ordering
    supplier_id = fields.Many2one(related="reward_id.supplier_id")
    ordered_on = fields.Date("Ordered on", readonly=True, copy=False)
    order_bill_id = fields.Many2one(
        "account.move", "Ordered on bill", readonly=True, copy=False, index="btree_not_null"
    )

    bill_reference = fields.Char(
        "Quote on bill",
        compute="_compute_bill_reference",
        search="_search_bill_reference",
        help="For the supplier to write on the bill. It names the claim, and is good for nothing else.",
    )

    # Late
    late_notice_on = fields.Date(
        "End announced on", readonly=True, copy=False, help="When the member was told of the last day."
    )
    late_todo_on = fields.Date(
        "Past its day since", readonly=True, copy=False, help="When the coordinators were told to decide."
    )

    @api.depends("kept_code", "state", "reward_id.fulfilment")
    @api.depends_context("uid")
    def _compute_code(self):
        """Whoever has the code of a claim can hand it over without a name on it: until that is done, those
        alone read it who run the bank, and whose claim it is."""
        told = self._get_told_code()
        for claim in self:
            claim.code = claim.sudo().kept_code if claim in told else False  # sudo: asked just now

    def _get_told_code(self):
        """Those of these claims whose code the user may read."""
        if self.env.su:
            return self
        run = self.filtered("scheme_id.is_run_by_user")
        own = self.filtered(lambda claim: self.env.user.partner_id in (claim.partner_id, claim._get_payer()))
        return run | own | (self - self._get_open_by_code())

    def _get_open_by_code(self):
        """Those that anybody who knows their code can hand over; any other code is what a bill may quote."""
        return self._get_by_code().filtered(lambda claim: claim.state == "approved").with_env(self.env)

    def _search_code(self, operator, value):
        # sudo: codes are sought in all claims that the user may read, and of those that they may not know
        # none is found
        found = self.sudo().search([("kept_code", operator, value)]).with_env(self.env)
        return [("id", "in", found._filtered_access("read")._get_told_code().ids)]

    @api.depends("code")
    @api.depends_context("uid")
    def _compute_code_url(self):
        """What the member shows: a QR that opens the supplier's page with the code."""
        by_code = self._get_by_code()
        for claim in self:
            shown = claim.code if claim._origin in by_code else False
            url = f"{claim.get_base_url()}/timebank/claim/{shown}" if shown else False
            claim.code_url = url
            claim.code_qr = url and Markup(qr.svg(url))

    @api.depends("reward_id.supplier_id", "state")
    def _compute_bill_reference(self):
        for claim in self:
            # sudo: whether somebody supplies it decides, whoever reads the claim
            billed = claim.reward_id.sudo().supplier_id and claim.state in ("approved", "fulfilled")
            number = claim._origin.id
            claim.bill_reference = bill_reference.write(number) if billed and number else False

    def _search_bill_reference(self, operator, value):
        """By the whole reference, with or without dashes; a part of one finds nothing."""
        if operator == "in":
            texts = value
        elif operator in ("ilike", "=ilike", "like", "=like"):
            texts = [value]
        else:
            return NotImplemented
        return [("id", "in", [bill_reference.read(str(text).strip("%")) for text in texts if text])]

    def _say_bill_references(self):
        """The references of these claims, for a line of a bill or an order."""
        return ", ".join(claim.bill_reference for claim in self.sorted("id") if claim.bill_reference)

    def _send(self, template):
        """Mail whoever pays for these claims.

        :return: the claims of people whom no mail reaches
        """
        return self._mail_people(template, lambda claim: claim._get_payer())

    def _send_or_ring(self, template):
        """Mail whoever pays for these claims, or have them rung."""
        self._send(template)._plan_calls(lambda claim: claim.display_name, lambda claim: claim._get_payer())

    def _get_mail_button(self, mail, member):
        return self.env._("Open the claim"), f"/rewards/claims/{self.id}"

    def _get_mail_secrets(self):
        # sudo: what is left out of what others read
        return [*super()._get_mail_secrets(), *filter(None, self.sudo().mapped("kept_code"))]

    def _get_payer(self):
        """The person to write to: whose account pays, or for whom a pot does."""
        self.ensure_one()
        return self.account_id.partner_id or self.partner_id

    def _get_by_code(self):
        """Those of these claims that are handed over by code."""
        # sudo: the reward's own rule decides, whoever approves.
        rewards = self.sudo().reward_id.filtered(lambda reward: reward.fulfilment == "code")
        return self.sudo().filtered(lambda claim: claim.reward_id in rewards) if rewards else self.browse()

    @api.model
    @verb(code=text())
    def fulfil_by_code(self, code):
        """Hand over the approved claim that a member showed the code of. For coordinators.

        :return: the claim
        :raises UserError: no such code, used, too late, cancelled, or of another bank
        """
        # sudo: whether the user may see the claim is answered below, in a sentence.
        claim = self.sudo()._find_by_code(code).with_env(self.env)
        outcome = claim._get_code_outcome()
        if outcome != "unknown" and claim._get_refusals_to_run():
            outcome = "elsewhere"
        if outcome != "accepted":
            raise UserError(self._get_code_sentences()[outcome])
        claim.action_fulfil()
        return claim

    def _get_code_sentences(self):
        """What staff are told about a code; suppliers only hear that it can't be used."""
        return {
            "unknown": self.env._("There is no claim with this code: check what was typed."),
            "elsewhere": self.env._("This code belongs to another time bank."),
            "used": self.env._("This code was used already: the reward has been handed over."),
            "expired": self.env._("This code is too late: hand the claim over by hand if that is all right."),
            "ended": self.env._("This claim was cancelled, so its code can't be used."),
        }

    @api.private
    def _find_by_code(self, code):
        code = codes.normalise(code)
        return self.search([("kept_code", "=", code)]) if code else self.browse()

    def _get_code_outcome(self):
        """What using the code of this claim (or of none) comes to, in a ``timebank.code.attempt``'s words."""
        # sudo: only what the code comes to is told
        claim = self.sudo()
        if not claim:
            return "unknown"
        if claim.state == "fulfilled":
            return "used"
        if claim.state != "approved":
            return "ended"
        if claim.collect_by and claim.collect_by < claim.scheme_id._today():
            return "expired"
        return "accepted"

    @api.private
    def _confirm_on_page(self):
        """Hand over once, from the supplier's page. Waits for whoever confirms at the same moment."""
        self.ensure_one()
        self._lock_rows(whole=True)
        self._fulfil(self.env["res.users"])
        self._note(self.env._("Handed over with the member's code"))

    def _prepare_page(self):
        """All that a supplier's page may show of a claim."""
        self.ensure_one()
        return {
            "reward": self.reward_id.name,
            "quantity": self.quantity,
            "first_name": (self.partner_id.name or "").split(" ")[0],
            "bank": self.scheme_id.name,
            "reference": self.bill_reference,
            "cash": self.cash_amount if self.cash_state == "till" else 0,
            "currency": self.currency_id,
        }

    # ------------------------------------------------------------
    # In the words of whoever made the claim.
    # ------------------------------------------------------------

    def _say_state(self):
        """How far this claim is, and what to do next: a few words, and a sentence."""
        self.ensure_one()
        words = {
            "draft": self.env._("Not claimed yet"),
            "requested": self.env._("Waiting for approval"),
            "approved": self.env._("Ready"),
            "fulfilled": self.env._("Handed over"),
            "refused": self.env._("Refused"),
            "cancelled": self.env._("Cancelled"),
        }[self.state]
        return words, self._say_next()

    def _say_next(self):
        if self.state == "requested":
            return self.env._("A coordinator looks at it. Your credits are kept for it until then.")
        if self.state == "fulfilled":
            return self.env._("You had it on %s.", say_day(self.env, self.fulfilled_on.date()))
        if self.state in ("refused", "cancelled"):
            return self.refusal_reason or ""
        if self.state != "approved":
            return ""
        if self.fulfilment == "code":
            return self.env._("Show this code to whoever hands it over.")
        if self.fulfilment == "posted":
            return self.env._("It comes by post.")
        if self.fulfilment == "attended":
            return self.env._("Come along, and say your name.")
        return self.env._("Collect it from the time bank.")

    def _say_cash(self):
        """The part in money, in a sentence; nothing where there is none."""
        self.ensure_one()
        money = self.currency_id.format(self.cash_amount) if self.cash_amount else ""
        sentences = {
            "till": self.env._("You pay %s in money when you get it.", money),
            "to_send": self.env._("Besides, it costs %s in money. You get an invoice.", money),
            "asked": self.env._("Besides, it costs %s in money. The invoice has been sent to you.", money),
            "paid": self.env._("You have paid %s in money.", money),
        }
        return sentences.get(self.cash_state, "")

    # ------------------------------------------------------------
    # What approved claims need from suppliers: a pick-list, and an order.
    # ------------------------------------------------------------

    @verb()
    def action_order(self):
        """Order what approved claims need, together for each supplier, as the bank's policy says:
        a draft vendor bill for finance, or a mail.

        :return: ``True``, or an action listing what could not be ordered, and why
        :raises UserError: when nothing could
        """
        self.check_access("write")
        refusals = self._get_refusals_to_order()
        claims = self._raise_or_list(refusals)
        # sudo: coordinators order without rights on the books or on the suppliers.
        for (scheme, supplier), group in (
            claims.sudo().grouped(lambda claim: (claim.scheme_id, claim.reward_id.supplier_id)).items()
        ):
            group._order_from(supplier, scheme.supplier_order)
        claims._note(self.env._("Ordered from the supplier"))
        return self._tell(refusals, self.env._("ordered"))

    @verb()
    def action_print_pick_list(self):
        """:return: the action of the list to hand these claims over by"""
        return self.env.ref("timebank_coproduction.action_report_pick_list").report_action(self)

    @verb()
    def action_print_slips(self):
        """Print the slips with these claims' codes, for members without a phone.

        :raises UserError: none of these claims has a code to show
        """
        if not any(claim.code and claim.state == "approved" for claim in self):
            raise UserError(self.env._("No claim among these is approved and has a code to show."))
        return self.env.ref("timebank_coproduction.action_report_claim_slip").report_action(self)

    def _order_from(self, supplier, how):
        """Order these claims of one bank from one supplier."""
        vals = {"ordered_on": self.scheme_id._today()}
        if how == "bill":
            bill = self.env["account.move"].with_company(self.company_id).create(self._prepare_bill(supplier))
            vals["order_bill_id"] = bill.id
        else:
            self.env["mail.mail"].create(self._prepare_order_mail(supplier))
        self._in_verb().write(vals)

    def _get_order_lines(self):
        """These claims by reward: list of (reward, how many, their claims)."""
        return [
            (reward, sum(claims.mapped("quantity")), claims)
            for reward, claims in self.grouped("reward_id").items()
        ]

    def _prepare_bill(self, supplier):
        """Values of the draft bill: a line for each reward at its expected cost."""
        return {
            "move_type": "in_invoice",
            "partner_id": supplier.id,
            "currency_id": self.currency_id.id,
            "invoice_origin": self.env._("Claims of %s", self.scheme_id.name),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "\n".join(filter(None, (reward.name, claims._say_bill_references()))),
                        "quantity": quantity,
                        "price_unit": sum(claims.mapped("cost_amount")) / quantity,
                        **({"product_id": reward.product_id.id} if reward.product_id else {}),
                    }
                )
                for reward, quantity, claims in self._get_order_lines()
            ],
        }

    def _prepare_order_mail(self, supplier):
        """Values of the mail: how many of what, and first names only."""
        scheme = self.scheme_id
        return {
            "subject": self.env._("Order from %s", scheme.name),
            "email_to": supplier.email_formatted,
            "email_from": scheme.company_id.email_formatted or self.env.user.email_formatted,
            "body_html": self.env["ir.qweb"]._render(
                "timebank_coproduction.supplier_order_mail",
                {"lines": self._get_order_lines(), "supplier": supplier, "scheme": scheme},
            ),
            "auto_delete": False,
        }

    # ------------------------------------------------------------
    # Approved claims that nobody uses: announced a week before their last day, then called off.
    # ------------------------------------------------------------

    @job
    def _cron_late(self):
        """Daily: announce what ends within a week, and call off what was announced and not used."""
        zones = self.env["timebank.scheme"]._by_zone()
        work = [(type(self)._end_late, self.with_env(banks.env)._find_ending(banks)) for banks in zones]
        self.env["timebank.job"]._in_parts(work)

    def _find_ending(self, banks):
        """What :meth:`_cron_late` goes through, in banks of one time zone."""
        today = fields.Date.context_today(self)
        return self.search(
            [
                ("state", "=", "approved"),
                ("scheme_id", "in", banks.ids),
                ("scheme_id.state", "=", "open"),
                ("collect_by", "<=", today + timedelta(days=NOTICE_DAYS)),
            ]
        )

    def _end_late(self):
        """Announce the end of these claims, or call them off: those of one time zone."""
        today = fields.Date.context_today(self)
        over = self.filtered(lambda claim: claim.collect_by < today)
        by_itself = self.filtered(lambda claim: claim._ends_by_itself())
        late = (over & by_itself).filtered("late_notice_on")
        stuck = late.browse(late._call_off_late())
        kept = (stuck | over - by_itself).filtered(lambda claim: not claim.late_todo_on)
        kept._in_verb().write({"late_todo_on": today})
        unreached = (by_itself - late).filtered(lambda claim: not claim.late_notice_on)._announce_end(today)
        self._tell_coordinators(late - stuck, kept, unreached)

    def _ends_by_itself(self):
        """Whether this claim is called off where it isn't used: nobody has paid for it yet."""
        self.ensure_one()
        return self.reward_id.when_late == "return" and not self.dues_id and not self.ordered_on

    def _announce_end(self, today):
        """Tell those who pay for these claims of the last day.

        One that is over it already, because nobody had been told, gets a week more.

        :return: the claims of those whom no mail reaches
        """
        over = self.filtered(lambda claim: claim.collect_by < today)
        over._in_verb().write({"collect_by": today + timedelta(days=NOTICE_DAYS)})
        self._in_verb().write({"late_notice_on": today})
        return self._send("timebank_coproduction.mail_template_claim_ending")

    def _call_off_late(self):
        """Cancel these claims, and tell those who paid for them that everything is back.

        :return: dict of record id → why one can't be
        """
        refusals = self._get_refusals_to_cancel()
        for day, claims in (self - self.browse(refusals)).grouped("collect_by").items():
            reason = self.env._("Not used by %s, its last day.", say_day(self.env, day))
            refusals |= claims._call_off("cancelled", reason, self.env._("Cancelled: %s", reason))
        (self - self.browse(refusals))._send_or_ring("timebank_coproduction.mail_template_claim_ended")
        return refusals

    def _tell_coordinators(self, ended, kept, unreached):
        """One to-do for each bank about its claims: what came back, what waits, whom to ring."""
        parts = (
            (ended, self.env._("Cancelled, with credits and stock back where they were:")),
            (kept, self.env._("Past their last day. Hand them over, or cancel them:")),
            (unreached, self.env._("About to end, and no mail reaches them to say so:")),
        )
        for scheme in (ended | kept | unreached).scheme_id:
            mine = [
                (title, claims.filtered(lambda claim, scheme=scheme: claim.scheme_id == scheme))
                for claims, title in parts
            ]
            note = Markup().join(
                Markup("<p>%s</p><ul>%s</ul>")
                % (title, Markup().join(Markup("<li>%s</li>") % claim.display_name for claim in claims))
                for title, claims in mine
                if claims
            )
            scheme.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._(
                    "Claims that nobody has used: %s", sum(len(part) for _title, part in mine)
                ),
                note=note,
                user_id=scheme._get_deciders(self.env["res.partner"])[:1].id,
            )
