import json

from odoo import fields, models
from odoo.tools import get_lang

from ...tools.suppression import FEW
from ...tools.suppression_before import hide_as_before
from ..common.words import say_day
from .facts import Scope
from .timebank_measures_facts import Asked

#: Of what is in a section of the page *Evidence*, what a report takes over.
TAKEN_OVER = ("key", "title", "answer", "figures", "chart", "table", "definition")
#: Which of a section's figures stand on page one, where it has them.
ON_PAGE_ONE = (
    ("involvement", "head_count"),
    ("involvement", "given_by_people"),
    ("involvement", "sustained_people"),
    ("forms", "coproductive"),
    ("money", "spent"),
)
#: What is held against its own last time, whenever that was, and not against the period before.
OWN_BEFORE = frozenset({"self_audit"})
#: The sections of which page one tells something, whether they are in the report themselves or not.
PAGE_ONE = (
    *dict.fromkeys(key for key, _figure in ON_PAGE_ONE),
    *("beside", "reciprocity", "newcomers", "resilience", "wellbeing"),
)


class TimebankFunderReportContent(models.AbstractModel):
    """What a report says: sections in the shape of those of the page *Evidence*, ready for JSON.

    A section is a dict of ``key``, ``title``, ``answer`` (a sentence), ``figures``, ``chart``, ``table``
    (with ``head``, ``rows`` and, where its last row adds up the others, ``sums``), ``definition``; and what
    only reports have: ``text`` (own words) and ``parts``, dicts of ``title``, ``text``, of those with own
    words ``words``, and of those with a picture ``picture``.
    Page, paper and workbook draw nothing else. Whoever drafts it, small numbers are hidden.
    """

    _name = "timebank.funder.report.content"
    _description = "What a Funder's Report Says"
    _inherit = [
        "timebank.funder.report.money",
        "timebank.funder.report.people",
        "timebank.funder.report.stories",
    ]

    def _get_lang(self):
        """The language of the funder who reads it; of an application, of who drafted it.

        What was kept once stays in its language, and so does what takes its place: it is by its words that
        what was hidden, or has changed since, is found again.
        """
        # sudo: the language of the funder whom the report is for, of its author, and of what was kept
        report = self.sudo()
        for kept in filter(None, report._get_earlier().mapped("content")):
            lang = json.loads(kept).get("lang")
            if lang:
                return lang
        return report.funder_id.lang or report.create_uid.lang or self.env.lang or "en_US"

    def _say_title(self):
        if self.grant_id:
            return self.env._("Report to %s", self.grant_id.funder_id.name)
        whom, bank = self.applied_to, len(self.scheme_ids) == 1 and self.scheme_ids.name
        if whom and bank:
            return self.env._("Evidence for %(whom)s: what %(bank)s does", whom=whom, bank=bank)
        if whom:
            return self.env._("Evidence for %s: what our time banks do", whom)
        if bank:
            return self.env._("What %s does, measured", bank)
        return self.env._("What our time banks do, measured")

    def _make_content(self, settled=False):
        """All that the report says of today's records.

        :param bool settled: how people are is told as those read it who may not for days of their choice
        :return: dict of plain values: what it is about, ``sections``, and the signs with which numbers are
            written
        """
        self.ensure_one()
        # sudo: figures of whole banks with small numbers hidden, and sums of the grant, as they go to the
        # funder; whoever calls this reads the report, or signs it
        code = self._get_lang()
        report = self.sudo().with_context(lang=code, timebank_hide_small=True, timebank_asked=Asked())
        grant, company, lang = report.grant_id, report.company_id, get_lang(report.env, code)
        return {
            "kind": report.kind,
            "title": report._say_title(),
            "organisation": company.name,
            "banks": report.scheme_ids.mapped("name"),
            "funder": grant.funder_id.name or "",
            "grant": grant.name or "",
            "reference": grant.reference or "",
            "days": report._say_days(report.date_from, report.date_to),
            "date_from": fields.Date.to_string(report.date_from),
            "date_to": fields.Date.to_string(report.date_to),
            "made_on": fields.Date.to_string(report._today()),
            "made_on_text": say_day(report.env, report._today(), "d MMMM y"),
            "version": report.version,
            "lang": lang.code,
            "signs": [lang.thousands_sep or "", lang.decimal_point, report.currency_id.symbol],
            "sections": report._make_sections(settled),
        }

    def _say_days(self, first, last):
        return self.env._(
            "%(first)s to %(last)s",
            first=self._say_day(first),
            last=self._say_day(last),
        )

    def _make_sections(self, settled=False):
        evidence = self.env["timebank.evidence"]
        scope = self._get_scope()
        before = evidence._get_scope_before(scope, "year")
        compares = self._compares_with(before)
        makes = self._get_section_methods(evidence)
        if settled:
            makes["wellbeing"] = self._get_wellbeing_of_draft
        made, wanted = {}, self.section_ids.filtered("is_in").sorted(lambda one: (one.sequence, one.id))
        told = self._get_told_keys()
        for key, make in makes.items():
            if key in told:
                found = make(scope, before)
                made[key] = found and self._take_over(key, found, compares)
        self._keep_hidden(made)
        sections = []
        for section in wanted:
            found = self._get_own(section, made, wanted)
            if not found:
                continue
            if section.title:
                found = {**found, "title": section.title}
            if section.text and section.key != "question":
                found = {**found, "text": section.text}
            sections.append(found)
        return sections

    def _get_told_keys(self):
        """Of what it tells, in its sections or on page one."""
        keys = set(self.section_ids.filtered("is_in").mapped("key"))
        return keys | set(PAGE_ONE) if "summary" in keys else keys

    def _keep_hidden(self, made):
        """Hide what was hidden in what was kept of this report, or of those whose place it takes: whoever has
        both could work it out of what each shows."""
        hidden = self.env["timebank.evidence"]._say_cell(None)
        # sudo: what is hidden in it, of a report that the user reads and those whose place it takes
        for kept in filter(None, self.sudo()._get_earlier().mapped("content")):
            for before in json.loads(kept)["sections"]:
                section = made.get(before["key"])
                if section and hide_as_before(section, before, hidden):
                    section["answer"] = self.env._(
                        "Some of these figures are hidden, as they were in what was reported before."
                    )

    def _get_section_methods(self, evidence):
        """Key → method of a scope and the scope of the period before."""
        return {
            "money": self._get_money,
            "budget": self._get_budget,
            "beside": self._get_beside,
            "plan": self._get_plan,
            "hours": self._get_hours,
            "involvement": evidence._get_involvement,
            "work": evidence._get_work,
            "forms": evidence._get_forms,
            "embedding": evidence._get_embedding,
            "reciprocity": evidence._get_reciprocity,
            "network": self._get_network,
            "newcomers": self._get_newcomers,
            "first_steps": evidence._get_first_steps,
            "resilience": evidence._get_resilience,
            "self_audit": self._get_self_audit,
            "wellbeing": self._get_wellbeing,
            "stories": self._get_stories_section,
        }

    def _get_scope(self):
        return Scope(
            scheme_ids=tuple(self.scheme_ids.ids),
            date_from=self.date_from,
            date_to=self.date_to,
            grant_id=self.grant_id.id or None,
        )

    def _compares_with(self, before):
        """Whether there was anything to compare with a year before: a grant had begun by then."""
        return not self.grant_id or self.grant_id.date_start <= before.date_from

    def _take_over(self, key, section, compares):
        """A section as a report has it: without ways to records, and without changes where there was no
        period to compare with."""
        taken = {name: section.get(name) for name in TAKEN_OVER}
        taken |= {name: section[name] for name in ("text", "parts") if section.get(name)}
        taken["key"] = key
        if not compares and key not in OWN_BEFORE:
            taken["figures"] = [
                {**figure, "change": False, "direction": None, "better": None}
                for figure in taken["figures"] or []
            ]
        table = taken["table"]
        if table and table["head"][-1] == self.env._("The period before"):
            head, rows = table["head"][:-1], table["rows"]
            taken["table"] = (
                {**table, "head": [*head, self.env._("A year before")]}
                if compares
                else {**table, "head": head, "rows": [row[:-1] for row in rows]}
            )
        taken["figures"] = [
            {name: figure[name] for name in ("key", "label", "value", "note", "change", "direction")}
            for figure in taken["figures"] or []
        ]
        return taken

    def _make(self, key, **more):
        """A section with only what is given."""
        names = dict(
            self.env["timebank.funder.report.section"]._fields["key"]._description_selection(self.env)
        )
        empty = dict.fromkeys(TAKEN_OVER)
        return {
            **empty,
            "key": key,
            "title": names[key],
            "answer": "",
            "figures": [],
            "definition": "",
            **more,
        }

    def _get_own(self, section, made, wanted):
        """What stands for a line of the report's sections; None where there is nothing to say."""
        if section.key == "summary":
            return self._get_summary(made)
        if section.key == "learned":
            return self._make("learned", text=self.learned_text) if self.learned_text else None
        if section.key == "question":
            return self._make("question", text=section.text) if section.text else None
        if section.key == "method":
            return self._get_method(made, wanted)
        return made.get(section.key)

    # ------------------------------------------------------------
    # Page one, and how figures are made
    # ------------------------------------------------------------

    def _get_summary(self, made):
        """What was paid for, who did it together, what changed."""
        figures = []
        for key, name in ON_PAGE_ONE:
            found = made.get(key) or {"figures": []}
            figures += [figure for figure in found["figures"] if figure["key"] == name]

        def answer(*keys):
            said = [made[key]["answer"] for key in keys if made.get(key) and made[key]["answer"]]
            return " ".join(dict.fromkeys(said))

        parts = [
            (
                self.env._("What was paid for") if self.grant_id else self.env._("What it is about"),
                self._say_paid_for(made),
                self.paid_for_text,
            ),
            (self.env._("Who did it together"), answer("involvement", "forms"), self.together_text),
            (
                self.env._("What changed"),
                answer("reciprocity", "newcomers", "resilience", "wellbeing"),
                self.changed_text,
            ),
        ]
        return self._make(
            "summary",
            figures=figures,
            parts=[
                {"title": title, "text": said, "words": words or ""}
                for title, said, words in parts
                if said or words
            ],
        )

    def _get_method(self, made, wanted):
        """How each section is made, and what page one tells besides; and which numbers are hidden."""
        named = {section.key: section.title for section in wanted if section.title}
        parts = [
            {"title": named.get(key) or section["title"], "text": section["definition"]}
            for key, section in made.items()
            if section and section["definition"]
        ]
        if self._tells_changes(made):
            before = self.env["timebank.evidence"]._get_scope_before(self._get_scope(), "year")
            parts.append(
                {
                    "title": self.env._("More or less than before"),
                    "text": self.env._(
                        "“Before” is the same days a year before, %s, as what people do has its seasons.",
                        self._say_days(before.date_from, before.date_to),
                    ),
                }
            )
        parts.append(
            {
                "title": self.env._("Numbers that are hidden"),
                "text": self.env._(
                    "Nothing is told about fewer than %(few)s people: such numbers say “hidden”, and so do"
                    " others from which they could be worked out, the smallest first, with the shares and"
                    " changes that rest on them. A share of fewer than 30 people has its 95 %% interval"
                    " beside it (Wilson’s); n is the number of people that a figure is about.",
                    few={5: self.env._("five")}.get(FEW, FEW),
                ),
            }
        )
        parts.append(
            {
                "title": self.env._("Where the figures come from"),
                "text": self.env._(
                    "They come from time that was recorded when it was given and approved by somebody else,"
                    " and from the registers of sessions; days go by the time bank’s own clock. They were"
                    " taken on %s. None of them says what would have happened without the money.",
                    say_day(self.env, self._today(), "d MMMM y"),
                ),
            }
        )
        return self._make("method", parts=parts)

    def _tells_changes(self, made):
        """Whether a figure says how it was a year before."""
        sections = [section for key, section in made.items() if section and key not in OWN_BEFORE]
        return any(figure.get("change") for section in sections for figure in section["figures"])

    # ------------------------------------------------------------
    # Hours, new people
    # ------------------------------------------------------------

    def _get_hours(self, scope, _before):
        """Time given by people, by the role in which they gave it; for disclosure, what it would be worth."""
        evidence, measures = self.env["timebank.evidence"], self.env["timebank.measures"]
        rows = measures._get_roles(scope)
        if not rows:
            return None
        roles = dict(self.env["timebank.hours"]._fields["role"]._description_selection(self.env))
        names = {role: roles.get(role) or self.env._("No role") for role, *_rest in rows}
        whole = evidence._show_given(scope).whole
        shown = self._show_roles(scope, rows, whole)
        order = sorted(names, key=lambda role: -(shown[role]["minutes"] or 0))
        together = evidence._say_cell(whole, evidence._say_hours)
        return self._make(
            "hours",
            answer=self.env._("People gave %s, all approved.", evidence._say_time(whole))
            if whole
            else self.env._("The time given is hidden, because few people gave it."),
            parts=self._get_hour_value(evidence, shown),
            chart={
                "type": "rows",
                "unit": "hours",
                "labels": [names[role] for role in order],
                "series": [
                    {
                        "label": self.env._("Time given"),
                        "values": [
                            None if shown[role]["minutes"] is None else round(shown[role]["minutes"] / 60, 1)
                            for role in order
                        ],
                    }
                ],
            },
            table={
                "head": [self.env._("Role"), self.env._("People"), self.env._("Time given")],
                "rows": [
                    *(
                        [
                            names[role],
                            evidence._say_cell(shown[role]["people"]),
                            evidence._say_cell(shown[role]["minutes"], evidence._say_hours),
                        ]
                        for role in order
                    ),
                    [self.env._("All"), "", together],
                ],
                "sums": True,
            },
            definition=self.env._(
                "Approved time by the role that people had when they gave it; somebody who changed roles is"
                " counted in both. Volunteers’ time is never booked as money: a value, where one is given, is"
                " for disclosure only, is in no account, and is part of no sum of money here."
            ),
        )

    def _show_roles(self, scope, rows, whole):
        """People and minutes by role, without what tells of few: with the sum beside them, which is shown
        elsewhere as well."""
        values, people = {}, {}
        for role, count, minutes in rows:
            values[role, "minutes"], people[role, "minutes"] = minutes, count
            values[role, "people"] = count
        values["all"] = sum(minutes for _role, _count, minutes in rows)
        people["all"] = max(count for _role, count, _minutes in rows)
        shown = self.env["timebank.evidence"]._show(
            scope,
            values,
            people,
            totals=[("all", [(role, "minutes") for role, *_rest in rows])],
            zeros=False,
            keep=["all"],
        )
        hidden = whole is None
        return {
            role: {
                "people": shown[role, "people"],
                "minutes": None if hidden else shown[role, "minutes"],
            }
            for role, *_rest in rows
        }

    def _get_hour_value(self, evidence, shown):
        """For disclosure, what the time of those who aren't professionals would be worth."""
        minutes = [row["minutes"] for role, row in shown.items() if role != "professional"]
        if not self.hour_value or not minutes:
            return []
        if None in minutes:
            return [
                {
                    "title": self.env._("For disclosure only"),
                    "text": self.env._(
                        "What the time of volunteers and people we support would be worth isn’t said, as a"
                        " part of it is hidden."
                    ),
                }
            ]
        money = self.currency_id.format
        return [
            {
                "title": self.env._("For disclosure only"),
                "text": self.env._(
                    "The %(hours)s given by volunteers and people we support would be worth %(worth)s at"
                    " %(value)s an hour (%(taken_from)s). This is neither income nor cost, and is part of no"
                    " sum of money here.",
                    hours=evidence._say_hours(sum(minutes)),
                    worth=money(self.currency_id.round(sum(minutes) / 60 * self.hour_value)),
                    value=money(self.hour_value),
                    taken_from=self.hour_value_source or self.env._("no source given"),
                ),
            }
        ]

    def _get_newcomers(self, scope, _before):
        """How many of those who took part did so for the first time, and how many came back."""
        evidence = self.env["timebank.evidence"]
        found = self.env["timebank.measures"]._get_newcomers(scope)
        if not found["people"]:
            return None
        shown = evidence._show(
            scope,
            {name: found[name] for name in ("people", "new", "back", "again")},
            totals=[("people", ["new", "back"])],
            parts=[("again", "new")],
            keep=["people", "new"],
        )
        names = {
            "new": self.env._("For the first time"),
            "again": self.env._("Of these, came again in another month"),
            "back": self.env._("Had taken part before"),
        }
        cell = evidence._say_cell
        if shown["new"] is None:
            answer = self.env._("How many were new is hidden, because they or the others are few.")
        elif shown["back"] is None:
            answer = self.env._("%s took part for the first time.", evidence._say_people(shown["new"]))
        else:
            answer = self.env._(
                "%(new)s took part for the first time; %(back)s had done so before.",
                new=evidence._say_people(shown["new"]),
                back=cell(shown["back"]),
            )
        return self._make(
            "newcomers",
            answer=answer,
            figures=[
                evidence._figure(
                    key, name, shown[key], note=evidence._say_part_of(shown[key], shown["people"])
                )
                for key, name in names.items()
                if key != "again"
            ],
            chart={
                "type": "rows",
                "unit": "people",
                "labels": list(names.values()),
                "series": [{"label": self.env._("People"), "values": [shown[key] for key in names]}],
            },
            table={
                "head": ["", self.env._("People")],
                "rows": [
                    *([name, cell(shown[key])] for key, name in names.items()),
                    [self.env._("All who took part"), cell(shown["people"])],
                ],
            },
            definition=self.env._(
                "People who gave or received time in these days, or came to a session: for the first time in"
                " these time banks, or having done so on an earlier day, for whatever purpose. Those of the"
                " new who took part in two months or more came again."
            ),
        )

    def _get_network(self, scope, before):
        """Who gives to whom, where links are shown, or half of the people have any: else it says nothing."""
        found = self.env["timebank.evidence"]._get_network(scope, before)
        return found if found and found["has_links"] else None

    # ------------------------------------------------------------
    # Self-audit
    # ------------------------------------------------------------

    def _get_self_audit(self, scope, before):
        """What the last meeting about the grant agreed; without one, the last about the banks as a whole."""
        evidence = self.env["timebank.evidence"]
        found = evidence._get_self_audit(scope, before)
        if found or not scope.grant_id:
            return found
        found = evidence._get_self_audit(scope._replace(grant_id=None), before)
        if not found:
            return None
        about = self.env._("This is about all that we do together, not only what this grant pays for.")
        return {**found, "answer": f"{found['answer']} {about}"}
