from functools import partial

from odoo import fields, models
from odoo.fields import Domain

from ...tools import canonical, wellbeing

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
            else ``None``; ``scales``: the same of licensed scales, without bands; ``compared``,
            whether first and last answers are; ``signs``: see :meth:`_sign_all`
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
            **self._compile(responses, invitations.partner_id | responses.partner_id, small),
        }

    def _get_settled_results(self, schemes, date_to):
        """As :meth:`_get_results`, for who may not read the answers but could ask of day after day.

        Of each bank what was kept of it last, up to that day (:meth:`_keep_settled`). Licensed scales are
        left out.

        :return: dict with ``until`` besides, the last day of what was kept, or ``None`` while nothing was;
            ``None`` where nobody was asked
        """
        told = {scheme: scheme._get_wellbeing_told(date_to) for scheme in schemes}
        told = {scheme: kept for scheme, kept in told.items() if kept}
        if not told:
            # sudo: only whether anybody was asked
            invitations = self._sudo_rows()[1]
            own = Domain("scheme_id", "in", schemes.ids) & Domain("state", "in", ASKED)
            if not invitations.search_count(own & Domain("asked_on", "<=", date_to), limit=1):
                return None

        shown = self._show_told(told.values())
        if len(told) > 1:  # one bank less, and what it hides would be the difference
            for kept in told.values():
                shown = wellbeing.hide_as_part(shown, self._show_told([kept]))
        return {
            **shown,
            "banks": schemes.browse().concat(*told),
            "scales": [],
            "until": max((fields.Date.to_date(kept["until"]) for kept in told.values()), default=None),
        }

    def _show_told(self, told):
        """The figures of what was kept of some banks together."""
        said = {
            question: {
                name: [one for kept in told for one in kept["said"][question][name]]
                for name in ("pairs", "latest")
            }
            for question in self._get_questions()
        }
        counts = [sum(kept[name] for kept in told) for name in ("asked", "pairs", "once")]
        return self._show(*counts, said, False)

    def _keep_settled(self, scheme):
        """Keep what is told of a bank from now on to who may not read its answers, if it has become another.

        It is always of all rounds from the first on, to a day up to which the answers differ from any other
        such day's by five people or more (``find_settled`` of ``tools/wellbeing.py``), and from whatever was
        told before too: what somebody has changed or taken back since isn't told by itself. People are
        compared within the bank; whoever left out one of the four questions isn't among them.
        """
        responses, invitations = self._sudo_rows()
        questions, today = self._get_questions(), scheme._today()
        # a day that isn't over may still get answers
        own = Domain("scheme_id", "=", scheme.id)
        answers = responses.search(own & Domain("answered_on", "<", today)).filtered(
            lambda one: all(_said(one, key) is not None for key in questions)
        )
        invited = invitations.search(own & Domain("state", "in", ASKED) & Domain("asked_on", "<", today))
        asked = [(one.asked_on, one.partner_id) for one in invited]
        days = wellbeing.find_settled(asked, [(one.answered_on, one.partner_id) for one in answers])
        told = scheme._get_all_wellbeing_told()
        for day in days[-1:] if told else days:
            until = answers.filtered(lambda one, day=day: one.answered_on <= day)
            made = self._make_settled(day, asked, until)
            if told and told[-1]["signs"] == made["signs"]:
                continue
            if not any(wellbeing.differ_by_few(kept["signs"], made["signs"]) for kept in told):
                told.append(made)
                scheme._keep_wellbeing_told(told)

    def _make_settled(self, day, asked, answers):
        """What is told of some answers until a day. What was said to each question stands by itself, in the
        order of numbers, which tells of no person."""
        pairs, once = self._match(answers)
        people = {person for when, person in asked if when <= day} | set(answers.partner_id)
        said = {
            question: {name: sorted(rows) for name, rows in both.items()}
            for question, both in self._get_said(pairs, once).items()
        }
        made = {"asked": len(people), "pairs": len(pairs), "once": len(once), "until": str(day), "said": said}
        compared = self._show_told([made])["compared"]
        return {**made, "signs": self._sign_all(pairs, once, compared)}

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

    def _get_questions(self):
        return self.env["timebank.wellbeing.response"]._get_questions()

    def _match(self, responses, last=None):
        """Each one's first and last answer, and the answers of who gave one."""
        return wellbeing.match((one.partner_id, self._say_when(one, last), one) for one in responses)

    def _say_when(self, response, last):
        is_last = bool(last) and response in last
        return is_last, response.answered_on, response.wave_id.date_from, response.id

    def _get_latest(self, pairs, once):
        return [after for _before, after in pairs] + once

    def _get_said(self, pairs, once):
        """What was said: dict of question → first and last answers of who gave two, as ``pairs``, and
        everybody's ``latest``."""
        latest = self._get_latest(pairs, once)
        return {
            question: {
                "pairs": [(_said(was, question), _said(after, question)) for was, after in pairs],
                "latest": [_said(one, question) for one in latest],
            }
            for question in self._get_questions()
        }

    def _sign(self, **answers):
        """Signs of which answers figures are about, other ones once they are others.

        :param answers: what is shown → pairs of a response and what was said in it
        :return: dict of the same → sorted texts, which lead to nobody once the responses are gone
        """
        return {
            name: sorted(canonical.digest([one.id, said])[:16] for one, said in rows if said is not None)
            for name, rows in answers.items()
        }

    def _sign_all(self, pairs, once, compared):
        """Signs of what is shown of each question: its first and last answers where they are compared, or
        else the latest."""
        signs, latest = {}, self._get_latest(pairs, once)
        for key in self._get_questions():
            both = [[(one, _said(one, key)) for one in pair] for pair in pairs]
            both = [pair for pair in both if None not in (pair[0][1], pair[1][1])]
            signs[key] = (
                self._sign(before=[pair[0] for pair in both], after=[pair[1] for pair in both])
                if compared
                else self._sign(now=[(one, _said(one, key)) for one in latest])
            )
        return signs

    def _compile(self, responses, asked, small, last=None):
        """The figures of some answers.

        :param asked: the contacts who were asked
        :param last: answers that come last, whatever their days; without them, that of the last day
        """
        pairs, once = self._match(responses, last)
        made = self._show(len(asked), len(pairs), len(once), self._get_said(pairs, once), small)
        made["signs"] = self._sign_all(pairs, once, made["compared"])
        made["scales"] = []
        for scale in responses.wave_id.scale_id.sorted("name"):
            scored = self._score(scale, responses, last)
            key = f"scale_{scale.id}"
            before, after = [one for one, _other in scored], [other for _one, other in scored]
            made["signs"][key] = self._sign(before=before, after=after)
            points = [(one[1], other[1]) for one, other in scored]
            beside = [(None, None)] * max(0, len(pairs) - len(scored))
            figures = wellbeing.compare([*points, *beside], None, small)
            made["scales"].append({"key": key, "wording": scale.name, **figures, "now": None})
        return made

    def _show(self, asked, pair_count, once_count, said, small):
        """The figures of what people said, and whether first and last are ``compared``.

        :param asked: how many were asked
        :param dict said: as of :meth:`_get_said`
        """
        made = wellbeing.show_counts(asked, pair_count, once_count, small)
        compared = bool(pair_count) if small else made["pairs"] is not None and pair_count >= wellbeing.FEW
        made |= {"compared": compared, "questions": []}
        for question, wording in self._get_questions().items():
            band = partial(wellbeing.band, question)
            now = None if compared else wellbeing.level(said[question]["latest"], band, small)
            figures = wellbeing.compare(said[question]["pairs"], band, small)
            made["questions"].append({"key": question, "wording": wording[0], **figures, "now": now})
        return made

    def _score(self, scale, responses, last):
        """Of who was scored twice on a licensed scale, the first and the last pair of response and score."""
        scored = []
        for one in responses:
            score = scale._get_score(one.scale_points) if one.wave_id.scale_id == scale else None
            if score is not None:
                scored.append((one.partner_id, self._say_when(one, last), (one, score)))
        return wellbeing.match(scored)[0]

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
