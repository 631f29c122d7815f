from urllib.parse import urlencode

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from ..models.common.days import read_day
from ..models.common.hours_field import read_minutes, say_examples
from ..models.common.words import say_day, say_hours, say_spoken
from ..models.session.timebank_member import MOST_FOUND
from ..tools.minutes import LARGEST, clock
from ..tools.paging import number_in, page_of
from .member_page import Form, MemberPage, sent, shown

POT = f"/credits/pots/<int(max={LARGEST}):pot_id>"
TAKER = f"/credits/give/<int(max={LARGEST}):taker_id>"
STATEMENT = "timebank_coproduction.timebank_statement_report"
BENEFITS = "timebank_coproduction.timebank_benefits_report"
CERTIFICATE = "timebank_coproduction.action_report_certificate"
#: The most that can be said of a gift.
MOST_LETTERS = 200
#: In the session: whose account a gift is looked at for, and what it is for.
GIFT = "timebank_gift"


class MemberCredits(MemberPage, http.Controller):
    """What a member has and how it came about; giving of it; pots."""

    # ------------------------------------------------------------
    # Balance, statement, papers
    # ------------------------------------------------------------

    @shown("/credits", on_tablet=True)
    def credits(self, member, done=None, page=None, **asked):
        env = request.env
        pots = member._get_held_pots() if not self._is_on_tablet() else env["timebank.account"]
        values = {
            "said": {"given": env._("It is given.")}.get(done),
            "balance": say_hours(env, member.balance_minutes),
            "in_words": member._say_balance(),
            "can_give": not self._is_on_tablet() and not member._say_standing(),
            "pots": [(pot.id, pot.name, say_spoken(env, pot.balance_minutes)) for pot in pots],
            **self._prepare_statement(member, member.account_id, page, asked, "/credits"),
        }
        return self._show(member, "member_credits", values)

    @shown("/credits/statement.pdf")
    def statement_pdf(self, member, **asked):
        return self._send_pdf(member, member.account_id, asked)

    @shown("/credits/statement.csv")
    def statement_csv(self, member, **asked):
        return self._send_csv(member, member.account_id, asked)

    def _prepare_statement(self, member, account, page, asked, path):
        """What the part of a page with a statement shows; its form keeps what is wrong with the period."""
        form, period = self._read_period(member, asked)
        first, last = period
        (statement,) = account._get_statements(first, last) if account else (None,)
        query = f"period=dates&from={first}&to={last}"
        if not statement:
            return {"form": form, "statement": None}
        rows, paging = page_of(statement["lines"], page)
        skipped = paging["skipped"]
        before = statement["lines"][skipped - 1]["balance"] if skipped else statement["opening"]
        env = request.env
        return {
            "form": form,
            "path": path,
            "periods": self._get_periods(),
            "statement": {
                "from": say_day(env, first),
                "to": say_day(env, last),
                "before": clock(before),
                "came_in": clock(statement["came_in"]),
                "went_out": clock(statement["went_out"]),
                "closing": clock(statement["closing"]),
                "rows": [self._describe_row(row) for row in rows],
                "query": query,
            },
            "paging": paging,
        }

    def _describe_row(self, row):
        env, line = request.env, row["line"]
        moved = clock(line.minutes)
        return {
            "day": say_day(env, line.date),
            "what": self._say_what(line.transfer_id),
            "with": line._get_other_name(),
            "moved": f"+{moved}" if line.minutes > 0 else moved,
            "balance": clock(row["balance"]),
        }

    def _say_what(self, transfer):
        """What credits moved for; of what was put back, what it had been."""
        back = transfer.reversal_of_id
        if not back:
            return transfer._get_words()
        said = request.env._("Put back: %s", self._say_what(back))
        return f"{said} ({transfer.memo})" if transfer.memo else said

    def _get_periods(self):
        env = request.env
        return [
            ("month", env._("This month")),
            ("last_month", env._("Last month")),
            ("quarter", env._("This quarter")),
            ("last_quarter", env._("Last quarter")),
            ("year", env._("This year")),
            ("last_year", env._("Last year")),
            ("dates", env._("From and to these days")),
        ]

    def _read_period(self, member, asked):
        """The form with what was asked for, and two days: this quarter's where that makes no sense."""
        form = Form({name: str(asked.get(name) or "") for name in ("period", "from", "to")})
        name, accounts = form.shows("period"), request.env["timebank.account"]
        if name == "dates":
            days = self._read_days(form)
            if form:
                return form, days
        known = dict(self._get_periods()).keys() - {"dates"}
        if name not in known:
            name = "quarter"
        form.typed["period"] = form.shows("period") if form.errors else name
        return form, accounts._get_named_period(name, member.scheme_id._today())

    def _read_days(self, form):
        """The two days of a period, where both are such and in order."""
        env = request.env
        first = form.take("from", lambda words: read_day(env, env._("From"), words))
        last = form.take("to", lambda words: read_day(env, env._("To"), words))
        if form and first > last:
            form.refuse("to", env._("The period ends before it begins."))
        return first, last

    def _send_pdf(self, member, account, asked):
        form, (first, last) = self._read_period(member, asked)
        if not form or not account:
            return self._not_found()
        data = {"account_ids": account.ids, "date_from": str(first), "date_to": str(last)}
        content = self._print(STATEMENT, None, data)
        name = request.env._("Time credits %(first)s to %(last)s.pdf", first=first, last=last)
        return self._send(content, "application/pdf", name)

    def _send_csv(self, member, account, asked):
        form, (first, last) = self._read_period(member, asked)
        if not form or not account:
            return self._not_found()
        name = request.env._("Time credits %(first)s to %(last)s.csv", first=first, last=last)
        return self._send(account._make_statement_csv(first, last), "text/csv; charset=utf-8", name)

    def _print(self, paper, ids, data=None):
        # sudo: papers are laid out with what their readers can't read of the bank; whose it is was proved
        reports = request.env["ir.actions.report"].sudo()
        return reports._render_qweb_pdf(paper, ids, data=data)[0]

    def _send(self, content, kind, name):
        headers = [("Content-Type", kind), ("Content-Disposition", content_disposition(name))]
        response = request.make_response(content, headers)
        self._protect(response, None)
        return response

    # ------------------------------------------------------------
    # What they have had of goods, vouchers and cash-like rewards
    # ------------------------------------------------------------

    @shown("/credits/benefits")
    def benefits(self, member, page=None, **asked):
        env = request.env
        form, (first, last) = self._read_period(member, {"period": "year", **asked})
        rows, paging = page_of(member._get_benefits(first, last), page)
        currency = member.scheme_id.sudo().currency_id  # sudo: in what the bank's prices are
        values = {
            "form": form,
            "path": "/credits/benefits",
            "periods": self._get_periods(),
            "bank": member.scheme_id.name,
            "first": say_day(env, first),
            "last": say_day(env, last),
            "query": f"period=dates&from={first}&to={last}",
            "rows": [
                {
                    "what": f"{row['quantity']} × {row['what']}" if row["quantity"] > 1 else row["what"],
                    "day": say_day(env, row["day"]),
                    "kind": row["kind"],
                    "credits": say_hours(env, row["minutes"]),
                    "cash": currency.format(row["cash"]) if row["cash"] else "",
                    "own": row["own"],
                }
                for row in rows
            ],
            "paging": paging,
        }
        return self._show(member, "member_benefits", values)

    @shown("/credits/benefits.pdf")
    def benefits_pdf(self, member, **asked):
        form, (first, last) = self._read_period(member, asked)
        if not form:
            return self._not_found()
        member._check_sees_benefits()
        data = {"member_ids": member.ids, "date_from": str(first), "date_to": str(last)}
        name = request.env._("Rewards %(first)s to %(last)s.pdf", first=first, last=last)
        return self._send(self._print(BENEFITS, None, data), "application/pdf", name)

    @shown("/credits/certificate")
    def certificate(self, member):
        today = member.scheme_id._today()
        first, last = request.env["timebank.account"]._get_named_period("year", today)
        return self._ask_certificate(member, Form({"from": str(first), "to": str(last)}))

    @sent("/credits/certificate")
    def make_certificate(self, member, **typed):
        env, form = request.env, Form({name: str(typed.get(name) or "") for name in ("from", "to")})
        first, last = self._read_days(form)
        made = []
        if form and form.carry_out(lambda: made.append(member._make_certificate(first, last)), "from"):
            content = self._print(CERTIFICATE, made[0].ids)
            name = env._("Certificate of hours %(first)s to %(last)s.pdf", first=first, last=last)
            return self._send(content, "application/pdf", name)
        return self._ask_certificate(member, form)

    def _ask_certificate(self, member, form):
        return self._show(member, "member_certificate", {"form": form})

    # ------------------------------------------------------------
    # Pots
    # ------------------------------------------------------------

    @shown(POT)
    def pot(self, member, pot_id, done=None, page=None, **asked):
        pot = self._find_pot(member, pot_id)
        if not pot:
            return self._not_found()
        env = request.env
        values = {
            "said": {"given": env._("It is given.")}.get(done),
            "pot": pot,
            "balance": say_hours(env, pot.balance_minutes),
            "goal": say_spoken(env, pot.goal_minutes) if pot.goal_minutes else "",
            "wanted_by": say_day(env, pot.goal_date),
            "can_give": pot.state == "open",
            **self._prepare_statement(member, pot, page, asked, f"/credits/pots/{pot.id}"),
        }
        return self._show(member, "member_pot", values)

    @shown(POT + "/statement.pdf")
    def pot_pdf(self, member, pot_id, **asked):
        return self._send_pdf(member, self._find_pot(member, pot_id), asked)

    @shown(POT + "/statement.csv")
    def pot_csv(self, member, pot_id, **asked):
        return self._send_csv(member, self._find_pot(member, pot_id), asked)

    def _find_pot(self, member, pot_id):
        return member._get_held_pots().filtered(lambda pot: pot.id == pot_id)

    # ------------------------------------------------------------
    # Giving, in three steps: to whom, how much, and whether that is right
    # ------------------------------------------------------------

    @shown("/credits/give")
    def give_whom(self, member, source=None, name=None):
        account = member._find_giving_account(source)
        if not account:
            return self._not_found()
        found = member._find_takers(account, name) if name else account.browse()
        values = {
            "form": Form({"name": (name or "")[:100]}),
            "source": account,
            "payer": self._say_source(member, account),
            "searched": bool(name),
            "usual": self._say_takers(member, member._get_usual_takers(account) - account),
            "found": self._say_takers(member, found[:MOST_FOUND]),
            "more": len(found) > MOST_FOUND,
            "standing": member._say_standing(),
        }
        return self._show(member, "member_give_whom", values)

    @shown(TAKER)
    def give_what(self, member, taker_id, source=None):
        account, taker = self._find_sides(member, taker_id, source)
        if not taker:
            return self._not_found()
        return self._ask_what(member, account, taker, Form())

    @sent(TAKER + "/check", readonly=True)
    def check_gift(self, member, taker_id, source=None, **typed):
        """Look at what was typed; what it comes to is a page of its own, to which one can go back."""
        account, taker = self._find_sides(member, taker_id, source)
        if not taker:
            return self._not_found()
        form, _minutes = self._read_possible_gift(account, typed)
        if not form:
            return self._ask_what(member, account, taker, form)
        # what it is for is nothing for an address, which others keep
        request.session[GIFT] = [taker.id, form.shows("memo")]
        query = {"time": form.shows("time"), **({"source": source} if source else {})}
        return self._go(member, f"/credits/give/{taker.id}/check?{urlencode(query)}")

    @shown(TAKER + "/check")
    def show_gift(self, member, taker_id, source=None, time=""):
        """What the gift comes to, before it is given."""
        account, taker = self._find_sides(member, taker_id, source)
        if not taker:
            return self._not_found()
        if not time:
            return self._go(member, f"/credits/give/{taker.id}")
        whom, memo = request.session.get(GIFT) or (None, "")
        typed = {"time": time, "memo": memo if whom == taker.id else ""}
        form, minutes = self._read_possible_gift(account, typed)
        if not form:
            return self._ask_what(member, account, taker, form)
        values = {
            "form": form,
            "source": account,
            "taker": {"id": taker.id, "name": member._say_taker(taker)},
            "payer": self._say_source(member, account),
            "amount": say_spoken(request.env, minutes),
            "left": say_spoken(request.env, account.balance_minutes - minutes),
            "since": account._get_newest_transfer_id(),
        }
        return self._show(member, "member_give_check", values)

    @sent(TAKER)
    def give_it(self, member, taker_id, source=None, since="", **typed):
        account, taker = self._find_sides(member, taker_id, source)
        if not taker:
            return self._not_found()
        form = self._read_gift(typed)
        minutes = self._read_time(form)
        seen = number_in(since)
        if form and form.carry_out(
            lambda: account._give_once(taker, minutes, form.shows("memo"), seen), "time"
        ):
            path = "/credits" if account == member.account_id else f"/credits/pots/{account.id}"
            return self._go(member, path, done="given")
        return self._ask_what(member, account, taker, form)

    def _find_sides(self, member, taker_id, source):
        account = member._find_giving_account(source)
        return account, account and member._find_taker(account, taker_id)

    def _ask_what(self, member, account, taker, form):
        values = {
            "form": form,
            "source": account,
            "payer": self._say_source(member, account),
            "taker": {"id": taker.id, "name": member._say_taker(taker)},
            "has": say_spoken(request.env, account.balance_minutes),
            "acting": not account._is_held_by_user(),
        }
        return self._show(member, "member_give_what", values)

    def _read_possible_gift(self, account, typed):
        """The form, and how many minutes; more than there are is refused."""
        form = self._read_gift(typed)
        minutes = self._read_time(form)
        if form and minutes > account.balance_minutes:
            has = say_spoken(request.env, account.balance_minutes)
            form.refuse("time", request.env._("That is more than there is: %s.", has))
        return form, minutes

    def _read_gift(self, typed):
        form = Form({name: str(typed.get(name) or "") for name in ("time", "memo")})
        if len(form.shows("memo")) > MOST_LETTERS:
            form.refuse("memo", request.env._("Say it in fewer words: %s letters at most.", MOST_LETTERS))
        return form

    def _read_time(self, form):
        def read(words):
            minutes = read_minutes(request.env, words)
            if minutes < 1:
                raise UserError(
                    request.env._("Say how much you give, such as %s.", say_examples(request.env))
                )
            return minutes

        return form.take("time", read)

    def _say_takers(self, member, accounts):
        return [(account.id, member._say_taker(account)) for account in accounts]

    def _say_source(self, member, account):
        return "" if account == member.account_id else account.name

    def _show(self, member, template, values):
        return self._render(template, values, member, "credits")
