"""What the sections of a report have to say, worked out of the records by a witness in plain Python."""

from fractions import Fraction

from dateutil.relativedelta import relativedelta

from .funder_report_reading import hours, percent, plain, said

ROLES = {"volunteer": "Volunteer", "beneficiary": "Beneficiary", "professional": "Professional"}
WAYS = {
    "person_person": "A person for a person",
    "person_agency": "A person for the organisation",
    "agency_person": "An organisation for a person",
    "agency_agency": "An organisation for another",
}
#: After so many days it is told who has begun; of fewer people nothing is.
AFTER_DAYS, FEW = (7, 14, 30, 60, 90, 180, 365), 5
YEAR = relativedelta(years=1)


class Expected:
    """A part of test cases: ``now`` is a witness of the report's days, ``before`` one of the same days a year
    before, or ``None`` where nothing is compared.

    Each method returns what figures say, by their keys, rows of the table, and sentences.
    """

    def _head(self, key):
        return list(map(plain, self._find_section(key)["table"]["head"]))

    def _find_section(self, key):
        return next(one for one in self.report._get_content()["sections"] if one["key"] == key)

    def _expect_hours(self):
        roles = sorted(self.now.roles().items(), key=lambda one: -one[1][1])
        rows = [[ROLES[role], str(people), hours(minutes)] for role, (people, minutes) in roles]
        self.assertEqual(len(rows), 3)
        whole = sum(minutes for _role, (_people, minutes) in roles)
        return {}, [*rows, ["All", "", hours(whole)]], f"People gave {said(whole)}, all approved."

    def _expect_newcomers(self):
        found = self.now.newcomers()
        rows = [
            ["For the first time", str(found["new"])],
            ["Of these, came again in another month", str(found["again"])],
            ["Had taken part before", str(found["back"])],
            ["All who took part", str(found["people"])],
        ]
        answer = f"{found['new']} people took part for the first time; {found['back']} had done so before."
        return {key: str(found[key]) for key in ("new", "back")}, rows, answer

    def _expect_reciprocity(self):
        now = self._count_ways(self.now)
        before = self._count_ways(self.before) if self.before else {}
        labels = ("Gave and received", "Only gave", "Only received", "All who took part")
        rows = [
            [label, str(now[key]), *([self._say_count(before[key])] if before else [])]
            for label, key in zip(labels, now, strict=True)
        ]
        self.assertEqual(self._head("reciprocity")[-1], "A year before" if before else "This period")
        both, people = now["giving_and_receiving"], now["people"]
        answer = (
            f"{both} of the {people} people who took part both gave and received ({percent(both / people)})."
        )
        return {key: str(count) for key, count in now.items() if key != "people"}, rows, answer

    def _say_count(self, count):
        return str(count) if count >= FEW else "hidden"

    def _count_ways(self, witness):
        found = witness.involvement()
        return {
            "giving_and_receiving": found["both"],
            "only_giving": found["only_giving"],
            "only_receiving": found["only_receiving"],
            "people": found["people"],
        }

    def _expect_work(self):
        """A row for each month, a column for each kind of help: most time first, what has no kind last."""
        work = self.now.work()
        kinds = sorted(
            {kind for month, kind in work if month is None} - {None},
            key=lambda one: (not one, -work[None, one][0]),
        )
        names = self.env["timebank.category"].browse(filter(None, kinds)).mapped("name")
        names += ["No category"] * (False in kinds)
        self.assertEqual(self._head("work"), ["Month", *names, "Total"])
        months, month = [], self.now.first.replace(day=1)
        while month <= self.now.last:
            months.append((month.strftime("%b %Y"), month))
            month += relativedelta(months=1)
        rows = [
            [words, *(hours(work.get((month, kind), [0])[0]) for kind in (*kinds, None))]
            for words, month in (*months, ("Whole period", None))
        ]
        return {}, rows, f"{said(work[None, None][0])} were given"

    def _expect_embedding(self):
        now, before = self.now.embedding(), self.before and self.before.embedding()
        (using, among), (teams, all_teams) = now["projects"], now["teams"]
        figures = {"projects": str(using), **({"teams": str(teams)} if all_teams else {})}
        rows = [
            [
                words,
                hours(now["flows"][way]),
                *([hours(before["flows"][way])] if before else []),
            ]
            for way, words in WAYS.items()
        ]
        return figures, rows, f"{using} of {among} projects had time given or received."

    def _expect_first_steps(self):
        waits = {
            key: [(length.days, ended, who) for length, ended, who in found]
            for key, found in self.now.waits().items()
        }
        medians = {key: self._say_wait(days) for key, days in self.now.speed().items()}
        reached = {key: self._reach(found) for key, found in waits.items()}
        rows = [
            [f"{days} days", *(reached[key][place] for key in waits)] for place, days in enumerate(AFTER_DAYS)
        ]
        answer = f"Half of those who joined had their first exchange within {medians['first']}."
        return {f"days_to_{key}": words for key, words in medians.items()}, rows, answer

    def _say_wait(self, days):
        self.assertIsNotNone(days)
        return "1 day" if days == 1 else f"{days} days"

    def _reach(self, waits):
        """For how many a wait is over after so many days; hidden where that tells of fewer than five who
        began since the number before it, or of fewer than five who haven't, or nobody has waited so long."""
        told, last, after = [], 0, -1
        for days in AFTER_DAYS:
            still = Fraction(1)
            for length in range(days + 1):
                at_risk = sum(one >= length for one, _ended, _who in waits)
                over = sum(one == length and ended for one, ended, _who in waits)
                still *= 1 - Fraction(over, at_risk) if over else 1
            begun = round(len(waits) * (1 - still))
            since = {who for length, ended, who in waits if ended and after < length <= days}
            waiting = {who for length, ended, who in waits if not ended or length > days}
            known = days <= max(length for length, _ended, _who in waits) or not still
            if known and min(begun - last, len(waits) - begun, len(since), len(waiting)) >= FEW:
                told.append(percent(1 - float(still)))
                last, after = begun, days
            else:
                told.append("hidden")
        return told


class ExpectedOfAudit:
    """What is told of the last self-audit; ``audits`` are those agreed, the last one first."""

    def _expect_audit(self, last, before):
        """Of the audits, each the lines and voices as they stand in their tables."""
        names = dict(last.line_ids.fields_get(["element"])["element"]["selection"])
        lines = {line.element: line for line in last.line_ids}
        was = {line.element: int(line.agreed_level) for line in before.line_ids}
        scores = {element: int(line.agreed_level) for element, line in lines.items()}
        rows = [
            [
                names[element],
                str(scores[element]),
                str(was[element]),
                *(self._say_mean_of(last, side, element) for side in ("staff", "member")),
            ]
            for element in lines
        ]
        planned = [line for line in lines.values() if line.action]
        done = [line for line in planned if not line.sudo().todo_id.active]
        figures = {"self_audit_average": self._say_tenth(sum(scores.values()), len(scores))}
        if done:
            figures["self_audit_actions"] = str(len(done))
        ends = "; ".join(
            self._say_end(name, scores, pick(scores.values()), names)
            for name, pick in (("highest", max), ("lowest", min))
        )
        more, less = (
            sum(sign * (score - was[element]) > 0 for element, score in scores.items()) for sign in (1, -1)
        )
        day, day_before = (f"{one.met_on.day} {one.met_on:%B %Y}" for one in (last, before))
        answer = (
            f"Agreed on {day}: {ends}. Elements that went up since {day_before}: {more};"
            f" that went down: {less}."
        )
        if planned:
            answer += f" Of what the meeting agreed to do, done so far: {len(done)} of {len(planned)}."
        return figures, rows, answer

    def _say_end(self, name, scores, score, names):
        which = [names[element] for element, one in scores.items() if one == score]
        if len(which) > 3:
            of_all = f"{len(which)} of the {len(scores)} things that were looked at"
            return f"{name} score {score} of 4, for {of_all}"
        return f"{name} {', '.join(which)} ({score} of 4)"

    def _say_mean_of(self, audit, side, element):
        given = [voice[element] for voice in audit.voice_ids if voice.spoke_as == side and voice[element]]
        return self._say_tenth(sum(map(int, given)), len(given)) if len(given) >= FEW else "hidden"

    def _say_tenth(self, points, count):
        """Half a tenth counts as one."""
        tenths = (Fraction(points, count) * 10 + Fraction(1, 2)) // 1
        return f"{tenths // 10}.{tenths % 10}"
