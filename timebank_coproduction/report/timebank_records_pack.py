"""Records of what was billed to a grant, for a funder who asks: a zip of an index and of bills' documents.

People stand in it by pseudonyms. What is made of the same books is the same, byte by byte.
"""

import csv
import hashlib
import io
import re
import zipfile
from collections import defaultdict
from functools import cached_property

from markupsafe import Markup

from odoo.tools import hmac

from ..models.common.words import at_place, say_day
from ..tools import initials
from ..tools.cells import plain
from ..tools.pseudonyms import Pseudonyms
from .timebank_records_documents import ending, open_file, read_text

#: When all files of a pack were made, so that the same books give the same bytes.
LONG_AGO = (1980, 1, 1, 0, 0, 0)
#: How much of a document is held in memory at a time.
CHUNK = 1 << 16
#: Of so many documents a program reads whether they name somebody.
MOST_DOCUMENTS = 200
#: What a line of the index is read from.
ON_LINES = (
    "status",
    "redemption_id",
    "move_line_id",
    "claimed_on",
    "supplier_name",
    "bill_name",
    "billed_on",
    "billed_amount",
    "is_late",
)


class RecordsPack:
    """What was billed to a grant in a period, line by line, with its bills, payments and their documents.

    :param grant: a ``timebank.grant``, as superuser: whoever asks has been checked
    :param reader: the environment of whoever asks, whose own rights say which documents they get besides
        those of what was bought for the grant's claims
    :param reconciliation: a signed one of the grant, whose lines these are; none for what the books say now
    :param bool without_named: whether documents that may name somebody are left out
    """

    def __init__(self, grant, reader, date_from, date_to, reconciliation=None, without_named=False):
        self.reader = reader
        self.grant, self.env, self.currency = grant, grant.env, grant.company_currency_id
        self.date_from, self.date_to = date_from, date_to
        self.reconciliation = reconciliation
        self.without_named = without_named

    # ------------------------------------------------------------
    # What was billed to the award
    # ------------------------------------------------------------

    @cached_property
    def money_lines(self):
        """Values of the lines with money on them, as those of a reconciliation."""
        if self.reconciliation:
            values = self.reconciliation.line_ids.read(ON_LINES, load=None)
        else:
            asked = {"grant_id": self.grant.id, "date_from": self.date_from, "date_to": self.date_to}
            draft = self.env["timebank.reconciliation"].new({**asked, "state": "draft"})
            values = draft._prepare_values(draft._prepare_lines())
        paid = [line for line in values if not self.currency.is_zero(line["billed_amount"])]
        return sorted(paid, key=lambda line: str(line["billed_on"] or ""))

    @cached_property
    def total(self):
        return self.currency.round(sum(line["billed_amount"] for line in self.money_lines))

    @cached_property
    def paid(self):
        """What is paid of it so far: of each bill, the share of the grant's lines that the whole is paid by.

        Credit notes count as what they are settled by does; an entry that owes nothing is paid.
        """
        billed = defaultdict(float)
        for line in self.money_lines:
            if item := self.bill_items.get(line["move_line_id"]):
                billed[item.move_id] += line["billed_amount"]
        return self.currency.round(sum(self._get_paid_share(move) * sum_ for move, sum_ in billed.items()))

    def _get_paid_share(self, move):
        """How much of a bill is paid, from 0 to 1."""
        owed = _get_owed(move)
        total = abs(sum(owed.mapped("balance")))
        if self.currency.is_zero(total):
            return 1
        paid = total - abs(sum(owed.mapped("amount_residual")))
        paid += sum(abs(one.amount_company_currency_signed) for one in _get_payments_without_entry(move))
        return max(0, min(1, paid / total))

    @cached_property
    def bill_items(self):
        """The bill lines: dict of number → ``account.move.line``."""
        numbers = {line["move_line_id"] for line in self.money_lines} - {False}
        items = self.env["account.move.line"].browse(sorted(numbers)).exists()
        return {item.id: item for item in items}

    @cached_property
    def moves(self):
        """The bills and entries, in the order of the index."""
        moves = self.env["account.move"]
        return moves.browse(
            dict.fromkeys(
                self.bill_items[line["move_line_id"]].move_id.id
                for line in self.money_lines
                if line["move_line_id"] in self.bill_items
            )
        )

    @cached_property
    def claims_of_items(self):
        """What each bill line pays for: dict of its number → claims."""
        matches = self.env["timebank.reward.match"].search(
            [("grant_id", "=", self.grant.id), ("move_line_id", "in", list(self.bill_items))], order="id"
        )
        return {item.id: some.redemption_id for item, some in matches.grouped("move_line_id").items()}

    @cached_property
    def named_claims(self):
        """The claims that lines name and that are there: dict of number → claim."""
        numbers = {line["redemption_id"] for line in self.money_lines} - {None, False}
        return {claim.id: claim for claim in self.env["timebank.redemption"].browse(sorted(numbers)).exists()}

    def _get_claims(self, line):
        claims = self.named_claims.get(line["redemption_id"], self.env["timebank.redemption"])
        return claims or self.claims_of_items.get(line["move_line_id"], claims)

    @cached_property
    def claims(self):
        return self.env["timebank.redemption"].union(*map(self._get_claims, self.money_lines))

    @cached_property
    def say(self):
        """The pseudonyms of whom claims are for; nobody else who is in the grant's banks is named either."""
        people = self.claims.partner_id
        members = self.env["timebank.member"].with_context(active_test=False)
        others = members.search([("scheme_id", "in", self.grant.scheme_ids.ids)]).partner_id - people
        scope = f"timebank-records-{self.grant.id}-{self.date_from}-{self.date_to}"
        env = self.env
        return Pseudonyms(
            {person.id: person.name for person in people},
            key=lambda number: hmac(env, scope, number),
            say=lambda place: env._("Person %s", place),
            others=others.filtered(lambda one: not one.is_company).mapped("name"),
            ours=self._get_own_words(),
        )

    def _get_own_words(self):
        """Texts that name no member: what was bought and from whom, and what Odoo itself writes on bills,
        such as “Unit Price”."""
        yield from self.claims.reward_id.mapped("name")
        yield from self.moves.invoice_line_ids.product_id.mapped("name")
        yield from self.moves.partner_id.filtered("is_company").mapped("name")
        for records in (self.moves, self.moves.line_ids, self.env["account.payment"]):
            yield from (field["string"] for field in records.fields_get(attributes=["string"]).values())

    def tell(self, text):
        """What somebody wrote on a bill or a payment: without names, and without the codes of claims."""
        return self.say(self._without_codes(text))

    @cached_property
    def _without_codes(self):
        written = [text for move in self.moves for text in (move.ref, move.name, *self._get_labels(move))]
        # sudo: whose codes are left out is nobody's to read
        claims = (
            self.env["timebank.redemption"]
            .sudo()
            .search_fetch(
                [("kept_code", "in", list(initials.codes_in(*written, *self._get_memos())))], ["kept_code"]
            )
        )
        return initials.Abbreviated((), {claim.kept_code: f"#{claim.id}" for claim in claims})

    def _get_memos(self):
        """What is written on payments."""
        entries = self.env["account.move"]
        for line in self.moves.line_ids:
            entries |= line.matched_debit_ids.debit_move_id.move_id
            entries |= line.matched_credit_ids.credit_move_id.move_id
        payments = entries.origin_payment_id | self.moves.matched_payment_ids
        return [
            *entries.mapped("ref"),
            *payments.mapped("memo"),
            *entries.statement_line_id.mapped("payment_ref"),
        ]

    @cached_property
    def rows(self):
        """The lines of the index: dicts of what stands in each column."""
        status = self.env["timebank.reconciliation.line"]._fields["status"]
        statuses = dict(status._description_selection(self.env))
        return [
            self._prepare_row(number, line, statuses) for number, line in enumerate(self.money_lines, start=1)
        ]

    def _prepare_row(self, number, line, statuses):
        claims, item = self._get_claims(line), self.bill_items.get(line["move_line_id"])
        move = item.move_id if item else self.env["account.move"]
        quantity = sum(claims.mapped("quantity"))
        return {
            "number": number,
            "status": statuses[line["status"]],
            "claims": ", ".join(f"#{claim.id}" for claim in claims),
            "people": ", ".join(dict.fromkeys(self.say.of(claim.partner_id.id) for claim in claims)),
            "what": self.say.whole(", ".join(dict.fromkeys(claims.reward_id.mapped("name")))),
            "quantity": quantity or "",
            "claimed_on": line["claimed_on"] or "",
            "had_on": ", ".join(dict.fromkeys(map(_say_handed_over, claims.filtered("fulfilled_on")))),
            "supplier": self._say_supplier(item.partner_id) if item else self.tell(line["supplier_name"]),
            "bill": move.name or self.tell(line["bill_name"]),
            "reference": self.tell(move.ref),
            "text": self.tell(item.name) if item else "",
            "billed_on": line["billed_on"] or "",
            "amount": line["billed_amount"],
            "payments": [payment["number"] for payment in self.payments_of[move]],
            "documents": self.documents_of[move],
        }

    def _say_supplier(self, supplier):
        """Who was paid: a business by its name, and a person who is a member by their pseudonym."""
        who = supplier.commercial_partner_id
        if who.is_company or not who.timebank_member_ids:
            return who.name or ""
        return self.say.of(who.id) or self.env._("A member")

    # ------------------------------------------------------------
    # How it was paid
    # ------------------------------------------------------------

    @cached_property
    def payments(self):
        """What Odoo has reconciled with each bill: dicts, numbered in the order of the bills."""
        found = [
            {"move": move, "bill": move.name or "", **payment}
            for move in self.moves
            for payment in sorted(self._find_payments(move), key=lambda one: (one["date"], one["key"]))
        ]
        return [{**payment, "number": f"P{number}"} for number, payment in enumerate(found, start=1)]

    @cached_property
    def payments_of(self):
        """The payments of each bill."""
        return _by(self.payments, "move")

    def _find_payments(self, move):
        owed = _get_owed(move)
        if not owed:
            yield self._describe(move, move.date, sum(move.line_ids.mapped("debit")), move.id)
        for line in owed:
            for partial in line.matched_debit_ids:
                yield self._describe(
                    partial.debit_move_id.move_id, partial.max_date, partial.amount, partial.id
                )
            for partial in line.matched_credit_ids:
                yield self._describe(
                    partial.credit_move_id.move_id, partial.max_date, partial.amount, partial.id
                )
        for payment in _get_payments_without_entry(move):
            amount = abs(payment.amount_company_currency_signed)
            yield {
                "paid_by": self.env._("Payment"),
                "name": payment.name or "",
                "memo": self.tell(payment.memo),
                "date": payment.date,
                "amount": amount,
                "bank": "",
                "record": payment,
                "key": payment.id,
            }

    def _describe(self, entry, day, amount, key):
        """A payment, by the entry that is reconciled with the bill."""
        payment, line = entry.origin_payment_id, entry.statement_line_id
        way = self.env._("Entry")
        if payment:
            way = self.env._("Payment")
        elif line:
            way = self.env._("Bank")
        elif entry.is_invoice(include_receipts=True):
            way = self.env._("Credit note")
        bank = line or self._find_bank_lines(entry)
        return {
            "paid_by": way,
            "name": entry.name or "",
            "memo": self.tell(payment.memo or line.payment_ref or entry.ref),
            "date": day,
            "amount": amount,
            "bank": ", ".join(f"{one.journal_id.name} {one.date}" for one in bank),
            "record": payment,
            "key": key,
        }

    def _find_bank_lines(self, entry):
        """The lines of bank statements that a payment is found on."""
        others = entry.line_ids.filtered(lambda line: line.account_id.account_type != "liability_payable")
        partials = others.matched_debit_ids | others.matched_credit_ids
        moves = (partials.debit_move_id | partials.credit_move_id).move_id - entry
        return moves.statement_line_id.sorted("id")

    # ------------------------------------------------------------
    # Their documents, as they are kept
    # ------------------------------------------------------------

    @cached_property
    def documents(self):
        """The files on bills, entries and payments: dicts, in the order of the bills."""
        files = self.env["ir.attachment"]
        by_place = defaultdict(list)
        payments = self.env["account.payment"].union(*(one["record"] for one in self.payments))
        places = {"account.move": (self.moves | payments.move_id).ids, "account.payment": payments.ids}
        for model, numbers in places.items():
            found = files.search(
                [("res_model", "=", model), ("res_id", "in", numbers), ("res_field", "=", False)], order="id"
            )
            files |= found
            for file in found:
                by_place[model, file.res_id].append(file)
        documents = []
        handed_out = self._find_handed_out(files)
        for place, move in enumerate(self.moves, start=1):
            of_bill = list(by_place["account.move", move.id])
            for one in self.payments_of[move]:
                if one["record"]:
                    of_bill += by_place["account.payment", one["record"].id]
                    of_bill += by_place["account.move", one["record"].move_id.id]
            for number, file in enumerate(dict.fromkeys(of_bill), start=1):
                folder = re.sub(r"[^A-Za-z0-9]+", "_", move.name or "").strip("_")
                path = f"documents/{place:04d}_{folder}/{number}{ending(file.mimetype)}"
                withheld = move not in self.bought and file not in handed_out
                why_not = self.env._("In the accounts, for who reads them") if withheld else ""
                documents.append(
                    {"bill": move, "file": file, "path": path, "why_not": why_not, "withheld": withheld}
                )
        return documents

    @cached_property
    def bought(self):
        """The bills that are the grant's whoever reads them: by its claims' suppliers, for these claims.

        That somebody has charged a bill to the grant's account doesn't make it so: whoever makes a grant
        chooses the account, and whoever keeps the books needn't know of it.
        """
        bought = self.env["account.move"]
        for line in self.money_lines:
            item = self.bill_items.get(line["move_line_id"])
            suppliers = self._get_claims(line).reward_id.supplier_id.commercial_partner_id
            if item and item.partner_id.commercial_partner_id & suppliers:
                bought |= item.move_id
        return bought

    def _find_handed_out(self, files):
        """Those of these documents that whoever asks reads by themselves, with the bill or payment."""
        found = files.browse()
        for model, some in files.grouped("res_model").items():
            records = self.reader[model].browse(some.mapped("res_id"))
            readable = set(records._filtered_access("read").ids)
            found |= some.filtered(lambda file, ids=readable: file.res_id in ids)
        return found

    def count_withheld(self):
        """How many documents whoever asks doesn't get."""
        return sum(document["withheld"] for document in self.documents)

    @cached_property
    def documents_of(self):
        """The documents of each bill."""
        return _by(self.documents, "bill")

    def find_named(self):
        """Documents that may name somebody, or that nobody but a reader can tell of.

        :return: list of (document, why in a sentence), the names in it as they are written there; nothing
            of those that whoever asks doesn't get
        """
        found, read = [], 0
        for document in self.documents:
            if document["withheld"]:
                continue
            move, file = document["bill"], document["file"]
            named = self.say.find(" \n ".join([file.name or "", move.ref or "", *self._get_labels(move)]))
            text, is_whole, read = "", False, read + 1
            if read <= MOST_DOCUMENTS:
                text, is_whole = read_text(file)
                named += self.say.find(text)
            named = list(dict.fromkeys(named))
            if named:
                found.append((document, self.env._("names %s", ", ".join(named[:5]))))
            elif not is_whole:
                why = self.env._("can only be read in part by a program") if text else ""
                found.append((document, why or self.env._("can only be read by eye")))
        return found

    def _get_labels(self, move):
        return [line.name for line in move.line_ids if line.name]

    def find_undocumented(self):
        """Bills without any document, which a funder will ask for."""
        kept = {document["bill"].id for document in self.documents}
        return self.moves.filtered(lambda move: move.id not in kept)

    # ------------------------------------------------------------
    # The pack
    # ------------------------------------------------------------

    def write_to(self, target):
        """Write the zip into a file. Documents pass through memory a piece at a time.

        :param target: a file that can be written and sought
        """
        if self.without_named:
            for document, _why in self.find_named():
                document["why_not"] = self.env._("Left out: it may name somebody")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
            for document in self.documents:
                if not document["why_not"]:
                    self._add_document(pack, document)
            for name, table in (("index", self._index), ("payments", self._paid), ("documents", self._kept)):
                self._add(pack, f"{name}.csv", _as_csv(table()))
            self._add(pack, "index.html", self.page().encode())

    def _add_document(self, pack, document):
        file, digest = document["file"], hashlib.sha256()
        try:
            source = open_file(file)
        except OSError:
            document["why_not"] = self.env._("Not found where it should be kept")
            return
        if source is None:
            document["why_not"] = self.env._("Kept elsewhere: %s", self.env._("a link"))
            return
        with source, pack.open(_info(document["path"]), "w", force_zip64=True) as copy:
            while piece := source.read(CHUNK):
                digest.update(piece)
                copy.write(piece)
        document["sha256"] = digest.hexdigest()

    def _add(self, pack, name, content):
        pack.writestr(_info(name), content)

    # Tables of the index, by columns
    def _index(self):
        env = self.env
        yield [
            env._("Line"),
            env._("Status"),
            env._("Claim"),
            env._("Person"),
            env._("What"),
            env._("How many"),
            env._("Claimed on"),
            env._("Handed over on"),
            env._("Supplier"),
            env._("Bill"),
            env._("Supplier's reference"),
            env._("Bill line"),
            env._("Billed on"),
            self.currency.name,
            env._("Payments"),
            env._("Documents"),
        ]
        for row in self.rows:
            yield [
                row["number"],
                *(
                    row[name]
                    for name in (
                        "status",
                        "claims",
                        "people",
                        "what",
                        "quantity",
                        "claimed_on",
                        "had_on",
                        "supplier",
                        "bill",
                        "reference",
                        "text",
                        "billed_on",
                    )
                ),
                self._plain_amount(row["amount"]),
                " ".join(row["payments"]),
                " ".join(document["path"] for document in row["documents"] if not document["why_not"]),
            ]
        yield ["", env._("Total"), *[""] * 11, self._plain_amount(self.total), "", ""]

    def _paid(self):
        env = self.env
        yield [
            env._("Payment"),
            env._("Bill"),
            env._("Paid by"),
            env._("Number"),
            env._("Text"),
            env._("Date"),
            self.currency.name,
            env._("On the bank statement"),
        ]
        for one in self.payments:
            yield [
                *(one[name] for name in ("number", "bill", "paid_by", "name", "memo", "date")),
                self._plain_amount(one["amount"]),
                one["bank"],
            ]

    def _kept(self):
        env = self.env
        yield [env._("Bill"), env._("File"), env._("SHA-256"), env._("Remark")]
        for document in self.documents:
            why_not = document["why_not"]
            bill, digest = document["bill"].name or "", document.get("sha256", "")
            yield [bill, "" if why_not else document["path"], digest, why_not]
        for move in self.find_undocumented():
            yield [move.name or "", "", "", env._("No document is kept with it")]

    def _plain_amount(self, amount):
        """As a number that every spreadsheet adds up: a :class:`float` written with the coins it has."""
        return _Amount(f"{amount:.{self.currency.decimal_places}f}")

    def get_grant_name(self):
        """What the grant is called, without whom it may be called after."""
        return self.say.whole(self.grant.name)

    def page(self):
        """The index as a page to read and to print, with the way to each document."""
        values = {
            "pack": self,
            "grant": self.grant,
            "title": self.env._("Records of %s", self.get_grant_name()),
            "days": self.env._(
                "%(first)s to %(last)s",
                first=say_day(self.env, self.date_from),
                last=say_day(self.env, self.date_to),
            ),
            "say_day": lambda day: say_day(self.env, day) if day else "",
            "page_lang": (self.env.lang or "en_GB").replace("_", "-"),
        }
        page = self.env["ir.qweb"]._render("timebank_coproduction.records_pack_page", values)
        return Markup("<!DOCTYPE html>\n") + page


def _get_owed(move):
    """The lines of a bill on which it is owed."""
    return move.line_ids.filtered(
        lambda line: line.account_id.account_type in ("liability_payable", "asset_receivable")
    )


def _get_payments_without_entry(move):
    """What Odoo keeps of a bill's payments without an entry of its own."""
    return move.matched_payment_ids.filtered(
        lambda one: not one.move_id and one.state in ("in_process", "paid")
    )


def _by(found, key):
    """Dicts by one of their values."""
    places = defaultdict(list)
    for one in found:
        places[one[key]].append(one)
    return places


def _say_handed_over(claim):
    return str(at_place(claim.fulfilled_on, claim.scheme_id.tz).date())


class _Amount(str):
    """A number, which a cell may begin with a minus for."""


def _as_csv(rows):
    """Rows as a spreadsheet, as bytes. No cell in it calculates."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([cell if isinstance(cell, _Amount) else plain(str(cell)) for cell in row])
    return buffer.getvalue().encode("utf-8-sig")


def _info(name):
    info = zipfile.ZipInfo(name, LONG_AGO)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
