from odoo import models
from odoo.tools import SQL

from . import facts


class TimebankVolunteers(models.AbstractModel):
    """What trustees say of volunteers in the annual report: how many, of what, how long."""

    _name = "timebank.volunteers"
    _inherit = ["timebank.measures"]
    _description = "Volunteers, in Figures"

    def _get_volunteers(self, scope):
        """People who gave approved hours other than as paid staff, by the kind of contribution.

        What would tell about fewer than five people, or give such a figure away, is ``None``, whoever asks:
        the figures are for print.

        :return: dict of ``people``, ``minutes``, and ``by_category``: dict of category id (or ``None``) →
            the same two, most minutes first
        """
        rows = self._query(
            SQL(
                """SELECT GROUPING(category_id) = 1, category_id,
                          COUNT(DISTINCT partner_id), SUM(minutes)::bigint
                     FROM %s g
                    WHERE role IS DISTINCT FROM 'professional'
                    GROUP BY GROUPING SETS ((), (category_id))
                    ORDER BY 1 DESC, 4 DESC, 2""",
                facts.given_by_people(scope),
            )
        )
        [(_whole, _none, people, minutes), *parts] = rows
        cells, about = {"people": people, "minutes": minutes or 0}, {"minutes": people}
        for _whole, category, count, some in parts:
            cells["people", category], cells["minutes", category] = count, some
            about["minutes", category] = count
        # for print: whoever asks, nothing about few
        shown = (
            self.env["timebank.evidence"]
            .with_context(timebank_hide_small=True)
            ._show(
                scope,
                cells,
                about,
                totals=[("minutes", [("minutes", category) for _whole, category, _count, _some in parts])]
                if parts
                else [],
                parts=[(("people", category), "people") for _whole, category, _count, _some in parts],
                zeros=False,
                keep=("people", "minutes"),
            )
        )
        return {
            "people": shown["people"],
            "minutes": shown["minutes"],
            "by_category": {
                category: {"people": shown["people", category], "minutes": shown["minutes", category]}
                for _whole, category, _count, _some in parts
            },
        }
