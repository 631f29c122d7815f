from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools import hash_chain
from ...tools.minutes import LARGEST
from ..common.personal import OURS

#: How many signs of its hash tell a seal from the bank's others of that day.
HASH_SHOWN = 8

#: A posting takes less than this, however much it posts: what is older when a seal is made is in it.
LONGEST_POSTING = "6 hours"

#: What a line's hash is of: in the first form the memo itself, since then a digest of it
#: (``tools/ledger_ddl.py``). The hash of a seal says which form its lines are of.
FIRST_FORM, FORM = 1, 2


class TimebankSeal(models.Model):
    """A hash over every transfer of a bank that no earlier seal covers.

    Ids are handed out before transactions commit, so a seal remembers which transfers
    it covers, not up to which: one that appears late goes into the next seal. Where the
    form of the hashes changes, the next seal covers all transfers again: what stood in
    an earlier form stays proven when a text in it has been erased.
    """

    _name = "timebank.seal"
    _description = "Ledger Seal"
    _inherit = ["timebank.protected"]
    _order = "id desc"
    _allow_sudo_commands = False
    _personal_fields = {
        "hash": OURS,
    }

    scheme_id = fields.Many2one(
        "timebank.scheme", string="Time bank", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="scheme_id.company_id")
    number = fields.Integer("No.", required=True, readonly=True, aggregator=None)
    previous_id = fields.Many2one("timebank.seal", readonly=True, ondelete="restrict")
    line_ids = fields.One2many(
        "timebank.seal.line",
        "seal_id",
        readonly=True,
        groups="timebank_coproduction.group_timebank_manager",
    )
    transfer_count = fields.Integer(readonly=True, string="Transfers")
    hash = fields.Char(required=True, readonly=True)

    _number_unique = models.UniqueIndex("(scheme_id, number)", "That number is taken.")
    _chain = models.UniqueIndex("(previous_id) WHERE previous_id IS NOT NULL", "A seal has one follower.")

    @api.depends("scheme_id", "create_date")
    def _compute_display_name(self):
        for seal in self:
            day, hash_ = fields.Date.to_string(seal.create_date), seal.hash and seal.hash[:HASH_SHOWN]
            seal.display_name = " ".join(filter(None, (seal.scheme_id.code, day, hash_)))

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_in_verb():
            raise AccessError(self.env._("A seal is made by the bank's own “Seal” button."))
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(self.env._("A seal is never changed."))

    # At uninstallation too, which a context from outside can claim; the hook empties the table itself.
    @api.ondelete(at_uninstall=True)
    def _unlink_never(self):
        raise AccessError(self.env._("A seal is never removed."))

    @api.private
    def _seal_unsealed(self, scheme):
        """Seal what is not sealed yet in ``scheme``.

        :return: the seal, or an empty recordset when there was nothing new
        :raises UserError: while another seal of that bank is being made
        """
        self.env.flush_all()
        cr = self.env.cr
        cr.execute("SELECT pg_try_advisory_xact_lock(hashtext('timebank.seal'), %s)", [scheme.id])
        if not cr.fetchone()[0]:
            raise UserError(self.env._("%s is being sealed at this moment.", scheme.name))
        cr.execute(
            SQL(
                """SELECT t.id, %s FROM timebank_transfer t
                     LEFT JOIN timebank_seal_line l ON l.transfer_id = t.id AND l.hash_form = %s
                    WHERE t.scheme_id = %s AND l.id IS NULL ORDER BY t.id""",
                self._row_hash_sql("t"),
                FORM,
                scheme.id,
            )
        )
        rows = cr.fetchall()
        previous = scheme.last_seal_id
        if not rows or not self._is_last(scheme, previous):  # a seal on top of a loss would hide it
            return self.browse()
        seal = (
            self._in_verb()
            .create(
                {
                    "scheme_id": scheme.id,
                    "number": previous.number + 1,
                    "previous_id": previous.id,
                    "transfer_count": len(rows),
                    "hash": hash_chain.seal(previous.hash or "", (row_hash for _id, row_hash in rows), FORM),
                }
            )
            .with_env(self.env)
        )
        self.env["timebank.seal.line"]._insert_rows(
            [
                {"seal_id": seal.id, "transfer_id": number, "hash_form": FORM, "row_hash": row_hash}
                for number, row_hash in rows
            ]
        )
        # sudo: the bank notes which seal is its last, so that a missing one is missed
        scheme.sudo()._in_verb().write(
            {"last_seal_id": seal.id, "last_seal_number": seal.number, "last_seal_hash": seal.hash}
        )
        return seal

    def _is_last(self, scheme, seal):
        """Whether ``seal`` (or none) is there, and is what the bank noted of its last one."""
        return (
            seal == seal.exists()
            and seal.number == scheme.last_seal_number
            and (seal.hash or "") == (scheme.last_seal_hash or "")
        )

    @api.private
    def _get_written(self):
        """What of this seal goes onto paper: its bank's id, its number, and the beginning of its hash."""
        self.ensure_one()
        return {
            "scheme_id": self.scheme_id.id,
            "number": self.number,
            "hash": self.hash[: hash_chain.WRITTEN],
        }

    def _row_hash_sql(self, alias, form=FORM):
        """SQL of the hash of one transfer, as hex. PostgreSQL puts the columns in an order of its own."""
        columns = self.env["timebank.transfer"]._sealed_columns
        if form == FIRST_FORM:
            columns = columns - {"memo_digest"} | {"memo"}
        pairs = SQL(", ").join(
            SQL("%s, %s", column, SQL.identifier(alias, column)) for column in sorted(columns)
        )
        return SQL(
            "encode(sha256(convert_to(jsonb_strip_nulls(jsonb_build_object(%s))::text, 'UTF8')), 'hex')",
            pairs,
        )

    def _get_violations(self, schemes, up_to=None):
        """Seals that no longer fit the ledger, as :meth:`timebank.scheme.check_ledger` lists them.

        :param int up_to: only seals up to this number
        """
        self.env.flush_all()
        violations, violation = [], self.env["timebank.ledger.check"]._prepare_violation
        self.env.cr.execute(
            SQL(
                """SELECT DISTINCT s.scheme_id, l.transfer_id, t.id IS NULL, COALESCE(t.name, '')
                     FROM timebank_seal_line l JOIN timebank_seal s ON s.id = l.seal_id
                     LEFT JOIN timebank_transfer t ON t.id = l.transfer_id
                     LEFT JOIN timebank_seal_line n ON n.transfer_id = t.id AND n.hash_form = %(form)s
                                                   AND l.hash_form != n.hash_form
                    WHERE s.scheme_id IN %(banks)s AND s.number <= %(up_to)s
                      AND (t.id IS NULL OR CASE
                           WHEN l.hash_form = %(form)s THEN l.row_hash != %(hash)s
                           WHEN t.memo_erased_on IS NULL THEN l.row_hash != %(first_hash)s
                           ELSE n.row_hash IS DISTINCT FROM %(hash)s END)""",
                form=FORM,
                banks=tuple(schemes.ids),
                up_to=LARGEST if up_to is None else up_to,
                hash=self._row_hash_sql("t"),
                first_hash=self._row_hash_sql("t", FIRST_FORM),
            )
        )
        for scheme_id, transfer_id, missing, name in self.env.cr.fetchall():
            if missing:
                message = self.env._("Sealed transfer number %s is missing.", transfer_id)
            else:
                message = self.env._("Transfer %s was altered after it had been sealed.", name)
            violations.append(
                violation(schemes.browse(scheme_id), "sealed", message, "timebank.transfer", transfer_id)
            )
        if up_to is None:
            violations += self._get_unsealed(schemes)
        return violations + self._get_broken_chain(schemes, up_to)

    @api.private
    def _get_proven_later(self, scheme, up_to):
        """What seals up to a number can't prove any more, since a text in them was erased: later ones do.

        :return: how many transfers, and the number of the seal that proves them
        """
        [found] = self.env.execute_query(
            SQL(
                """SELECT COUNT(*), MAX(later.number) FROM timebank_seal_line l
                     JOIN timebank_seal s ON s.id = l.seal_id
                     JOIN timebank_transfer t ON t.id = l.transfer_id
                     JOIN timebank_seal_line n ON n.transfer_id = t.id AND n.hash_form = %s
                     JOIN timebank_seal later ON later.id = n.seal_id
                    WHERE s.scheme_id = %s AND s.number <= %s AND l.hash_form = %s
                      AND t.memo_erased_on IS NOT NULL AND later.number > %s""",
                FORM,
                scheme.id,
                up_to,
                FIRST_FORM,
                up_to,
            )
        )
        return found

    @api.private
    def _get_unsealed(self, schemes):
        """Transfers that no seal covers, or a later one than should: the one that did was removed.

        Whatever is there when a seal is made is in it, and the nightly job makes one.
        """
        job = self.env.ref("timebank_coproduction.cron_seal_and_check", raise_if_not_found=False)
        rows = self.env.execute_query(
            SQL(
                """SELECT t.scheme_id, MIN(t.id), COUNT(*), MIN(t.create_date)::date::text
                     FROM timebank_transfer t
                     LEFT JOIN timebank_seal_line l ON l.transfer_id = t.id AND l.hash_form = %(form)s
                     LEFT JOIN timebank_seal_line f ON f.transfer_id = t.id AND f.hash_form = %(first)s
                     LEFT JOIN timebank_seal s ON s.id = COALESCE(f.seal_id, l.seal_id)
                     LEFT JOIN timebank_seal p ON p.scheme_id = t.scheme_id AND p.number = s.number - 1
                     LEFT JOIN (SELECT scheme_id, MAX(create_date) AS made FROM timebank_seal
                                 GROUP BY scheme_id) latest ON latest.scheme_id = t.scheme_id
                    WHERE t.scheme_id IN %(banks)s
                      AND (t.create_date < p.create_date - %(posting)s::interval
                           OR t.create_date > s.create_date + %(posting)s::interval
                           OR l.id IS NULL AND t.create_date < GREATEST(latest.made, %(night)s)
                                                               - %(posting)s::interval)
                    GROUP BY t.scheme_id""",
                form=FORM,
                first=FIRST_FORM,
                banks=tuple(schemes.ids),
                posting=LONGEST_POSTING,
                # sudo: when the job ran last, for whoever checks the ledger
                night=(job and job.sudo().lastcall) or None,
            )
        )
        return self.env["timebank.ledger.check"]._prepare_violations(
            "sealed",
            "timebank.transfer",
            rows,
            lambda count, day: self.env._(
                "Transfers that are not in the seal that was made next: %(count)s, the first made on %(day)s."
                " It was removed or made anew, or the nightly job fails.",
                count=count,
                day=day,
            ),
        )

    def _get_broken_chain(self, schemes, up_to=None):
        """Seals that were altered or are missing, themselves or some of their lines."""
        broken, violation = {}, self.env["timebank.ledger.check"]._prepare_violation
        last, last_form = dict.fromkeys(schemes.ids), dict.fromkeys(schemes.ids, FIRST_FORM)
        seals = fields.Domain("scheme_id", "in", schemes.ids)
        if up_to is not None:
            seals &= fields.Domain("number", "<=", up_to)
        for seal in self.search(seals, order="scheme_id, number"):
            earlier = last[seal.scheme_id.id]
            lines = self.env.execute_query(
                SQL(
                    "SELECT row_hash, hash_form FROM timebank_seal_line WHERE seal_id = %s"
                    " ORDER BY transfer_id",
                    seal.id,
                )
            )
            row_hashes, forms = [row_hash for row_hash, _form in lines], {form for _hash, form in lines}
            form = max(forms, default=FORM)
            expected = hash_chain.seal(earlier.hash if earlier else "", row_hashes, form)
            chained = seal.previous_id == (earlier or self.browse())
            numbered = seal.number == (earlier.number if earlier else 0) + 1
            whole = chained and numbered and seal.transfer_count == len(row_hashes)
            # of one form, and none of an earlier one than the seal before
            formed = len(forms) == 1 and form >= last_form[seal.scheme_id.id]
            last_form[seal.scheme_id.id] = form
            if seal.hash != expected or not whole or not formed:
                broken[seal.id] = (
                    seal.scheme_id,
                    self.env._("The seal of %s was broken.", fields.Date.to_string(seal.create_date)),
                )
            last[seal.scheme_id.id] = seal
        for scheme_id, seal_id in self._get_missing(schemes, last) if up_to is None else ():
            broken.setdefault(
                seal_id, (schemes.browse(scheme_id), self.env._("Seal number %s is missing.", seal_id))
            )
        return [
            violation(scheme, "sealed", message, self._name, seal_id)
            for seal_id, (scheme, message) in broken.items()
        ]

    def _get_missing(self, schemes, last):
        """Pairs of bank id and id of a seal that is known to have been there, and is not.

        :param dict last: bank id → the last seal there is, if any
        """
        missing = self.env.execute_query(
            SQL(
                """SELECT DISTINCT t.scheme_id, l.seal_id FROM timebank_seal_line l
                     JOIN timebank_transfer t ON t.id = l.transfer_id
                     LEFT JOIN timebank_seal s ON s.id = l.seal_id
                    WHERE t.scheme_id IN %s AND s.id IS NULL""",
                tuple(schemes.ids),
            )
        )
        heads = self.env.execute_query(
            SQL("SELECT id, last_seal_id FROM timebank_scheme WHERE id IN %s", tuple(schemes.ids))
        )
        for scheme_id, seal_id in heads:
            found = last[scheme_id].id if last[scheme_id] else None
            if seal_id != found:
                missing.append((scheme_id, seal_id or found))
        for scheme in schemes:
            seal = last[scheme.id] or self.browse()
            noted = (scheme.last_seal_number, scheme.last_seal_hash or "")
            if noted != (seal.number, seal.hash or "") and seal.id == scheme.last_seal_id.id:
                missing.append((scheme.id, scheme.last_seal_number))
        return missing


class TimebankSealLine(models.Model):
    _name = "timebank.seal.line"
    _description = "Sealed Transfer"
    _inherit = ["timebank.protected"]
    _log_access = False
    _allow_sudo_commands = False
    _personal_fields = {
        "transfer_id": OURS,
        "row_hash": OURS,
    }

    seal_id = fields.Many2one("timebank.seal", required=True, ondelete="restrict", index=True)
    transfer_id = fields.Many2one("timebank.transfer", required=True, ondelete="restrict")
    hash_form = fields.Integer(required=True, default=FORM)
    row_hash = fields.Char(required=True)

    _once = models.UniqueIndex("(transfer_id, hash_form)", "A transfer is sealed once.")
