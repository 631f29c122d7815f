import csv
import io
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.cells import plain
from ...tools.moving_in.sources.timebank import MEMBERS, TRANSFERS, post_headings
from ..common.verb import verb
from ..common.windows import download


class TimebankScheme(models.Model):
    """A bank moves out: all that another needs to take it in, in CSV."""

    _inherit = "timebank.scheme"

    @verb(single=True)
    def action_export(self):
        """All members, transfers, offers and requests of a bank as a zip of CSV, which a move reads back.

        Minutes are whole, days ISO, people by their numbers; the bank itself and its pots have none.

        :return: an action that saves the file
        :raises UserError: for who doesn't run the bank
        """
        if self not in self._run_by_user():
            raise UserError(
                self.env._("Only a coordinator of %s can take all of its records along.", self.name)
            )
        self.env.flush_all()
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, headings, rows in (
                ("members.csv", MEMBERS, self._get_exported_members()),
                ("transfers.csv", TRANSFERS, self._get_exported_transfers()),
                ("offers.csv", post_headings("offer"), self._get_exported_posts("timebank.offer")),
                ("requests.csv", post_headings("request"), self._get_exported_posts("timebank.request")),
            ):
                archive.writestr(name, self._write_csv(headings.values(), rows))
        return download(self, f"{self.name}.zip", stream.getvalue(), "application/zip", alone=True)

    @api.autovacuum
    def _gc_exports(self):
        """What was saved is gone from here after a day: it names everybody and all they wrote."""
        self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", (False, 0)),
                ("res_field", "=", False),
                ("create_date", "<", fields.Datetime.subtract(fields.Datetime.now(), days=1)),
            ]
        ).unlink()

    def _write_csv(self, headings, rows):
        """Bytes that spreadsheets open as they are meant, of cells that none takes for a formula."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(headings)
        for row in rows:
            writer.writerow([_get_cell(value) for value in row])
        return text.getvalue().encode("utf-8-sig")

    def _get_exported_members(self):
        return self.env.execute_query(
            SQL(
                """SELECT m.id, p.name, p.email, p.phone, m.role, m.state, m.joined_on, a.balance_minutes
                     FROM timebank_member m
                     JOIN res_partner p ON p.id = m.partner_id
                     LEFT JOIN timebank_account a ON a.id = m.account_id
                    WHERE m.scheme_id = %s ORDER BY m.id""",
                self.id,
            )
        )

    def _get_exported_transfers(self):
        return self.env.execute_query(
            SQL(
                """SELECT t.name,
                          to_char(t.date, 'YYYY-MM-DD') || CASE WHEN h.start_minute >= 0
                              THEN to_char(make_interval(mins => h.start_minute), ' HH24:MI') ELSE '' END,
                          f.id, fa.name, g.id, ga.name, t.minutes, t.kind, t.memo, r.name
                     FROM timebank_transfer t
                     JOIN timebank_account fa ON fa.id = t.from_account_id
                     JOIN timebank_account ga ON ga.id = t.to_account_id
                     LEFT JOIN timebank_member f ON f.account_id = fa.id
                     LEFT JOIN timebank_member g ON g.account_id = ga.id
                     LEFT JOIN timebank_hours h ON h.id = t.hours_id
                     LEFT JOIN timebank_transfer r ON r.id = t.reversal_of_id
                    WHERE t.scheme_id = %s ORDER BY t.id""",
                self.id,
            )
        )

    def _get_exported_posts(self, model):
        posts = self.env[model].search([("scheme_id", "=", self.id)], order="id")
        return [
            (
                post.id,
                post.member_id.id,
                post.partner_id.name,
                post.skill_id.name,
                post.description,
                post.state,
                post.expires_on,
            )
            for post in posts
        ]


def _get_cell(value):
    """Nothing is empty, 0 is 0; a text like a formula has an apostrophe, which reading takes away."""
    if value is None or value is False:
        return ""
    return plain(value) if isinstance(value, str) else value
