"""The rows of lists, the cards of kanbans and the lines of forms, as a person deals with them."""

import re


def exactly(text):
    """What a label, a button or a heading says, and nothing else."""
    return re.compile(rf"^\s*{re.escape(text)}\s*\??\s*$")


def read_texts(parts):
    """What each part of a page says; asked for at once, as each question takes its time."""
    return [text.strip() for text in parts.all_inner_texts()]


class Rows:
    """What :class:`Screen` has to do with rows."""

    def rows(self):
        """The text of each row of a list, or of each card."""
        return [" ".join(text.split()) for text in read_texts(self._rows())]

    def _rows(self):
        kind = ".o_data_row, .o_kanban_record:not(.o_kanban_ghost)"
        return self.top.locator(kind)

    def row(self, text):
        """The row or card with that piece of text."""
        return self._rows().filter(has_text=text).first

    def open(self, text):
        """The record of that row or card."""
        row = self.row(text)
        cells, words = row.locator("td.o_data_cell"), row.get_by_text(text)
        # of a card its words: in the middle of it may be a button
        (cells.first if cells.count() else words.first if words.count() else row).click()
        self.settle()

    def open_first(self):
        """The record of the first row or card."""
        row = self._rows().first
        cells = row.locator("td.o_data_cell")
        (cells.first if cells.count() else row).click()
        self.settle()

    def is_bare(self):
        """Whether the view says that there is nothing to show."""
        return self.top.locator(".o_view_nocontent, .o_view_sample_data").count() > 0

    def tick_rows(self, *texts):
        """Rows to do something with."""
        for text in texts:
            self.row(text).locator(".o_list_record_selector input").check()
        self.settle()

    def press_in_row(self, text, button="", title=None):
        """A button of one row, by its text, or by the title of its icon."""
        if title:
            self.row(text).locator(f'button[title="{title}"], button[data-tooltip="{title}"]').first.click()
        else:
            self.row(text).locator("button:visible").filter(has_text=exactly(button)).first.click()
        self.settle()

    def cell(self, row, column):
        """What a row shows in a column, by the column's heading."""
        return self._cell(self.row(row), column).inner_text().replace("\xa0", " ").strip()

    def _cell(self, row, column):
        heads = self.top.locator("th[data-name]").filter(has_text=exactly(column))
        return row.locator(f'td[name="{heads.first.get_attribute("data-name")}"]').first

    def add_line(self, label="Add a line"):
        """A new line in a form's list."""
        if self.page.locator(".o_datetime_picker:visible").count():  # it lies over what is below
            self.top.locator(".modal-title, .breadcrumb").first.click()
            self.settle()  # the row above is left, and what is below it moves up
        self.top.locator(".o_field_x2many_list_row_add a").filter(has_text=label).first.click()
        self.top.locator(".o_selected_row").first.wait_for()
        self.settle()

    def add_card(self):
        """A new line of a form's list, where a phone shows it as cards."""
        self.top.locator(".o-kanban-button-new:visible").first.click()
        self.settle()

    def fill_reason(self, words):
        """In the dialog that asks why."""
        self.top.locator("[name=reason] input").fill(words)
        self.settle()

    def fill_line(self, column, value):
        """A cell of the line that is being typed."""
        cell = self._cell(self.top.locator(".o_selected_row"), column)
        if cell.locator("button[data-field]").count():  # a time that is there already
            cell.locator("button[data-field]").first.click()
        cell.locator("input, textarea").first.fill(str(value))
        self.settle()

    def choose_line(self, column, option):
        """A cell of the line that is being typed, of the kind with a list of choices."""
        cell = self._cell(self.top.locator(".o_selected_row"), column)
        if cell.locator("select").count():
            cell.locator("select").select_option(label=option)
        else:
            cell.locator("input").first.click()
            self.page.locator(".o_select_menu_item").filter(has_text=exactly(option)).click()
        self.settle()

    def pick_line(self, column, text, option=None):
        """A cell of the line that is being typed, of the kind that looks things up."""
        self._pick_in(self._cell(self.top.locator(".o_selected_row"), column), text, option or text)

    def charge_line(self, shares, column="Analytic"):
        """The analytic accounts of the line that is being typed, in per cent.

        :param dict shares: name of an account → its part
        """
        cell = self._cell(self.top.locator(".o_selected_row"), column)
        cell.locator(".o_field_widget, .o_input_dropdown, div").first.click()
        popup = self.page.locator(".analytic_distribution_popup")
        popup.wait_for()
        for number, (account, part) in enumerate(shares.items()):
            if number:
                popup.locator("a, button").filter(has_text="Add a Line").first.click()
            row = popup.locator("tbody tr").nth(number)
            self._pick_in(row, account, account)
            box = row.locator(".o_field_percentage input, input").last
            box.fill(str(part))
            box.press("Tab")
        self.settle()
        popup.locator(".fa-close, .btn-close, .o_field_widget + i").first.click()
        self.settle()

    def fill_row(self, text, column, value):
        """Type into a cell of the row with that piece of text, in a list that can be typed in."""
        cell = self._cell(self.row(text), column)
        cell.click()
        self.settle()
        box = self._cell(self.top.locator(".o_selected_row"), column).locator("input, textarea").first
        box.fill(str(value))
        box.press("Enter")
        self.settle()

    def choose_row(self, text, column, option):
        """One of a list of choices, in the row with that piece of text of a list that can be typed in."""
        self._cell(self.row(text), column).click()
        self.settle()
        self.choose_line(column, option)

    def open_line(self, text):
        """The page of a line of a form's list that can be typed in."""
        self.row(text).locator(".o_list_record_open_form_view button").click()
        self.settle()

    def heading(self, column):
        """The head of a list's column."""
        return self.top.locator("th[data-name]").filter(has_text=exactly(column)).first

    def width(self, css):
        """Where the right edge of a part of the page is, in pixels."""
        box = self.page.locator(css).first.bounding_box()
        return box["x"] + box["width"]

    def column(self, name):
        """What each row of a list shows in a column."""
        rows = self.top.locator(".o_data_row").all()
        return [self._cell(row, name).inner_text().strip() for row in rows]

    def search_filter(self, name):
        """One of the filters that a list offers."""
        self.page.locator(".o_searchview_dropdown_toggler").click()
        self.page.locator(".o_filter_menu .dropdown-item").filter(has_text=exactly(name)).click()
        self.page.locator(".o_searchview_dropdown_toggler").click()
        self.settle()

    def mark(self, side, text):
        """A row of the screen on which bills and claims are matched: *bills* or *claims*."""
        self.top.locator(f"section[data-side={side}] tr").filter(has_text=text).first.click()
        self.settle()

    def alerts(self):
        """The bars over a form that can be seen."""
        bars = self.top.locator(".alert:visible, .o_field_actionable_errors:visible")
        return " ".join(" ".join(text.split()) for text in read_texts(bars))
