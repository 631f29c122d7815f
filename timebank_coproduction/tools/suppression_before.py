"""What was hidden once stays hidden in the next telling of the same: no ORM here."""

from collections import Counter


def hide_as_before(section, before, hidden):
    """Hide in a section what was hidden in an earlier one of the same key and language.

    Sections are as :class:`timebank.funder.report.content` describes them: figures by their ``key``, cells of
    a table by the first cell of their row and their head, points of a chart by their series and label. Where
    anything of it had to be hidden, its notes and parts, which tell such numbers in sentences, go as well.

    :param dict section: what is to be told, which is changed
    :param dict before: what was told
    :param str hidden: what stands in a cell that is hidden
    :return: whether anything had to be hidden

    >>> before = {"figures": [{"key": "people", "value": None}], "chart": None,
    ...           "table": {"head": ["Role", "Hours"], "rows": [["Volunteer", "hidden"], ["All", "107"]]}}
    >>> section = {"figures": [{"key": "people", "value": "9", "note": "n", "change": "up"},
    ...                        {"key": "hours", "value": "111", "note": "9 people", "change": "up"}],
    ...            "parts": [{"title": "Worth", "text": "41 h are worth 410"}], "chart": None,
    ...            "table": {"head": ["Role", "Hours"], "rows": [["Volunteer", "41"], ["All", "111"]]}}
    >>> hide_as_before(section, before, "hidden")
    True
    >>> section["figures"][0], section["figures"][1]["value"], section["figures"][1]["note"], section["parts"]
    ({'key': 'people', 'value': None, 'note': '', 'change': False}, '111', '', [])
    >>> section["table"]["rows"]
    [['Volunteer', 'hidden'], ['All', '111']]
    >>> hide_as_before(section, before, "hidden")
    False
    """
    done = any(
        [
            _hide_figures(section, before),
            _hide_cells(section, before, hidden),
            _hide_points(section, before),
            _hide_grid(section, before, hidden),
        ]
    )
    if done:
        for figure in section["figures"] or []:
            figure["note"] = ""
        if section.get("parts"):
            section["parts"] = []
    return done


def places(table):
    """Where each cell of a table stands, whatever rows and columns are added: pairs of place and cell.

    A place is the first cell of its row, which row of those that begin so it is, and the head of its column.

    >>> list(places({"head": ["Band", "n"], "rows": [["low", "7"], ["high", "5"], ["low", "9"]]}))
    [(('low', 1, 'n'), '7'), (('high', 1, 'n'), '5'), (('low', 2, 'n'), '9')]
    """
    for name, number, row in _named_rows(table):
        for head, cell in zip(table["head"][1:], row[1:], strict=False):
            yield (name, number, head), cell


def _named_rows(table):
    """Each row with its first cell, and which of those that begin so it is."""
    seen = Counter()
    for row in table["rows"]:
        name = str(row[0])
        seen[name] += 1
        yield name, seen[name], row


def _hide_figures(section, before):
    were = {figure["key"] for figure in before["figures"] or [] if figure["value"] is None}
    now = [one for one in section["figures"] or [] if one["key"] in were and one["value"] is not None]
    for figure in now:
        figure.update(value=None, note="", change=False)
    return bool(now)


def _hide_cells(section, before, hidden):
    if not (section["table"] and before["table"]):
        return False
    were = {place for place, cell in places(before["table"]) if cell == hidden}
    table, rows = section["table"], []
    for name, number, row in _named_rows(table):
        kept = [
            hidden if (name, number, head) in were else cell
            for head, cell in zip(table["head"][1:], row[1:], strict=False)
        ]
        rows.append([row[0], *kept, *row[len(kept) + 1 :]])
    done = rows != [list(row) for row in table["rows"]]
    section["table"] = {**table, "rows": rows}
    return done


def _hide_points(section, before):
    """
    >>> chart = {"labels": ["May"], "series": [{"label": "Help", "values": [18]},
    ...                                        {"label": "Hidden", "values": [12], "rest": True}]}
    >>> section = {"chart": chart}
    >>> before = {"chart": {"labels": ["May"], "series": [{"label": "Help", "values": [None]}]}}
    >>> _hide_points(section, before), [one["values"] for one in section["chart"]["series"]]
    (True, [[None], [None]])
    """
    charts = [one["chart"] for one in (section, before)]
    if not all(chart and "labels" in chart and "series" in chart for chart in charts):
        return False
    chart, old = charts
    were = {
        (series["label"], label)
        for series in old["series"]
        for label, value in zip(old["labels"], series["values"], strict=False)
        if value is None
    }
    series, hidden = [], set()
    for one in chart["series"]:
        values = [
            None if (one["label"], label) in were else value
            for label, value in zip(chart["labels"], one["values"], strict=False)
        ]
        now = zip(chart["labels"], values, one["values"], strict=False)
        hidden |= {label for label, value, was in now if value != was}
        series.append({**one, "values": values})
    for one in series:
        if one.get("rest"):
            # without what is hidden now it is no more all that is hidden of the whole
            one["values"] = [
                None if label in hidden else value
                for label, value in zip(chart["labels"], one["values"], strict=False)
            ]
    section["chart"] = {**chart, "series": series}
    return bool(hidden)


def _hide_grid(section, before, hidden):
    """In a chart of cells, each with a name and what is said of it."""
    charts = [one["chart"] for one in (section, before)]
    if not all(chart and chart.get("type") == "grid" for chart in charts):
        return False
    chart, old = charts
    were = {cell["name"]: cell for row in old["rows"] for cell in row["cells"]}
    done, rows = False, []
    for row in chart["rows"]:
        cells = []
        for cell in row["cells"]:
            was = were.get(cell["name"], {})
            kept = {name: hidden for name in cell.keys() & was.keys() if was[name] == hidden}
            if kept and kept.items() - cell.items():
                done = True
                cell = {**cell, **kept, "share": 0}
            cells.append(cell)
        rows.append({**row, "cells": cells})
    section["chart"] = {**chart, "rows": rows}
    return done
