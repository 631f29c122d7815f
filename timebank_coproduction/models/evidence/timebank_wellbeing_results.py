from functools import partial

from odoo import models
from odoo.fields import Domain

from ...tools import wellbeing

#: What became of who counts as asked: whose invitation was withdrawn, or who is too young, doesn't.
ASKED = ("asked", "answered", "declined")


class TimebankWellbeingResults(models.AbstractModel):
    """What has changed for the same people between their first and their last answer.

    A part of ``timebank.wellbeing.wave``.
    """

    _name = "timebank.wellbeing.results"
    _description = "What Changed for the Same People"

    def _get_results(self, scope_or_schemes, date_from, date_to, grant_id=None, small=False):
        """What people answered from day to day, both within: each one's first answer against their last.

        Whoever calls it has asked who may. It reads all of the banks' answers and tells of no person: what
        is about fewer than five, or would give such a figure away, is ``None``.

        :param scope_or_schemes: the banks, or a :class:`~.facts.Scope` of them
        :param grant_id: only rounds of this grant; ``False``: only rounds of no grant
        :param small: whether small numbers are shown all the same, on the own screens of who runs the banks
        :return: dict of ``banks``, at which somebody was asked;
            ``asked``: who was, up to the last day, in each round in which anybody was asked or answered from
            day to day; ``answered`` and ``response_rate``; of those who answered, ``pairs`` who
            did so at least twice and ``once_only``; ``questions``: a list of ``key``, ``wording``, ``n``,
            ``mean_before``, ``mean_after``, ``change`` with its 95 % interval from ``low`` to ``high``,
            ``bands`` of four shares each ``before`` and ``after``, from the lowest; and ``now``: ``n``,
            ``mean`` and ``bands`` of everybody's last answer where there are too few pairs to compare,
            else ``None``; ``scales``: the same of licensed scales, without bands;
            ``answers``: a sign for each who answered, another one once they have answered otherwise
        """
        scheme_ids = getattr(scope_or_schemes, "scheme_ids", None) or scope_or_schemes.ids
        own = Domain("scheme_id", "in", list(scheme_ids))
        if grant_id is not None:
            own &= Domain("wave_id.grant_id", "=", grant_id)
        # sudo: figures of all answers, of which small ones are hidden
        responses, invitations = self._sudo_rows()
        responses = responses.search(
            own & Domain("answered_on", ">=", date_from) & Domain("answered_on", "<=", date_to)
        )
        # who was asked before the first day counts with the round: without them one that goes on over that
        # day would seem to have been answered by nearly all
        asked = own & Domain("state", "in", ASKED) & Domain("asked_on", "<=", date_to)
        rounds = responses.wave_id | invitations.search(asked & Domain("asked_on", ">=", date_from)).wave_id
        invitations = invitations.search(asked & Domain("wave_id", "in", rounds.ids))
        # without sudo again: what is handed on is for whoever asked
        banks = (invitations.scheme_id | responses.scheme_id).with_env(self.env)
        return {
            "banks": banks,
            "answers": responses._get_signs(),
            **self._compile(responses, invitations.partner_id | responses.partner_id, small),
        }

    def _get_settled_results(self, schemes, date_to):
        """As :meth:`_get_results`, for who may not read the answers but could ask of day after day.

        It is always of all rounds from the first on, to a day of each bank up to which the answers differ
        from any other such day's by five people or more (``find_settled`` of ``tools/wellbeing.py``). Each
        bank's people are compared among themselves, so that several banks say no more than each of them;
        whoever left out one of the four questions isn't among them, and licensed scales are left out.

        :return: dict with ``until`` besides, the last of these days, or ``None`` while there is none;
            ``None`` where nobody was asked
        """
        responses, invitations = self._sudo_rows()
        own = Domain("scheme_id", "in", schemes.ids)
        questions = self.env["timebank.wellbeing.response"]._get_questions()
        responses = responses.search(own & Domain("answered_on", "<=", date_to)).filtered(
            lambda one: all(_said(one, key) is not None for key in questions)
        )
        invitations = invitations.search(
            own & Domain("state", "in", ASKED) & Domain("asked_on", "<=", date_to)
        )
        if not responses and not invitations:
            return None
        settled, asked, banks, until = [], set(), schemes.browse(), None
        answers_of, invited_to = responses.grouped("scheme_id"), invitations.grouped("scheme_id")
        for scheme, answers in answers_of.items():
            # a day that isn't over may still get answers
            today = scheme._today()
            answers = answers.filtered(lambda one, today=today: one.answered_on < today)
            invited = invited_to.get(scheme, invitations.browse())
            rows = [(one.asked_on, one.partner_id) for one in invited if one.asked_on < today]
            day = wellbeing.find_settled(rows, [(one.answered_on, one.partner_id) for one in answers])
            if not day:
                continue
            banks, until = banks | scheme.with_env(self.env), max(day, until or day)
            answers = answers.filtered(lambda one, day=day: one.answered_on <= day)
            settled.append(answers)
            asked.update((scheme, person) for when, person in rows if when <= day)
            asked.update((scheme, one.partner_id) for one in answers)
        made = self._compile(
            responses.browse().concat(*settled),
            asked,
            False,
            key=lambda one: (one.scheme_id, one.partner_id),
        )
        return {**made, "banks": banks, "scales": [], "until": until}

    def _get_own_results(self, small=False):
        """As :meth:`_get_results`, of who answered in this round, against the round before or their first."""
        self.ensure_one()
        # sudo: figures of all answers, of which small ones are hidden
        responses, invitations = self._sudo_rows()
        own = responses.search([("wave_id", "=", self.id)])
        earlier = Domain("scheme_id", "=", self.scheme_id.id) & Domain("wave_id", "!=", self.id)
        if self.before_id:
            earlier = Domain("wave_id", "=", self.before_id.id)
        else:
            earlier &= Domain("wave_id.date_from", "<=", self.date_from)
        people = own.partner_id
        before = responses.search(earlier & Domain("partner_id", "in", people.ids))
        asked = invitations.search([("wave_id", "=", self.id), ("state", "in", ASKED)]).partner_id
        return self._compile(own | before, asked | people, small, last=own)

    def _sudo_rows(self):
        # sudo: the caller says what is read, and shows figures alone
        return self.env["timebank.wellbeing.response"].sudo(), self.env[
            "timebank.wellbeing.invitation"
        ].sudo()

    def _compile(self, responses, asked, small, last=None, key=lambda one: one.partner_id):
        """The figures of some answers.

        :param asked: the contacts who were asked
        :param last: answers that come last, whatever their days; without them, that of the last day
        :param key: whose answer it is: those of the same are compared
        """
        answers = [
            (
                key(one),
                (bool(last) and one in last, one.answered_on, one.wave_id.date_from, one.id),
                one,
            )
            for one in responses
        ]
        pairs, once = wellbeing.match(answers)
        made = wellbeing.show_counts(len(asked), len(pairs), len(once), small)
        compared = bool(pairs) if small else made["pairs"] is not None and len(pairs) >= wellbeing.FEW
        latest = [after for _before, after in pairs] + once
        made["questions"] = [
            {
                "key": key,
                "wording": wording[0],
                **wellbeing.compare(
                    [(_said(before, key), _said(after, key)) for before, after in pairs],
                    partial(wellbeing.band, key),
                    small,
                ),
                "now": None
                if compared
                else wellbeing.level(
                    [_said(one, key) for one in latest], partial(wellbeing.band, key), small
                ),
            }
            for key, wording in self.env["timebank.wellbeing.response"]._get_questions().items()
        ]
        made["scales"] = [
            self._compare_scale(scale, answers, len(pairs), small)
            for scale in responses.wave_id.scale_id.sorted("name")
        ]
        return made

    def _compare_scale(self, scale, answers, whole, small):
        """A licensed scale's scores of who has two of them: as a question, without bands.

        :param int whole: how many have answered twice at all, of whom these are a part
        """
        scored = [
            (person, when, scale._get_score(one.scale_points))
            for person, when, one in answers
            if one.wave_id.scale_id == scale
        ]
        pairs, _once = wellbeing.match(one for one in scored if one[2] is not None)
        beside = [(None, None)] * max(0, whole - len(pairs))
        return {
            "key": f"scale_{scale.id}",
            "wording": scale.name,
            **wellbeing.compare([*pairs, *beside], None, small),
            "now": None,
        }

    def _make_section(self):
        """This round's results as a section of the page *Evidence*, for its own form."""
        self.ensure_one()
        sees_small = self.env["timebank.measures"]._sees_small(self.scheme_id)
        results = self._get_own_results(small=sees_small)
        return self.env["timebank.evidence"]._make_wellbeing(results, self.env._("How are people?"))


def _said(response, question):
    """The answer to a question, or ``None``."""
    answer = response[question]
    return None if answer is False else answer
