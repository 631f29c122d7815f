from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.ledger_ddl import DIGEST_OF
from ..common.personal import OURS


class TimebankSignedTexts(models.AbstractModel):
    """Words under signatures: what is signed is a salted digest of each, so that they can be erased.

    A text that is there fits its digest; one that was erased left its digest and took its salt along,
    so that nobody finds a short text again by trying. Everything else is an alteration.
    """

    _name = "timebank.signed.texts"
    _description = "Texts under Signatures"
    #: The fields that hold words, and those of them that are erased where nobody says which.
    _personal_fields = {"text_digests": OURS, "text_salts": OURS}
    _signed_texts = ()
    _personal_texts = ()

    # By field: a SHA-256 in hex, and its salt. Of the database's making, as those of transfers are.
    text_digests = fields.Json(readonly=True, copy=False, groups=fields.NO_ACCESS)
    text_salts = fields.Json(readonly=True, copy=False, groups=fields.NO_ACCESS)
    texts_erased_on = fields.Datetime("Text erased on", readonly=True, copy=False)

    @api.private
    def _digest_texts(self):
        """Give each text that has none a salt and a digest. For whoever is about to sign."""
        salts = SQL(", ").join(
            SQL(
                "%s, CASE WHEN NULLIF(%s, '') IS NOT NULL THEN replace(gen_random_uuid()::text, '-', '') END",
                name,
                SQL.identifier(name),
            )
            for name in self._signed_texts
        )
        self._update_signed(
            SQL(
                "text_salts = jsonb_strip_nulls(jsonb_build_object(%s)), text_digests = '{}'",
                salts,
            ),
            SQL("text_digests IS NULL"),
        )
        digests = SQL(", ").join(SQL("%s, %s", name, _digest_of(name)) for name in self._signed_texts)
        self._update_signed(
            SQL("text_digests = jsonb_strip_nulls(jsonb_build_object(%s))", digests),
            SQL("text_digests = '{}'"),
        )

    @api.private
    def _forget_digests(self):
        """Take digests away: nobody's signature is over them any more."""
        self._update_signed(SQL("text_digests = NULL, text_salts = NULL"), SQL("TRUE"))

    @api.private
    def _erase_texts(self, names=None):
        """Erase for good what somebody wrote here. No signature changes, and nothing takes its place.

        The caller has checked that it may.

        :param names: the fields to erase; those that people's own words or names may stand in, if not given
        """
        names = tuple(names or self._personal_texts)
        written = SQL(" OR ").join(SQL("NULLIF(%s, '') IS NOT NULL", SQL.identifier(name)) for name in names)
        self._update_signed(
            SQL(
                "%s, text_salts = text_salts - %s::text[], texts_erased_on"
                " = CASE WHEN text_digests IS NOT NULL THEN %s ELSE texts_erased_on END",
                SQL(", ").join(SQL("%s = NULL", SQL.identifier(name)) for name in names),
                list(names),
                fields.Datetime.now(),
            ),
            written,
        )
        self.modified(names)

    def _update_signed(self, values, where):
        if self:
            self.flush_recordset()
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s WHERE id IN %s AND (%s)",
                    SQL.identifier(self._table),
                    values,
                    tuple(self.ids),
                    where,
                )
            )
            self.invalidate_recordset(flush=False)

    def _find_altered_texts(self):
        """Those of these records whose words are neither those that were signed nor erased as such."""
        if not self:
            return self
        self.flush_model()
        altered = SQL(" OR ").join(
            SQL(
                """CASE WHEN NULLIF(%(text)s, '') IS NOT NULL
                        THEN %(digest)s IS DISTINCT FROM text_digests ->> %(name)s
                        ELSE COALESCE(text_digests ? %(name)s, FALSE)
                             AND (texts_erased_on IS NULL OR COALESCE(text_salts ? %(name)s, FALSE)) END""",
                text=SQL.identifier(name),
                name=name,
                digest=_digest_of(name),
            )
            for name in self._signed_texts
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE id IN %s AND (%s)",
                SQL.identifier(self._table),
                tuple(self.ids),
                altered,
            )
        )
        return self.browse(record_id for (record_id,) in rows)

    def _has_erased_texts(self):
        """Whether a text was erased here."""
        return bool(self.filtered("texts_erased_on"))


def _digest_of(name):
    """The digest of a field's text with the salt that is kept for it."""
    salt = SQL("(text_salts ->> %s)", name)
    how = DIGEST_OF.replace("{0}", "%(salt)s").replace("{1}", "%(text)s")
    return SQL(how, salt=salt, text=SQL.identifier(name))
