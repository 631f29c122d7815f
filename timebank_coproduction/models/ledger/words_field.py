from odoo import api


def for_coordinators(kind, name, link, string, **attributes):
    """A field of words that only the coordinators of a record's bank read, and not about themselves.

    It can be written and searched like any other, by whom the rules of ``timebank.words``
    let; everybody else finds it empty. ``timebank.words._get_about`` says whom they are about.

    :param kind: a class of fields of text, such as ``fields.Html``
    :param str name: the field's own
    :param str link: the many-to-one of ``timebank.words`` to the record's model
    """

    @api.depends_context("uid")
    def compute(records):
        # The field is computed as whoever asks: never with more than their own rights.
        found = records.env["timebank.words"]._get_by_record(records._origin, link, name)
        for record in records:
            record[name] = found.get(record._origin.id, False)

    def inverse(records):
        records.env["timebank.words"]._keep(records, link, {name: {one.id: one[name] for one in records}})

    def search(records, operator, value):
        if operator not in ("in", "ilike", "like", "=ilike", "=like"):
            return NotImplemented
        words = records.env["timebank.words"]
        if not words.has_access("read"):
            rows = words.browse()
        elif operator == "in" and False in value:
            rows = words.search([("field_name", "=", name), ("active", "=", True)])
            others = [one for one in value if one is not False]
            named = rows.filtered(lambda row: row.text in others)[link].ids
            return ["|", ("id", "not in", rows[link].ids), ("id", "in", named)]
        else:
            current = [("field_name", "=", name), ("active", "=", True)]
            rows = words.search([*current, ("text", operator, value)])
        return [("id", "in", rows[link].ids if rows else [])]

    return kind(string, compute=compute, inverse=inverse, search=search, copy=False, **attributes)
