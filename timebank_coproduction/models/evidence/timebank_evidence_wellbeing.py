from odoo import models
from odoo.tools.misc import formatLang

from ..common.words import say_day

#: From the lowest band to the highest: a colour is never all that tells them apart.
BAND_COUNT = 4


class TimebankEvidenceWellbeing(models.AbstractModel):
    """How people are: what they answered to the four national questions, first and last.

    A part of ``timebank.evidence``, whose words and figures it uses.
    """

    _name = "timebank.evidence.wellbeing"
    _description = "How People Are"

    def _get_wellbeing_for_user(self, scope, before):
        """What has changed for the same people, of the period; of all days for who may not read the answers,
        but could work them out from one period after the other."""
        schemes = self._get_schemes(scope)
        if schemes - schemes._run_by_user():
            return self._get_settled_wellbeing(scope)
        return self._get_wellbeing(scope, before)

    def _get_wellbeing(self, scope, _before):
        """What has changed for the same people; nothing where nobody was asked, or of a project.

        Of a grant for which nobody was asked, what its banks asked for no grant in particular.
        """
        results = self._read_wellbeing(scope)
        return results and self._tell_wellbeing(scope, results)

    def _read_wellbeing(self, scope):
        """The figures for :meth:`_get_wellbeing`: those of ``timebank.wellbeing.wave``, and ``whole_banks``,
        whether they aren't of the grant alone; or ``None``."""
        if scope.project_id:
            return None
        small = self.env["timebank.measures"]._sees_small(self._get_schemes(scope))

        def read(grant_id):
            waves = self.env["timebank.wellbeing.wave"]
            return waves._get_results(scope, scope.date_from, scope.date_to, grant_id, small)

        results = read(scope.grant_id or None)
        whole_banks = bool(scope.grant_id) and results["asked"] == 0
        if whole_banks:
            results = read(False)
        return None if results["asked"] == 0 else {**results, "whole_banks": whole_banks}

    def _tell_wellbeing(self, scope, results):
        """The section of such figures."""
        section = self._make_wellbeing(results, self.env._("How are people since they take part?"))
        domain = [
            ("scheme_id", "in", list(scope.scheme_ids)),
            ("date_from", "<=", scope.date_to),
            ("date_to", ">=", scope.date_from),
        ]
        answer = section["answer"]
        if results["whole_banks"]:
            answer = self.env._(
                "Nobody was asked for this grant alone; this is what members of its time banks said. %s",
                answer,
            )
        return {
            **section,
            "answer": self._say_of_banks(scope, results["banks"], answer),
            "actions": self._drop_nothing(
                self._window(self.env._("Rounds of questions"), "timebank_wellbeing_wave_action", domain)
            ),
        }

    def _get_settled_wellbeing(self, scope):
        """Of whole banks alone: with it a grant's would tell of the few whom that doesn't serve."""
        if scope.grant_id or scope.project_id:
            return None
        waves = self.env["timebank.wellbeing.wave"]
        results = waves._get_settled_results(self._get_schemes(scope), scope.date_to)
        if results is None:
            return None
        section = self._make_wellbeing(results, self.env._("How are people since they take part?"))
        if not results["until"]:
            nothing = {"figures": [], "chart": None, "table": None}
            return {
                **section,
                **nothing,
                "answer": self.env._(
                    "Nothing is shown yet of these days: each night it is found whether five people or more"
                    " have newly answered twice."
                ),
            }
        answer = self.env._(
            "From the first answers to those of %(day)s: %(said)s",
            day=say_day(self.env, results["until"]),
            said=section["answer"],
        )
        return {**section, "answer": self._say_of_banks(scope, results["banks"], answer)}

    def _make_wellbeing(self, results, title):
        """A section of figures as ``timebank.wellbeing.wave`` gives them."""
        compared = any(question["change"] is not None for question in results["questions"])
        return {
            "key": "wellbeing",
            "title": title,
            "answer": self._say_wellbeing(results, compared),
            "figures": self._get_wellbeing_figures(results, compared),
            "chart": self._draw_wellbeing(results, compared),
            "table": self._tabulate_wellbeing(results, compared),
            "definition": self.env._(
                "The four questions of the Office for National Statistics, each from 0 (not at all)"
                " to 10 (completely), for people of 16 and over who agreed to answer. Asked are all"
                " who were, up to the last day, in the rounds that asked or were answered in these"
                " days. Each person’s first answer is held against their last; who answered once isn’t"
                " compared. The interval is where the mean change would lie, 95 times of 100, if other"
                " people like these had been asked; a share of fewer than 30 people has its own"
                " (Wilson’s) beside it. The four are never added up. Anxiety is better when it is low."
                " Nobody can tell from this what brought a change about."
            ),
            "anchor": "well-being",
            "actions": [],
        }

    def _get_short_questions(self):
        return {
            "satisfied": self.env._("Satisfied with life"),
            "worthwhile": self.env._("Things are worthwhile"),
            "happy": self.env._("Happy yesterday"),
            "anxious": self.env._("Anxious yesterday"),
        }

    def _say_wellbeing(self, results, compared):
        """What can be said without a claim of cause."""
        asked = self._say_asked(results)
        if not compared:
            if any(
                question["now"] and question["now"]["mean"] is not None for question in results["questions"]
            ):
                return self.env._(
                    "%s Too few have answered twice to compare: this is how people are now.", asked
                )
            return self.env._("%s Too few have answered for anything to be shown.", asked)
        names, rises = self._get_short_questions(), []
        for question in results["questions"]:
            if question["change"] is None:
                continue
            rises.append(
                self.env._(
                    "%(what)s from %(before)s to %(after)s",
                    what=names[question["key"]].lower(),
                    before=self._say_mean(question["mean_before"]),
                    after=self._say_mean(question["mean_after"]),
                )
            )
        return self.env._(
            "%(asked)s Their average scores out of 10: %(changes)s. That says what changed for these people,"
            " not why.",
            asked=asked,
            changes="; ".join(rises),
        )

    def _say_asked(self, results):
        asked, answered, pairs = results["asked"], results["answered"], results["pairs"]
        if asked is not None and answered is not None:
            words = {
                "answered": answered,
                "asked": asked,
                "share": self._say_percent(results["response_rate"] or 0),
            }
            sentence = self.env._(
                "%(answered)s of %(asked)s who were asked told us how they are (%(share)s).", **words
            )
        elif answered is not None:
            sentence = self.env._("%s told us how they are.", self._say_people(answered))
        elif asked is not None:
            sentence = self.env._(
                "%s were asked how they are; how many answered is hidden.", self._say_people(asked)
            )
        else:
            sentence = self.env._("How many were asked and answered is hidden.")
        if pairs:
            sentence = self.env._(
                "%(sentence)s %(pairs)s did so at least twice.", sentence=sentence, pairs=pairs
            )
        if asked is None or "whole_banks" not in results:
            return sentence
        # of days, and not of one round: so that nobody wonders why more were asked than took part
        return self.env._(
            "%s Rounds of questions go to members, whether or not they took part in these days.", sentence
        )

    def _say_mean(self, mean):
        return self._say_finely(mean) if mean is not None else self.env._("hidden")

    def _say_finely(self, number):
        """With one decimal always: 7.0 beside 6.4."""
        return formatLang(self.env, number, digits=1)

    def _say_shift(self, number):
        """A change with its sign, also where it is none."""
        words = self._say_finely(abs(number))
        if words == self._say_finely(0.0):
            return words
        return f"+{words}" if number > 0 else f"−{words}"

    def _say_interval(self, question):
        """The interval; of one person there is none."""
        if question["low"] is None:
            return "–"
        return self.env._(
            "%(low)s to %(high)s",
            low=self._say_shift(question["low"]),
            high=self._say_shift(question["high"]),
        )

    def _get_wellbeing_figures(self, results, compared):
        figures = [
            self._figure(
                "response_rate",
                self.env._("Answered, of those asked"),
                results["response_rate"],
                say=self._say_percent,
                note=self._say_answered(results),
            ),
            self._figure(
                "pairs",
                self.env._("Answered at least twice"),
                results["pairs"],
                note=self.env._("answered once only: %s", self._say_cell(results["once_only"])),
            ),
        ]
        names = self._get_short_questions()
        names |= {scale["key"]: scale["wording"] for scale in results["scales"]}
        for question in [*results["questions"], *results["scales"]] if compared else ():
            figure = self._figure(
                f"change_{question['key']}",
                names[question["key"]],
                question["change"],
                say=self._say_shift,
                note=self._say_change_note(question),
            )
            if question["n"] == 0:  # which isn't hidden
                figure |= {"value": "–", "note": self.env._("nobody answered it twice")}
            figures.append(figure)
        return figures

    def _say_change_note(self, question):
        """Of how many a change is, with its interval where there is one."""
        if question["change"] is None:
            return ""
        n = self._say_n(question["n"], True)
        if question["low"] is None:
            return n
        return self.env._("95 %% interval %(interval)s, %(n)s", interval=self._say_interval(question), n=n)

    def _say_answered(self, results):
        if results["response_rate"] is None:
            return ""
        answered, asked = results["answered"], results["asked"]
        said = self.env._("%(answered)s of %(asked)s", answered=answered, asked=asked)
        share = self.env["timebank.measures"]._get_share(answered, asked)
        if not share["interval"]:
            return said
        low, high = map(self._say_percent, share["interval"])
        return self.env._("%(said)s; 95 %% interval %(low)s to %(high)s", said=said, low=low, high=high)

    def _say_surely(self, part, whole):
        """A share in a cell, of few people with its interval."""
        share = self.env["timebank.measures"]._get_share(part, whole)
        said = self._say_percent(share["share"])
        if not share["interval"]:
            return said
        low, high = map(self._say_percent, share["interval"])
        return self.env._("%(share)s (%(low)s to %(high)s)", share=said, low=low, high=high)

    def _draw_wellbeing(self, results, compared):
        names = self._get_short_questions()
        # what nobody answered isn't hidden, where small numbers are shown: there is nothing to draw
        questions = [
            question
            for question in results["questions"]
            if (question if compared else question["now"] or question)["n"] != 0
        ]
        labels = [names[question["key"]] for question in questions]

        def draw(mean):
            return None if mean is None else round(mean, 1)

        if compared:
            series = [
                {
                    "label": self.env._("First answer"),
                    "values": [draw(question["mean_before"]) for question in questions],
                },
                {
                    "label": self.env._("Last answer"),
                    "values": [draw(question["mean_after"]) for question in questions],
                },
            ]
        else:
            now = [(question["now"] or {}).get("mean") for question in questions]
            series = [{"label": self.env._("Mean now"), "values": [draw(mean) for mean in now]}]
        return {"type": "bar", "unit": "ten", "labels": labels, "series": series}

    def _tabulate_wellbeing(self, results, compared):
        """A row for each question, and four for its bands where any of them is shown."""
        names = self._get_short_questions()
        if compared:
            head = [
                self.env._("Question"),
                self.env._("First"),
                self.env._("Last"),
                self.env._("Change"),
                self.env._("95 % interval"),
                self.env._("n"),
            ]
        else:
            head = [self.env._("Question"), self.env._("Now"), self.env._("n")]
        rows = []
        for question in results["questions"]:
            rows.append(self._make_wellbeing_row(names[question["key"]], question, compared))
            rows += self._make_band_rows(question, compared)
        if compared:
            for scale in results["scales"]:
                rows.append(self._make_wellbeing_row(scale["wording"], scale, compared))
        return {"head": head, "rows": rows}

    def _make_band_rows(self, question, compared):
        """The share in each band; no rows where none of them is shown."""
        if compared:
            n, sides, empty = (
                question["n"],
                [question["bands"][side] for side in ("before", "after")],
                [""] * 3,
            )
        else:
            now = question["now"] or {"n": None, "bands": [None] * BAND_COUNT}
            n, sides, empty = now["n"], [now["bands"]], [""]
        if all(share is None for side in sides for share in side):
            return []

        def say(share):
            return self._say_surely(round(share * n), n)

        return [
            [f"– {band}", *(self._say_cell(side[place], say) for side in sides), *empty]
            for place, band in enumerate(self._get_band_names(question["key"]))
        ]

    def _make_wellbeing_row(self, name, question, compared):
        if not compared:
            now = question["now"] or {"mean": None, "n": None}
            if now["n"] == 0:
                return [name, "–", self.env._("nobody answered")]
            return [
                name,
                self._say_mean(now["mean"]),
                self._say_people_counted(now["n"], now["mean"]),
            ]
        change = question["change"]
        if question["n"] == 0:
            return [name, *["–"] * 4, self.env._("nobody answered it twice")]
        return [
            name,
            self._say_mean(question["mean_before"]),
            self._say_mean(question["mean_after"]),
            self.env._("hidden") if change is None else self._say_shift(change),
            self.env._("hidden") if change is None else self._say_interval(question),
            self._say_people_counted(question["n"], change),
        ]

    def _say_people_counted(self, people, figure):
        if figure is None:
            return self.env._("hidden")
        return self.env._("5 or more") if people is None else str(people)

    def _get_band_names(self, question):
        """The published bands, from the lowest: what they are called, and from where to where."""
        if question == "anxious":
            return [
                self.env._("very low (0–1)"),
                self.env._("low (2–3)"),
                self.env._("medium (4–5)"),
                self.env._("high (6–10)"),
            ]
        return [
            self.env._("low (0–4)"),
            self.env._("medium (5–6)"),
            self.env._("high (7–8)"),
            self.env._("very high (9–10)"),
        ]
