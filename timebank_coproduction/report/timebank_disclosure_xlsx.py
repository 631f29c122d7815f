import io

import xlsxwriter


def make_workbook(asked):
    """Volunteers in the annual report as a workbook, in which members of staff are worked out from hours.

    :param asked: a ``timebank.disclosure``
    :return: bytes: one sheet, both years beside each other, then the paragraph
    """
    found, buffer = asked._get_figures(), io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": asked.display_name, "company": asked.company_id.name})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    whole, decimal = book.add_format({"num_format": "#,##0"}), book.add_format({"num_format": "#,##0.0"})
    sheet = book.add_worksheet("Volunteers")
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 4, 16)
    this, before = found["years"]

    def write(row, label, cells, style=whole):
        sheet.write_string(row, 0, label)
        for column, cell in enumerate(cells, start=1):
            if cell is None:
                sheet.write_string(row, column, asked._say_cell(None))
            else:
                sheet.write_number(row, column, cell, style)

    sheet.write_row(0, 0, [asked.env._("Figure"), this["days"], before["days"]], bold)
    write(1, asked.env._("Volunteers"), [this["people"], before["people"]])
    write(2, asked.env._("Hours"), [this["hours"], before["hours"]])
    write(3, asked.env._("Hours of a full-time year"), [found["full_time"]] * 2)
    sheet.write_string(4, 0, asked.env._("As many full-time members of staff"))
    for column, year in enumerate((this, before), start=1):
        letter = "ABC"[column]
        if year["staff"] is None:
            sheet.write_string(4, column, asked._say_cell(None))
        else:
            sheet.write_formula(
                4, column, f"={letter}3/{letter}4", decimal, year["hours"] / found["full_time"]
            )
    heads = [
        asked.env._("What they did"),
        asked.env._("Volunteers, %s", this["days"]),
        asked.env._("Volunteers, %s", before["days"]),
        asked.env._("Hours, %s", this["days"]),
        asked.env._("Hours, %s", before["days"]),
    ]
    sheet.write_row(6, 0, heads, bold)
    for number, row in enumerate(found["rows"], start=7):
        write(number, row["name"], [*row["people"], *row["hours"]])
    foot = 8 + len(found["rows"])
    sheet.write_string(foot, 0, asked._say_paragraph(found))
    sheet.write_string(
        foot + 1,
        0,
        asked.env._("Figures about fewer than five people, and what would give them away, are left out."),
    )
    book.close()
    return buffer.getvalue()
