from math import log2

from odoo import api, models
from odoo.tools import SQL

from ...tools.minutes import clock
from ...tools.network import connect, undirected
from ...tools.network_picture import find_groups, lay_out
from ...tools.suppression import FEW
from ..common.verb import verb
from ..common.words import say_number
from . import facts
from .timebank_evidence import FILTERS

#: Of more people than can be told apart in a picture, the most active are drawn.
MOST_DRAWN = 400

#: Minutes of who is drawn largest.
BUSY = 100 * 60

#: Dots and lines are drawn in so many sizes.
SIZES = 4


class TimebankEvidence(models.AbstractModel):
    """The picture of who gives to whom in one bank.

    With names, hours and the way to each member for who runs the bank; anybody else sees dots without
    names or hours, of groups of five people or more.
    """

    _inherit = "timebank.evidence"

    @api.model
    @verb(filters=FILTERS)
    def get_network(self, filters):
        """The page *Who gives to whom*, in one call: of one bank.

        :param dict filters: as for :meth:`get_page`; of several banks the first is shown
        :return: dict of ``filters`` as they were understood, ``choices`` for them, ``heading``, and
            ``section``, which has the picture as its ``chart``; None where nobody took part
        :raises AccessError: for who has no role, or names what they can't ask about
        """
        self._check_role()
        banks = self._get_banks()
        chosen = self._get_chosen(banks, filters.get("scheme_ids"))[:1]
        filters = self._complete({**filters, "scheme_ids": chosen.ids}, chosen)
        scope = self._get_scope(filters, chosen)
        before = self._get_scope_before(scope, filters["compare"])
        runs_it = bool(chosen) and chosen._run_by_user() == chosen
        page = self.with_context(timebank_hide_small=not runs_it)
        return {
            "filters": filters,
            "choices": self._get_choices(banks, chosen, scope),
            "heading": self._get_heading({**filters, "small": runs_it}, chosen, scope, before),
            "section": page._get_network(scope, before) if chosen else None,
        }

    # ------------------------------------------------------------
    # The picture
    # ------------------------------------------------------------

    def _draw_network(self, scope):
        """The picture of a scope of one bank.

        :return: dict of ``nodes``, ``edges``, ``groups``, ``width``, ``height``, ``alone_y``, ``named``
            and ``left_out`` in words; None where nobody may see it or nobody is in it
        """
        arcs = self._fetch_arcs(scope)
        people = self._fetch_people(scope)
        named = self._sees_names(scope)
        if not people or (not named and len(people) < FEW):
            return None
        network, groups, left_out = self._choose_drawn(people, arcs, named)
        if not network:
            return None
        picture = lay_out(network, groups)
        # without names the order is that of the places: that of ids or names would tell
        order = sorted(network, key=lambda person: (picture.places[person].y, picture.places[person].x))
        names = members = {}
        if named:
            names, members = self._get_names(scope, order)
            order.sort(key=lambda person: (picture.places[person].group or len(order), names[person], person))
        index = {person: number for number, person in enumerate(order)}
        most = max((minutes for _one, _other, minutes in network.edges(data="minutes")), default=1)
        return {
            "type": "network",
            "unit": "people",
            "named": named,
            "width": picture.width,
            "height": picture.height,
            "alone_y": picture.alone_y,
            "left_out": left_out,
            "nodes": [
                self._draw_person(
                    network, person, picture.places[person], names.get(person), members.get(person)
                )
                for person in order
            ],
            "edges": [
                self._draw_edge(network, index, giver, receiver, most, named)
                for giver, receiver in network.edges()
                # of two who give to each other one line is drawn
                if index[giver] < index[receiver] or not network.has_edge(receiver, giver)
            ],
            "groups": [
                {
                    "number": number,
                    "name": self.env._("Group %s", number),
                    "people": self.env._("%s people", say_number(self.env, disc.people)),
                    "x": disc.x,
                    "y": disc.y,
                    "radius": disc.radius,
                }
                for number, disc in enumerate(picture.discs, 1)
            ],
        }

    def _fetch_arcs(self, scope):
        """Each two people of the scope, giver and receiver, with their minutes."""
        return self.env.execute_query(
            SQL(
                "SELECT giver_id, receiver_id, SUM(minutes)::integer FROM %s a GROUP BY 1, 2",
                facts.arcs(scope),
            )
        )

    def _fetch_people(self, scope):
        """The ids of all who gave or received in the scope, with or without a partner."""
        rows = self.env.execute_query(SQL("SELECT DISTINCT partner_id FROM %s t", facts.taken(scope)))
        return [partner_id for (partner_id,) in rows]

    def _sees_names(self, scope):
        """Whether names, and what concerns single people, are for the user to see."""
        banks = self.env["timebank.scheme"].browse(scope.scheme_ids)
        return not self.env.context.get("timebank_hide_small") and banks._run_by_user() == banks

    def _choose_drawn(self, people, arcs, named):
        """Whom the picture shows: the most active, and where there are no names, nobody of a small group.

        :return: the network, its groups, and in words who is left out
        """
        network, left_out = connect(people, arcs), ""
        if len(network) > MOST_DRAWN:
            busy = dict(network.degree(weight="minutes"))
            kept = set(sorted(network, key=lambda person: (-busy[person], person))[:MOST_DRAWN])
            left_out = self.env._(
                "The %(drawn)s who gave and received most are drawn, of %(all)s people: more could not be told apart."
                " The figures count everybody.",
                drawn=say_number(self.env, MOST_DRAWN),
                all=say_number(self.env, len(network)),
            )
            network = self._keep(network, kept)
        partners = undirected(network)
        alone = [person for person in partners if not partners[person]]
        partners.remove_nodes_from(alone)
        groups = find_groups(partners)
        if named:
            return network, groups, left_out
        drawn = self._leave_few_out([*groups, alone])
        if sum(map(len, drawn)) < len(network):
            left_out = " ".join([left_out, self.env._("Groups of fewer than five people are not drawn.")])
        kept = {person for group in drawn for person in group}
        return self._keep(network, kept), [group for group in groups if group in drawn], left_out.strip()

    def _leave_few_out(self, groups):
        """Groups without those of fewer than five people. These together are five at least, or nobody could
        be taken from a total: else the next smallest goes as well."""
        drawn = sorted((group for group in groups if group), key=len)
        left = 0
        while drawn and (len(drawn[0]) < FEW or 0 < left < FEW):
            left += len(drawn.pop(0))
        return drawn

    def _keep(self, network, kept):
        """The network of some of its people."""
        arcs = network.edges(data="minutes")
        return connect(
            [person for person in network if person in kept],
            [(one, other, minutes) for one, other, minutes in arcs if one in kept and other in kept],
        )

    def _get_names(self, scope, partner_ids):
        """Names by contact, and ids of members of the bank by contact."""
        members = self.env["timebank.member"].search(
            [("scheme_id", "in", scope.scheme_ids), ("partner_id", "in", partner_ids)]
        )
        # sudo: who runs a bank knows by name who took part in it, whether or not they are members
        partners = self.env["res.partner"].sudo().browse(partner_ids)
        return (
            {partner.id: partner.name or self.env._("Somebody") for partner in partners},
            {member.partner_id.id: member.id for member in members},
        )

    def _draw_person(self, network, person, place, name, member_id):
        gave, received = network.out_degree(person), network.in_degree(person)
        node = {
            "x": place.x,
            "y": place.y,
            "group": place.group,
            "bridge": place.cut_off > 0,
            "text": self._say_person(name, gave, received, place),
            "size": 2,
            "name": "",
            "member_id": False,
        }
        if name:
            given = network.out_degree(person, weight="minutes")
            taken = network.in_degree(person, weight="minutes")
            bridge = self.env._("yes, %s people", place.cut_off) if place.cut_off else ""
            node.update(
                name=name,
                member_id=member_id or False,
                size=self._get_size(given + taken, BUSY),
                row=[name, str(place.group or "–"), gave, received, clock(given), clock(taken), bridge],
            )
        return node

    def _get_size(self, minutes, most):
        """From 1 to ``SIZES``: each step is four times as much."""
        return max(1, min(SIZES, SIZES + round(log2(max(minutes, 1) / most) / 2)))

    def _say_person(self, name, gave, received, place):
        """What is said of a person: in the picture, where it is read aloud, and where it is pointed at."""
        name = name or self.env._("Somebody")
        if not place.group:
            return self.env._("%s: no partner in these days", name)
        said = self.env._(
            "%(name)s: gave to %(gave)s, received from %(received)s; group %(group)s",
            name=name,
            gave=gave,
            received=received,
            group=place.group,
        )
        if place.cut_off == 1:
            return self.env._("%s; bridge: 1 person has no other way to the rest", said)
        if place.cut_off:
            return self.env._(
                "%(said)s; bridge: %(count)s people have no other way to the rest",
                said=said,
                count=place.cut_off,
            )
        return said

    def _draw_edge(self, network, index, giver, receiver, most, named):
        back = network.edges[receiver, giver]["minutes"] if network.has_edge(receiver, giver) else 0
        there = network.edges[giver, receiver]["minutes"]
        edge = {"from": index[giver], "to": index[receiver], "mutual": bool(back), "size": 1}
        if named:
            edge.update(there=clock(there), back=clock(back), size=self._get_size(max(there, back), most))
        return edge
