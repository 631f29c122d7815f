"""The time ledger and the grants' money as text that hledger and beancount read.

Both programs keep double-entry books in plain files, and know nothing of Odoo: they add up every
posting, and compare it with the balance that the database has. People and groups are known by the
number of their account; what somebody wrote is not taken along.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from odoo.addons.timebank_coproduction.tools.initials import initials

#: What a commodity of beancount's may be called.
COMMODITY = re.compile(r"[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]")
#: The first day of books in which nothing happened.
NO_DAY = date(1970, 1, 1)


@dataclass
class Entry:
    """What moved on a day: pairs of an account and an amount, which add up to nothing."""

    day: date
    number: str
    words: str
    postings: list


@dataclass
class Books:
    """Accounts that hold one commodity each, what moved on them, and what the database says is on them."""

    title: str
    #: commodity → what it is, in words
    commodities: dict = field(default_factory=dict)
    #: account → its commodity
    accounts: dict = field(default_factory=dict)
    entries: list = field(default_factory=list)
    #: account → amount
    balances: dict = field(default_factory=dict)

    @property
    def first(self):
        return min((entry.day for entry in self.entries), default=NO_DAY)

    @property
    def last(self):
        return max((entry.day for entry in self.entries), default=NO_DAY)

    def get_sums(self):
        """What the entries come to on each account, to compare with what a program makes of them."""
        sums = dict.fromkeys(self.accounts, Decimal(0))
        for entry in self.entries:
            for account, amount in entry.postings:
                sums[account] += amount
        return sums


def one_line(text):
    """Words without the ends of lines and signs that nobody sees.

    >>> one_line(' Ann\\n\\t "the" \\x00 Cook ')
    'Ann "the" Cook'
    """
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())


def component(text):
    """Part of an account's name, as both programs take it.

    >>> component("A.L."), component("2nd"), component("o’neill: x"), component("")
    ('AL', '2nd', 'Oneill-x', 'X')
    """
    kept = re.sub(r"[^0-9A-Za-z-]+", "-", re.sub(r"[.’']", "", text)).strip("-")
    return kept[:1].upper() + kept[1:] or "X"


# Writing
def to_beancount(books):
    """The books as a file of beancount's, a text."""

    def quoted(text):
        escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    parts = [f"; {one_line(books.title)}", f'option "title" {quoted(books.title)}', ""]
    for code, words in sorted(books.commodities.items()):
        parts += [f"{books.first} commodity {code}", f"  name: {quoted(words)}"]
    parts += [f"{books.first} open {name} {code}" for name, code in sorted(books.accounts.items())]
    for entry in books.entries:
        parts += ["", f"{entry.day} * {quoted(entry.words)} {quoted(entry.number)}"]
        parts += [f"  {name}  {amount} {books.accounts[name]}" for name, amount in entry.postings]
    after = books.last + timedelta(days=1)  # a balance is that of the day's beginning
    parts.append("")
    parts += [
        f"{after} balance {name}  {amount} ~ 0 {books.accounts[name]}"  # by no penny otherwise
        for name, amount in sorted(books.balances.items())
    ]
    return "\n".join(parts) + "\n"


def to_hledger(books):
    """The books as a journal of hledger's, a text."""

    def plain(text):
        return re.sub(r"[;|()\[\]{}*!=]+", " ", one_line(text))

    def money(name, amount):
        return f'{amount} "{books.accounts[name]}"'

    parts = [f"; {one_line(books.title)}", ""]
    for code, words in sorted(books.commodities.items()):
        parts += [f'commodity 1000.00 "{code}"  ; {plain(words)}']
    parts += [f"account {name}" for name in sorted(books.accounts)]
    for entry in books.entries:
        parts += ["", f"{entry.day} * ({one_line(plain(entry.number))}) {one_line(plain(entry.words))}"]
        parts += [f"    {name}  {money(name, amount)}" for name, amount in entry.postings]
    parts += ["", f"{books.last} * what the database has"]
    for name, amount in sorted(books.balances.items()):
        parts.append(f"    {name}  {money(name, 0)} = {money(name, amount)}")
    return "\n".join(parts) + "\n"


# Reading
def read_time(env, with_initials=False):
    """The whole time ledger of a database: a commodity for each bank, in minutes."""
    env.flush_all()
    books = Books("Time ledger, in minutes")
    env.cr.execute("SELECT id, name FROM timebank_scheme ORDER BY id")
    books.commodities = {f"MIN-{number}": name for number, name in env.cr.fetchall()}
    env.cr.execute(
        """SELECT a.id, a.scheme_id, a.kind, p.name,
                  a.balance_minutes + COALESCE((SELECT SUM(t.minutes) FROM timebank_account_tail t
                                                 WHERE t.account_id = a.id), 0)
             FROM timebank_account a LEFT JOIN res_partner p ON p.id = a.partner_id
            ORDER BY a.id"""
    )
    names = {}
    for number, bank, kind, person, balance in env.cr.fetchall():
        known = f"{number}-{component(initials(person))}" if with_initials and person else str(number)
        root = "Equity" if kind == "operating" else "Assets"
        names[number] = name = f"{root}:Bank-{bank}:{component(kind)}:{known}"
        books.accounts[name] = f"MIN-{bank}"
        books.balances[name] = Decimal(balance)
    env.cr.execute(
        """SELECT id, date, name, kind, from_account_id, to_account_id, minutes
             FROM timebank_transfer ORDER BY date, id"""
    )
    for number, day, name, kind, giver, taker, minutes in env.cr.fetchall():
        postings = [(names[giver], Decimal(-minutes)), (names[taker], Decimal(minutes))]
        books.entries.append(Entry(day, f"{name} #{number}", kind, postings))
    return books


def read_grants(env):
    """What each grant's rewards may cost, cost, and are still to cost: a budget with what is left of it.

    Accounts of a grant: its *Budget*; what is *Left*; what is *Awaited* of suppliers for claims that
    stand; and what was billed, *Matched* with claims or not (*Other*).
    """
    books = Books("Rewards paid from grants")
    grants = env["timebank.grant"].with_context(active_test=False).search([], order="id")
    grants._refresh_figures()
    for grant in grants:
        currency = grant.company_currency_id
        code = currency.name if COMMODITY.fullmatch(currency.name) else f"CUR-{currency.id}"
        books.commodities[code] = currency.name
        _read_grant(books, grant, code)
    books.entries.sort(key=lambda entry: entry.day)
    return books


def _read_grant(books, grant, code):
    exact = _exact(grant.company_currency_id)
    budget, left, awaited, matched, other = (
        f"{root}:Grant-{grant.id}:{name}"
        for root, name in (
            ("Equity", "Budget"),
            ("Assets", "Left"),
            ("Assets", "Awaited"),
            ("Expenses", "Matched"),
            ("Expenses", "Other"),
        )
    )
    names = (budget, left, awaited, matched, other)
    books.accounts.update(dict.fromkeys(names, code))
    figures = (
        -grant.reward_budget,
        grant.remaining_amount,
        grant.unbilled_amount,
        grant.billed_matched_amount,
        grant.billed_unmatched_amount,
    )
    books.balances.update(zip(names, map(exact, figures), strict=True))

    def move(day, number, words, source, target, amount):
        if amount:
            books.entries.append(Entry(day, number, words, [(source, -amount), (target, amount)]))

    move(grant.date_start, f"grant {grant.id}", grant.name, budget, left, exact(grant.reward_budget))
    for spend in sorted(grant._get_spend_lines()):
        number = f"item {spend.move_line_id}" if spend.move_line_id else f"analytic entry {spend.entry_id}"
        move(spend.date, number, "Charged", left, other, exact(spend.amount))
    _read_claims(grant, move, left, awaited, matched, other)


def _read_claims(grant, move, left, awaited, matched, other):
    """What claims commit and bills pay of it, as a reconciliation of all days to come reads them."""
    # what writes forgets records that are only thought of: new bill lines are written before
    grant.env["timebank.bill.line"]._bring_up_to_date(grant)
    grant.env.flush_all()
    whole = grant.env["timebank.reconciliation"].new(
        {"grant_id": grant.id, "date_from": grant.date_start, "date_to": date.max}
    )
    unit = Decimal(10) ** -grant.company_currency_id.decimal_places
    days = {bill.id: bill.day for bill in whole._read_bills()}
    paid, last = {}, {}
    for match in sorted(whole._read_matches(), key=lambda match: match.id):
        words = f"Pays for claim {match.claim}"
        move(days[match.bill], f"match {match.id}", words, other, matched, match.pays * unit)
        paid[match.claim] = paid.get(match.claim, 0) + match.pays
        last[match.claim] = max(days[match.bill], last.get(match.claim, date.min))
    for claim in whole._read_claims():
        if not claim.awaits and claim.id not in paid:
            continue
        rest = max(claim.cost - paid.get(claim.id, 0), 0) if claim.awaits else 0
        move(claim.day, f"claim {claim.id}", "Approved", left, awaited, claim.cost * unit)
        closed = max(claim.day, last.get(claim.id, claim.day))
        move(closed, f"claim {claim.id}", "Billed", awaited, left, (claim.cost - rest) * unit)


def _exact(currency):
    """The function from an amount as Odoo has it to the exact one that people read."""
    unit = Decimal(10) ** -currency.decimal_places
    return lambda amount: Decimal(str(amount)).quantize(unit)


# Comparing
def differences(books):
    """Accounts on which the entries don't come to what the database has: account → both amounts."""
    return {
        name: (amount, books.balances[name])
        for name, amount in books.get_sums().items()
        if amount != books.balances[name]
    }


def export(env, folder, with_initials=False):
    """Write both books in both forms into a folder, and tell of what doesn't agree."""
    told = []
    for name, books in (("time", read_time(env, with_initials)), ("grants", read_grants(env))):
        (folder / f"{name}.beancount").write_text(to_beancount(books), encoding="utf-8")
        (folder / f"{name}.journal").write_text(to_hledger(books), encoding="utf-8")
        print(f"{name}: {len(books.accounts)} accounts, {len(books.entries)} entries")
        told += [
            f"{account}: {amount} by its entries, {balance} in the database"
            for account, (amount, balance) in sorted(differences(books).items())
        ]
    return told
