def figures_over(records, lines, field, domain=(), *aggregates):
    """What is counted or summed over the lines that name each of some records, in one query.

    For the figures of stat buttons::

        for scheme, count in figures_over(self, self.env["timebank.seal"], "scheme_id"):
            scheme.seal_count = count

    :param lines: the model counted, as whoever may see them: with ``sudo()`` where everybody
        is told a figure over lines that not everybody may open
    :param str field: the lines' many-to-one to the records
    :param domain: which of the lines count
    :param aggregates: as ``_read_group`` takes them; without any, the lines are counted
    :return: for each record, also one without lines, a tuple of it and its figures. A record
        being edited has those of the one in the database; what the user can't read counts for nothing.
    """
    aggregates, groups = aggregates or ("__count",), []
    if lines.has_access("read"):
        groups = lines._read_group([(field, "in", records.ids), *domain], [field], aggregates)
    found = {record.id: figures for record, *figures in groups}
    nothing = [0] * len(aggregates)
    return [(record, *found.get(record._origin.id, nothing)) for record in records]


def counts_by(records, lines, field, kind, domain=(), more=None):
    """As :func:`figures_over`, with the lines of each record counted by another field.

    :param str kind: the lines' field that tells them apart, such as their state
    :param str more: a field of the lines that says for how many a line stands besides itself
    :return: for each record, a tuple of it and a dict of value → how many lines have it
    """
    aggregates = ["__count", f"{more}:sum"] if more else ["__count"]
    groups = lines._read_group([(field, "in", records.ids), *domain], [field, kind], aggregates)
    found = {}
    for record, value, *figures in groups:
        found.setdefault(record.id, {})[value] = sum(figures)
    return [(record, found.get(record._origin.id, {})) for record in records]
