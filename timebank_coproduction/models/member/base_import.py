from odoo import fields, models

from odoo.addons.base_import.models.base_import import ImportValidationError

from ..common.verb import LONGEST

#: So many lines say whom rows of a file may be.
MOST_SAID = 20


class BaseImport(models.TransientModel):
    """Rows that may be of people who are among the contacts already are said before they are made."""

    _inherit = "base_import.import"

    #: What was said of this file, so that it is said once.
    timebank_doubles_told = fields.Text()

    def execute_import(self, fields, columns, options, dryrun=False):
        """A test says whom rows may be; so does the first import, which a second then carries out."""
        said = self._say_doubles(fields, options)
        new = [line for line in said if line not in (self.timebank_doubles_told or "").split("\n")]
        if not new:
            return super().execute_import(fields, columns, options, dryrun)
        if dryrun:
            result = super().execute_import(fields, columns, options, dryrun)
            if result["messages"]:
                return result
        self.timebank_doubles_told = "\n".join(filter(None, [self.timebank_doubles_told, *new]))
        more = [self.env._("… and %s more.", len(new) - MOST_SAID)] if len(new) > MOST_SAID else []
        message = "\n".join(
            [
                self.env._("Nothing has been imported yet: these may be among the contacts already."),
                *new[:MOST_SAID],
                *more,
                self.env._("Take them out of the file, or press “Import” to import them all the same."),
            ]
        )
        return {"ids": False, "messages": [{"type": "warning", "message": message[:LONGEST]}], "nextrow": 0}

    def _say_doubles(self, paths, options):
        """Whom rows of a file may be, a line each; none where the user doesn't look after members."""
        doubles = self.env["timebank.double"]
        begin = {"res.partner": "", "timebank.member": "partner_id/"}.get(self.res_model)
        if begin is None or not doubles.has_access("read"):
            return []
        places = {name: begin + name for name in self.env["res.partner"]._get_details_compared()}
        if places["name"] not in paths:
            return []
        try:
            rows, columns = self._convert_import_data(paths, dict(options))
        except ImportValidationError:
            return []  # which Odoo's own import says
        rows, before = rows[: options.get("limit")], options.get("skip", 0) + bool(options.get("has_headers"))
        found = {name: columns.index(path) for name, path in places.items() if path in columns}
        keys = [columns.index(path) for path in (f"{begin}id", f"{begin}.id") if path in columns]
        people = [
            {name: str(row[place] or "") for name, place in found.items()}
            if not any(row[key] for key in keys)
            else {}
            for row in rows
        ]
        for details in people:
            details["is_company"] = details.get("is_company", "").casefold() in ("1", "true", "yes")
        lines = [
            self.env._(
                "Rows %(one)s and %(other)s, %(name)s: may be the same (%(reasons)s)",
                one=one + before + 1,
                other=other + before + 1,
                name=people[one]["name"],
                reasons=doubles._say_reasons(reasons),
            )
            for (one, other), reasons in doubles._find_twice(people).items()
        ]
        for number, (details, like) in enumerate(
            zip(people, doubles._find_like(people), strict=True), before + 1
        ):
            lines += [
                self.env._(
                    "Row %(number)s, %(name)s: may be %(other)s (%(reasons)s)",
                    number=number,
                    name=details["name"],
                    other=contact.name,
                    reasons=doubles._say_reasons(reasons),
                )
                for contact, reasons in list(like.items())[:1]
            ]
        return lines
