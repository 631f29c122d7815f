import numpy as np

from odoo import fields, models
from odoo.tools import SQL

from ...tools import closeness, matching
from .timebank_skill import KINDS

KIND_NUMBERS = {kind: number for number, (kind, _label) in enumerate(KINDS)}
LINKS = ("slots", "languages", "interests", "checks", "needs")
AS_THEY_ARE = ("person", "balance", "available", "given", "received", "minutes")


class TimebankMatchmaker(models.AbstractModel):
    """From the facts about both sides to the arrays that the formula takes."""

    _inherit = "timebank.matchmaker"

    def _make_sides(self, requests, offers, links=LINKS):
        """The formula's arguments.

        :param requests: :class:`Facts`, and ``offers`` as well
        :param links: those that have been gathered; the others are left unknown
        :return: two sides, and the table of nearness of their skills
        """
        paths = [sorted(set(facts["path"])) for facts in (requests, offers)]
        nearness = np.array(
            [[closeness.nearness(asked, offered) for offered in paths[1]] for asked in paths[0]]
        ).reshape(len(paths[0]), len(paths[1]))
        columns, codes = self._get_columns(requests, offers, links), {"": 0}
        return (
            self._make_side(requests, paths[0], columns, codes),
            self._make_side(offers, paths[1], columns, codes),
            nearness,
        )

    def _get_columns(self, requests, offers, links):
        """The ids that occur on either side, for each kind of link: dict id → column."""
        ids = {
            name: {other for facts in (requests, offers) for linked in facts[name] for other in linked}
            for name in links
        }
        if links:
            ids["checks"] = ids["needs"] = ids["checks"] | ids["needs"]
        return {
            name: {other: position for position, other in enumerate(sorted(others))}
            for name, others in ids.items()
        }

    def _make_side(self, facts, paths, columns, codes):
        position = {path: number for number, path in enumerate(paths)}
        postcodes = {code: closeness.postcode(code) for code in set(facts["zip"])}
        today = fields.Date.context_today(self)
        latitude, longitude = (
            np.array(facts[name], dtype=np.float64) for name in ("latitude", "longitude")
        )  # the database's nothing becomes NaN
        unplaced = (np.nan_to_num(latitude) == 0) & (np.nan_to_num(longitude) == 0)
        latitude[unplaced] = np.nan
        return matching.Side.of(
            len(facts),
            skill=[position[path] for path in facts["path"]],
            kind=[KIND_NUMBERS[kind] for kind in facts["kind"]],
            radius=[radius or 0 for radius in facts["radius_km"]],
            latitude=latitude,
            longitude=longitude,
            district=[codes.setdefault(postcodes[code][0], len(codes)) for code in facts["zip"]],
            area=[codes.setdefault(postcodes[code][1], len(codes)) for code in facts["zip"]],
            days=[np.nan if day is None else (day - today).days for day in facts["needed_by"]],
            **{name: facts[name] for name in AS_THEY_ARE},
            **{name: self._make_table(facts[name], ids) for name, ids in columns.items()},
        )

    def _make_table(self, linked, columns):
        """A row a record and a column an id, 1 where the record leads to it."""
        table = np.zeros((len(linked), max(len(columns), 1)))
        rows = np.repeat(np.arange(len(linked)), [len(others) for others in linked])
        table[rows, [columns[other] for others in linked for other in others]] = 1
        return table

    def _get_apart(self, requests, offers):
        """Pairs not to be suggested: who declined each other, who met over this already, and
        whoever belongs to the group that asks.

        :param requests: :class:`Facts`, and ``offers`` as well
        :return: a table with a row a request and a column an offer
        """
        apart = np.zeros((len(requests), len(offers)), dtype=bool)
        gifts = {"id": offers.positions("id"), "person": offers.positions("person")}
        wishes = {"id": requests.positions("id"), "person": requests.positions("person")}
        for row, group in enumerate(requests["group"]):
            for person in group:
                apart[row, gifts["person"].get(person, [])] = True
                wishes["person"].setdefault(person, []).append(row)
        for giver, receiver, offer_id, request_id, lasting in self._get_met(
            set(gifts["person"]), set(wishes["person"])
        ):
            apart[np.ix_(wishes["id"].get(request_id, []), gifts["id"].get(offer_id, []))] = True
            if lasting:
                for one, other in ((receiver, giver), (giver, receiver)):
                    apart[np.ix_(wishes["person"].get(one, []), gifts["person"].get(other, []))] = True
        return apart

    def _get_met(self, givers, receivers):
        """Rows of giver, receiver, offer, request, and whether they are to be kept apart."""
        self.env["timebank.introduction"].flush_model()
        return self.env.execute_query(
            SQL(
                """SELECT giver_id, receiver_id, offer_id, request_id,
                          state = 'declined' AND NOT COALESCE(ask_again, FALSE)
                     FROM timebank_introduction
                    WHERE state != 'suggested'
                      AND ((giver_id = ANY(%(givers)s) AND receiver_id = ANY(%(receivers)s))
                        OR (giver_id = ANY(%(receivers)s) AND receiver_id = ANY(%(givers)s)))""",
                givers=list(givers),
                receivers=list(receivers),
            )
        )
