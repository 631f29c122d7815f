from math import log2

from odoo import models

from ...tools.minutes import clock
from ...tools.network import connect, gather, keep_busiest, undirected
from ...tools.network_picture import find_groups, lay_out
from ...tools.suppression import FEW
from ..common.words import say_number

#: Of more people, or links, than can be told apart in a picture, the most active are drawn.
MOST_DRAWN, MOST_LINKS = 300, 1500

#: Minutes of who is drawn largest.
BUSY = 100 * 60

#: Dots and lines are drawn in so many sizes.
SIZES = 4


class TimebankNetwork(models.AbstractModel):
    """The picture of who gives to whom in one bank.

    With names, hours and the way to each member for who runs the bank; anybody else sees dots without
    names or hours, of groups of five people or more.
    """

    _name = "timebank.network"
    _description = "Picture of Who Gives to Whom"

    def _connect(self, scope):
        """Who gave to whom in a scope, and how long: :class:`tools.network.Links`.

        Everybody who gave or received is in it, with or without a partner.
        """
        measures = self.env["timebank.measures"]
        return gather(measures._get_people(scope).ids, measures._get_links(scope))

    def _draw(self, scope, links, named, bridges=True):
        """The picture of who gave to whom in one bank.

        :param links: what :meth:`_connect` returned for the scope
        :param bool named: whether it is for somebody who runs the bank
        :param bool bridges: whether it may be told who connects others to the rest
        :return: dict of ``nodes``, ``edges``, ``groups``, ``width``, ``height``, ``alone_y``, ``named``
            and ``left_out`` in words; None where nobody is in it or, without names, too few are
        """
        if not named and len(links.people) < FEW:
            return None
        network, partners, groups, left_out = self._choose_drawn(links, named)
        if not network:
            return None
        picture = lay_out(network, partners, groups)
        # without names the order is that of the places: that of ids or names would tell
        order = sorted(network, key=lambda person: (picture.places[person].y, picture.places[person].x))
        names = members = {}
        if named:
            names, members = self._get_names(scope, order)
            order.sort(
                key=lambda person: (picture.places[person].group or len(network), names[person], person)
            )
        index = {person: number for number, person in enumerate(order)}
        links = self._get_links(network, index)
        if len(links) > MOST_LINKS:
            links = links[:MOST_LINKS]
            words = self.env._(
                "Of the links the %s with most time are drawn.", say_number(self.env, MOST_LINKS)
            )
            left_out = f"{left_out} {words}".strip()
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
                    network, person, picture.places[person], bridges, names.get(person), members.get(person)
                )
                for person in order
            ],
            "edges": self._draw_links(links, named),
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

    def _choose_drawn(self, links, named):
        """Whom the picture shows: the most active, and where there are no names, nobody of a small group.

        :return: the network, who of it has to do with whom, in which groups, and in words who is left out
        """
        left_out = ""
        most = self._get_most_drawn()
        if len(links.people) > most:
            left_out = self.env._(
                "The %(drawn)s who gave and received most are drawn, of %(all)s people: more could not be"
                " told apart. The figures count everybody.",
                drawn=say_number(self.env, most),
                all=say_number(self.env, len(links.people)),
            )
            links = keep_busiest(links, most)
        network = connect(links.people.tolist(), zip(*(column.tolist() for column in links[1:]), strict=True))
        drawn_of = len(network), network.number_of_edges()
        if not named:
            network = self._leave_few_mutual_out(network)
        partners = undirected(network)
        alone = [person for person in partners if not partners[person]]
        partners.remove_nodes_from(alone)
        groups = find_groups(partners)
        if named:
            return network, partners, groups, left_out
        drawn = self._leave_few_out([*groups, alone])
        if (sum(map(len, drawn)), network.number_of_edges()) != drawn_of:
            left_out = " ".join(
                [
                    left_out,
                    self.env._(
                        "Groups of fewer than five people are not drawn, nor what would tell of them."
                    ),
                ]
            )
        kept = {person for group in drawn for person in group}
        partners.remove_nodes_from([person for person in partners if person not in kept])
        return (
            self._keep(network, kept),
            partners,
            [group for group in groups if group in drawn],
            left_out.strip(),
        )

    def _leave_few_mutual_out(self, network):
        """The network without its links both ways, where those are between fewer than five people: as the
        share of such links, which is hidden then, they could be counted in the picture."""
        mutual = {(one, other) for one, other in network.edges if network.has_edge(other, one)}
        if len({person for link in mutual for person in link}) >= FEW:
            return network
        arcs = network.edges(data="minutes")
        return connect(list(network), [arc for arc in arcs if arc[:2] not in mutual])

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

    def _draw_person(self, network, person, place, bridges, name, member_id):
        cut_off = place.cut_off if bridges else 0
        gave, received = network.out_degree(person), network.in_degree(person)
        node = {
            "x": place.x,
            "y": place.y,
            "group": place.group,
            "bridge": cut_off > 0,
            # without names the picture is for others: how many few they are isn't told
            "text": self._say_person(
                name, gave, received, place.group, cut_off if name or cut_off >= FEW else 0
            ),
            "size": 2,
            "name": "",
            "member_id": False,
        }
        if name:
            given = network.out_degree(person, weight="minutes")
            taken = network.in_degree(person, weight="minutes")
            bridge = self._say_cut_off(cut_off)
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

    def _say_person(self, name, gave, received, group, cut_off):
        """What is said of a person: in the picture, where it is read aloud, and where it is pointed at."""
        name = name or self.env._("Somebody")
        if not group:
            return self.env._("%s: no partner in these days", name)
        said = self.env._(
            "%(name)s: gave to %(gave)s, received from %(received)s; group %(group)s",
            name=name,
            gave=gave,
            received=received,
            group=group,
        )
        if cut_off == 1:
            return self.env._("%s; bridge: 1 person has no other way to the rest", said)
        if cut_off:
            return self.env._(
                "%(said)s; bridge: %(people)s have no other way to the rest",
                said=said,
                people=self._say_cut_off(cut_off),
            )
        return said

    def _say_cut_off(self, count):
        if not count:
            return ""
        return self.env._("1 person") if count == 1 else self.env._("%s people", say_number(self.env, count))

    def _get_most_drawn(self):
        return MOST_DRAWN

    def _get_links(self, network, index):
        """What lies between each two partners: tuples of who gave, who received, minutes there and back, by
        the places of the two in the list of people; those with most time first."""
        links, given = [], dict(network.adjacency())
        for giver, taken in given.items():
            start = index[giver]
            for receiver, there in taken.items():
                end, back = index[receiver], given[receiver].get(giver)
                if not back or start < end:
                    links.append((start, end, there["minutes"], back["minutes"] if back else 0))
        return sorted(links, key=lambda link: (-max(link[2:]), link))

    def _draw_links(self, links, named):
        if not named:
            return [
                {"from": start, "to": end, "mutual": bool(back), "size": 1}
                for start, end, _there, back in links
            ]
        most = max(links[0][2:]) if links else 1
        return [
            {
                "from": start,
                "to": end,
                "mutual": bool(back),
                "there": clock(there),
                "back": clock(back),
                "size": self._get_size(max(there, back), most),
            }
            for start, end, there, back in links
        ]
