from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class TimebankIntroduction(models.Model):
    """Suggestions that are kept to be taken up: their score, their reasons and their end."""

    _inherit = "timebank.introduction"

    def _weigh(self):
        """Fill in score and reasons of pairs that somebody put together by hand."""
        if not self:
            return
        matchmaker, pairs = self.env["timebank.matchmaker"], []
        # sudo: for the broker who made the pair, whose score and reasons these are
        requests, offers = self.sudo().request_id, self.sudo().offer_id
        points = matchmaker._score(requests, offers)
        rows = {request: row for row, request in enumerate(requests)}
        columns = {offer: column for column, offer in enumerate(offers)}
        for introduction in self.sudo():
            request, offer = introduction.request_id, introduction.offer_id
            pairs.append((request, offer, float(points[rows[request], columns[offer]])))
        for introduction, row in zip(self.sudo(), matchmaker._describe(pairs), strict=True):
            introduction.score = row["score"]
            introduction.reasons = self._join_reasons(row["reasons"])

    def _join_reasons(self, reasons):
        text = ", ".join(reasons)
        return text[:1].upper() + text[1:] or False

    @api.model
    @api.private
    def _suggest(self, rows, sources):
        """Keep suggestions as introductions, and show what ``sources`` have now.

        :param rows: what :meth:`timebank.request.suggest` returns
        :param sources: the requests or the offers that were asked about
        """
        introductions = self._keep(rows)
        name = "request_id" if sources._name == "timebank.request" else "offer_id"
        if not rows and not introductions:
            raise UserError(self.env._("Nothing fits yet. It shows on the desk as soon as something does."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "timebank_coproduction.timebank_introduction_suggested_action"
        )
        return dict(action, domain=[(name, "in", sources.ids)], context={})

    def _keep(self, rows):
        """Introductions in state suggested for ``rows``; those that are there get the new score.

        :return: all of them, those that were there before too
        """
        there = {
            (introduction.offer_id.id, introduction.request_id.id): introduction
            for introduction in self.search(
                [
                    ("state", "=", "suggested"),
                    ("request_id", "in", [row["request_id"] for row in rows]),
                    ("offer_id", "in", [row["offer_id"] for row in rows]),
                ]
            )
        }
        new, kept = [], self.browse()
        for row in rows:
            vals = {"score": row["score"], "reasons": self._join_reasons(row["reasons"])}
            old = there.get((row["offer_id"], row["request_id"]))
            if old:
                old.write(vals)
                kept |= old
            else:
                new.append({**vals, "offer_id": row["offer_id"], "request_id": row["request_id"]})
        return kept | self.create(new)

    @api.autovacuum
    def _gc_suggested(self):
        """Suggestions that nobody took up within two months are thrown away."""
        old = fields.Datetime.subtract(fields.Datetime.now(), months=2)
        self.env.cr.execute(
            SQL(
                "DELETE FROM timebank_introduction WHERE state = 'suggested' AND write_date < %s",
                old,
            )
        )
        self.invalidate_model()
