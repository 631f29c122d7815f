"""What a person at a screen does and sees, in the words of the screen.

Fields go by their label, buttons and menus by their text, rows by a piece of theirs.
After every deed the page is given the time that it needs, and no more.
"""

import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from .rows import Rows, exactly, read_texts

DESKTOP = {"viewport": {"width": 1366, "height": 768}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PATIENCE = 20_000  # ms
FIRST_PATIENCE = 60_000  # ms; the first page that is opened has its scripts and styles to build
QUIET = Path(__file__).with_name("quiet.js").read_text()
#: Where pictures go; none are kept without.
PICTURES = os.environ.get("TIMEBANK_PICTURES")

ERROR = ".o_error_dialog"
#: What each kind of view shows once it is drawn.
VIEWS = {
    "list": ".o_list_renderer",
    "kanban": ".o_kanban_renderer",
    "form": ".o_form_renderer",
    "pivot": ".o_pivot",
    "graph": ".o_graph_renderer",
    "calendar": ".o_calendar_renderer .fc",
    "activity": ".o_activity_view",
}
KIND = "(top, views) => Object.keys(views).find((kind) => top.querySelector(views[kind])) ?? null"
#: What is cut of what a list always says in the same words.
CUT = """() => [...document.querySelectorAll(".o_list_renderer :is(th, th span, td .badge, td button)")]
    .filter((part) => part.offsetParent && part.innerText.trim() && part.scrollWidth > part.clientWidth + 1
        && getComputedStyle(part).display !== "inline" && !part.closest(".o_view_sample_data"))
    .map((part) => part.innerText.trim())"""
#: What the browser says of an answer that :meth:`Screen._answered` looks at.
WRONG = "status of 400 (BAD REQUEST)"
TOO_WIDE = """() => [...document.querySelectorAll("html, .o_content, .o_list_view .o_list_renderer")]
    .filter((part) => part.scrollWidth > part.clientWidth + 1)
    .map((part) => {
        const edge = part.getBoundingClientRect().left + part.clientWidth + 1;
        const beyond = (each) => each.getBoundingClientRect().right > edge;
        const out = [...part.querySelectorAll("*")].filter(beyond).slice(-3);
        return [part, ...out].map((each) => `${each.tagName}.${each.className}`).join(" < ");
    })"""


class Screen(Rows):
    """One person's browser window. ``complaints`` holds what went wrong on it so far."""

    def __init__(self, page, phone=False):
        self.page = page
        self.phone = phone
        self.complaints = []
        page.set_default_timeout(PATIENCE)
        page.set_default_navigation_timeout(FIRST_PATIENCE)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("response", self._answered)
        page.on("requestfailed", self._failed)

    # ------------------------------------------------------------
    # What goes wrong.
    # ------------------------------------------------------------

    def _heard(self, message):
        if message.type == "error" and WRONG not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _answered(self, response):
        # a page that says what is wrong in its form is an answer like others
        page = response.status == 400 and response.request.is_navigation_request()
        if response.status >= 400 and not page:
            self.complaints.append(f"{response.status} for {response.url}")

    def _failed(self, request):
        # the browser itself gives up what a page that is being left had asked for
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.failure} for {request.url}")

    def check(self):
        """:raises AssertionError: with what went wrong since the last look"""
        heard, self.complaints[:] = list(self.complaints), []
        if heard:
            raise AssertionError("\n".join(heard))

    # ------------------------------------------------------------
    # Where one is.
    # ------------------------------------------------------------

    def settle(self):
        """Until nothing is under way; an error that is shown is a complaint."""
        error = self.page.evaluate("patience => timebankQuiet(patience)", FIRST_PATIENCE)
        if error is not None:
            self.complaints.append(f"error shown: {error}")

    def go(self, path):
        """Open an address, as from a bookmark or a link in a mail."""
        self.page.goto(path)
        if not self.page.locator("body.o_web_client").count():
            return self.page.wait_for_load_state()
        self.page.locator(".o_main_navbar").wait_for()
        return self.settle()

    @property
    def top(self):
        """What one can act on: the dialog in front, or the page."""
        dialogs = self.page.locator(".o_dialog:not(.o_inactive_modal) .modal-content")
        return dialogs.last if dialogs.count() else self.page.locator(".o_action_manager")

    def title(self):
        """The last of the breadcrumbs."""
        last = self.page.locator(".o_breadcrumb .active, .o_last_breadcrumb_item").last
        return last.inner_text().strip()

    def view(self):
        """The kind of view that is open, or None."""
        return self.top.evaluate(KIND, VIEWS)

    def cut(self):
        """The headings, badges and buttons of a list of which the end can't be read."""
        return self.page.evaluate(CUT)

    def too_wide(self):
        """The parts one has to push sideways to read, each with what sticks out of it: list of texts."""
        return self.page.evaluate(TOO_WIDE)

    # ------------------------------------------------------------
    # Menus and views.
    # ------------------------------------------------------------

    def open_app(self, name="Time Bank"):
        """From whichever app one is in."""
        if self.phone:
            self.page.locator(".o_menu_toggle").click()
            sidebar = self.page.locator(".o_app_menu_sidebar")
            sidebar.wait_for()
            if sidebar.get_by_text("All Apps").is_visible():
                sidebar.get_by_text("All Apps").click()
            self.page.locator(".o_app_menu_sidebar .o_app").filter(has_text=exactly(name)).click()
        else:
            self.page.locator(".o_navbar_apps_menu button").click()
            self.page.locator(".o-dropdown--menu .o_app").filter(has_text=exactly(name)).click()
        self.settle()

    def work_in(self, *companies):
        """Tick companies in the corner at the top, so that what is of each of them is shown."""
        self.page.locator(".o_switch_company_menu button").click()
        menu = self.page.locator(".o_switch_company_menu_dropdown")
        menu.wait_for()
        for item in menu.locator(".o_switch_company_item").all():
            box = item.locator("[role=menuitemcheckbox]")
            wanted = item.locator(".company_label").inner_text().strip() in companies
            if wanted != (box.get_attribute("aria-checked") == "true"):
                box.click()
        with self.page.expect_navigation():
            menu.locator("button").filter(has_text=exactly("Confirm")).click()
        self.page.locator(".o_main_navbar").wait_for()
        self.settle()

    def search(self, words):
        """Type into the search of a list, and take the first that it proposes."""
        box = self.page.locator(".o_searchview_input")
        box.fill(words)
        self.page.locator(".o_searchview_autocomplete .o-dropdown-item").first.wait_for()
        box.press("Enter")
        self.settle()

    def sections(self):
        """``{section: [entry, ...]}`` of the app, as the menu offers them; without those for which the window
        is too narrow."""
        found = {}
        for section in self.page.locator(".o_menu_sections > button.dropdown-toggle:visible").all():
            section.click()
            menu = self.page.locator(".o-dropdown--menu")
            menu.wait_for()
            found[section.inner_text().strip()] = read_texts(menu.locator(".dropdown-item"))
            self.page.keyboard.press("Escape")
            menu.wait_for(state="detached")
        return found

    def entries(self):
        """What the menu of a phone offers, entry by entry."""
        self.page.locator(".o_menu_toggle").click()
        menu = self.page.locator(".o_app_menu_sidebar")
        menu.wait_for()
        found = read_texts(menu.locator("li[data-menu-xmlid]"))
        menu.locator(".o_sidebar_close").first.click()
        menu.wait_for(state="detached")
        return found

    def open_menu(self, section, entry=None):
        """A section's entry."""
        if self.phone:
            self.page.locator(".o_menu_toggle").click()
            menu = self.page.locator(".o_app_menu_sidebar")
            menu.locator("li[data-menu-xmlid]").filter(has_text=exactly(entry or section)).click()
        else:
            self.page.locator(".o_menu_sections > button").filter(has_text=exactly(section)).click()
            if entry:
                self.page.locator(".o-dropdown--menu .dropdown-item").filter(has_text=exactly(entry)).click()
        self.settle()

    def views(self):
        """The kinds of view that can be switched to."""
        buttons = self.page.locator(".o_control_panel .o_cp_switch_buttons button")
        names = buttons.evaluate_all("all => all.flatMap((button) => [...button.classList])")
        return [name.removeprefix("o_") for name in names if name.removeprefix("o_") in VIEWS]

    def switch(self, view):
        """To another kind of view."""
        if self.phone:
            self.page.locator(".o_control_panel .o_cp_switch_buttons button").click()
            self.page.locator(f".o-dropdown--menu .o_view_{view}, .o-dropdown--menu").last.get_by_text(
                re.compile(view, re.I)
            ).click()
        else:
            self.page.locator(f".o_control_panel .o_cp_switch_buttons .o_{view}").click()
        self.page.locator(VIEWS[view]).first.wait_for()
        self.settle()

    def scale(self, name):
        """How much of a calendar is shown: Day, Week, Month or Year."""
        self.page.locator(
            ".o_calendar_header .scale_button_selection, .o_view_scale_selector button"
        ).first.click()
        self.page.locator(".o-dropdown--menu .dropdown-item").filter(has_text=exactly(name)).click()
        self.settle()

    def click_at(self, day, time):
        """A free place in the calendar of a week or day; a new record is begun there."""
        column = self.page.locator(f'.fc-timegrid-col[data-date="{day}"]').bounding_box()
        slot = self.page.locator(f'.fc-timegrid-slot-lane[data-time="{time}:00"]')
        slot.scroll_into_view_if_needed()
        lane = slot.bounding_box()
        self.page.mouse.click(column["x"] + column["width"] / 2, lane["y"] + 3)
        self.page.locator(".o_form_view").first.wait_for()
        self.settle()

    def back(self, to=None):
        """One breadcrumb back, or to the one of that name."""
        crumbs = self.page.locator(".breadcrumb-item a, .o_back_button")
        (crumbs.filter(has_text=to).first if to else crumbs.last).click()
        self.settle()

    # ------------------------------------------------------------
    # Forms.
    # ------------------------------------------------------------

    def field(self, label):
        """The widget of the field with that label, or else that placeholder or field's name."""
        labels = self.top.locator("label.o_form_label:visible").filter(has_text=exactly(label))
        if labels.count():
            target = labels.first.get_attribute("for")
            found = self.top.locator(".o_field_widget").filter(has=self.page.locator(f'[id="{target}"]'))
            if not found.count():  # radio buttons have names of their own, and a field may stand there twice
                found = self.top.locator(f".o_field_widget[name={re.sub(r'_[0-9]+$', '', target)}]:visible")
            return found.last
        named = self.top.locator(f'.o_field_widget[name="{label}"]:visible')
        if named.count():
            return named.first
        return self.top.locator(".o_field_widget").filter(has=self.page.get_by_placeholder(label)).first

    def fill(self, label, value):
        """Type into a field."""
        box = self.field(label).locator("input:visible, textarea:visible, [contenteditable=true]").first
        box.fill(str(value))
        box.press("Tab")
        self.settle()

    def attach(self, label, *paths):
        """Choose files for a field, as the browser's own dialog does."""
        self.field(label).locator("input[type=file]").set_input_files([str(path) for path in paths])
        self.settle()

    def fill_day(self, label, value):
        """Type a day into a field that shows days, as a button until it is clicked."""
        widget = self.field(label)
        widget.locator("button:visible, input:visible").first.click()
        box = widget.locator("input:visible").first
        box.fill(str(value))
        box.press("Enter")
        self.settle()

    def range(self, label):
        """Both ends of a time as they are shown."""
        ends = self.field(label).locator("[data-field]").all()
        return [
            one.input_value() if one.evaluate("end => end.matches('input')") else one.inner_text()
            for one in ends
        ]

    def fill_range(self, label, begin=None, end=None):
        """Type the ends of a time into a field; the later first, so that they stay in order."""
        widget = self.field(label)
        for place, moment in ((1, end), (0, begin)):
            if moment is None:
                continue
            ends = widget.locator("[data-field]")
            name = ends.nth(place).get_attribute("data-field")
            ends.nth(place).click()
            box = widget.locator(f"input[data-field={name}]")
            box.fill(moment)
            box.press("Tab")
            self.settle()

    def choose(self, label, option):
        """One of a list of choices: a drop-down, radio buttons, or what a phone pulls up from below."""
        widget = self.field(label)
        if widget.locator("select").count():
            widget.locator("select").select_option(label=option)
        elif widget.locator(".o_radio_item").count():
            widget.locator(".o_radio_item label").filter(has_text=exactly(option)).click()
        else:
            widget.locator(".o_select_menu_toggler, input").first.click()
            menu = self.page.locator(".o_bottom_sheet, .o-dropdown--menu").last
            menu.locator(".o_select_menu_item, .dropdown-item").filter(has_text=exactly(option)).click()
            self.page.locator(".o_bottom_sheet").wait_for(state="detached")
        self.settle()

    def pick(self, label, text, option=None):
        """Type into a field that looks things up, and take what it offers.

        :param option: the offer to take, if it isn't just what was typed
        """
        self._pick_in(self.field(label), text, option or text)

    def pick_offered(self, label, option):
        """Click into an empty field that looks things up, and take one of the few that it offers."""
        widget = self.field(label)
        widget.locator("input:visible").first.click()
        widget.locator(".o-autocomplete--dropdown-menu li").filter(has_text=option).first.click()
        self.settle()

    def _pick_in(self, widget, text, option):
        box = widget.locator("input:visible").first
        box.click()
        if self.phone:  # a dialog of its own, to choose from
            self.page.locator(".o_select_create_dialog, .o_dialog .o_kanban_view").last.wait_for()
            self._rows().filter(has_text=option).first.click()
            return self.settle()
        self.settle()
        box.fill(text)
        self.settle()  # until what was typed is looked up: an older answer would lie over what comes next
        offers = widget.locator(".o-autocomplete--dropdown-menu li")
        offers.filter(has_text=option).first.click()
        return self.settle()

    def offers(self, label, text=""):
        """What a field that looks things up offers for a text."""
        widget = self.field(label)
        box = widget.locator("input:visible").first
        box.click()
        if text:
            box.fill(text)
        self.settle()
        menu = widget.locator(".o-autocomplete--dropdown-menu")
        menu.wait_for()
        found = read_texts(menu.locator("li"))
        box.press("Escape")
        return found

    def tick(self, label, on=True):
        """A check box."""
        self.field(label).locator("input[type=checkbox]").first.set_checked(on)
        self.settle()

    def choose_radio(self, text):
        """The radio button beside that piece of text."""
        self.top.locator(".o_radio_item").filter(has_text=text).locator("input").check()
        self.settle()

    def value(self, label):
        """What a field shows."""
        widget = self.field(label)
        boxes = widget.locator("input:visible, textarea:visible")
        shown = boxes.first.input_value() if boxes.count() else widget.inner_text()
        return shown.replace("\xa0", " ").strip()

    def tabs(self):
        """The names of the notebook's pages."""
        return read_texts(self.top.locator(".o_notebook_headers .nav-link:visible"))

    def tab(self, name):
        """A page of the form's notebook."""
        self.top.locator(".o_notebook_headers .nav-link").filter(has_text=exactly(name)).click()
        self.settle()

    def new(self):
        """*New*."""
        self.press("New")

    def type(self, text):
        """On the keyboard, or as a scanner does, wherever the cursor is."""
        self.page.keyboard.type(text)
        self.settle()

    def save(self):
        """*Save*, the cloud beside the name."""
        self.page.locator(".o_form_button_save").click()
        self.settle()
        if self.page.locator(".o_form_status_indicator_buttons:not(.invisible)").count():
            raise AssertionError(f"not saved: {self.page.locator('.o_notification').all_inner_texts()}")

    def discard(self):
        """The cross beside *Save*."""
        self.page.locator(".o_form_button_cancel").click()
        self.settle()

    # ------------------------------------------------------------
    # Buttons.
    # ------------------------------------------------------------

    def button(self, text):
        """The button of that text that can be seen."""
        return self.top.locator("button:visible, a.btn:visible").filter(has_text=exactly(text)).first

    def shows_button(self, text):
        """Whether there is such a button to be seen."""
        return self.top.locator("button:visible, a.btn:visible").filter(has_text=exactly(text)).count() > 0

    def press(self, text):
        """A button by its text; a form's, or one over a list, may hide behind *More*, as on a phone."""
        more = self.top.locator(
            ".o_statusbar_buttons button:has(.oi-ellipsis-v),"
            " button.o-control-panel-adaptive-dropdown:visible"
        )
        if not self.shows_button(text) and more.count():
            more.first.click()
            menu = self.page.locator(".o-dropdown--menu, .o_bottom_sheet")
            menu.locator("button").filter(has_text=exactly(text)).first.click()
        else:
            self.button(text).click()
        self.settle()

    def press_figure(self, text):
        """The button over a form that shows a figure, by what it is called."""
        self.top.locator(".oe_stat_button:visible").filter(has_text=text).first.click()
        self.settle()

    def another(self):
        """Another window of the same person.

        :return: its ``Screen``; what goes wrong there is a complaint here
        """
        tab = Screen(self.page.context.new_page(), self.phone)
        tab.complaints = self.complaints
        tab.go("/odoo")
        return tab

    def press_to_open(self, text):
        """A button that opens a page in a tab of its own.

        :return: the ``Screen`` of that tab; what goes wrong there is a complaint here
        """
        with self.page.expect_popup() as opened:
            self.button(text).click()
        self.settle()
        tab = Screen(opened.value)
        tab.complaints = self.complaints
        return tab

    def act(self, text):
        """An entry of the gear's menu, or of *Actions* over ticked rows."""
        self.page.locator(".o_cp_action_menus button").last.click()
        self.page.locator(".o-dropdown--menu .dropdown-item").filter(has_text=exactly(text)).click()
        self.settle()

    def step(self, name):
        """Go to a step of the status bar that can be clicked."""
        self.top.locator(".o_statusbar_status button:visible").filter(has_text=exactly(name)).click()
        self.settle()

    def printed(self, text, menu=False):
        """What a reader finds in the PDF that a button brings, or an entry of the gear's *Print*.

        :param bool menu: whether it is an entry of *Print*
        """
        with self.page.expect_download() as coming:
            if menu:
                self.choose_paper(text)
            else:
                self.press(text)
        done = subprocess.run(
            ["pdftotext", "-layout", str(coming.value.path()), "-"], capture_output=True, check=True
        )
        self.settle()
        return done.stdout.decode()

    def choose_paper(self, text):
        """An entry of *Print* behind the gear."""
        self.page.locator(".o_cp_action_menus .fa-cog").click()
        menus = self.page.locator(".o-dropdown--menu")
        menus.locator(".dropdown-toggle").filter(has_text=exactly("Print")).click()
        menus.locator(".dropdown-item").filter(has_text=exactly(text)).click()
        self.settle()

    def status(self):
        """The step of the status bar at which the record is."""
        current = self.top.locator(
            ".o_arrow_button_current, .o_statusbar_status .o_arrow_button[aria-checked=true]"
        )
        return current.first.inner_text().strip()

    # ------------------------------------------------------------
    # What is said.
    # ------------------------------------------------------------

    def text(self):
        """All that can be read in front."""
        return " ".join(self.top.inner_text().split())

    def dialog(self):
        """The title of the dialog in front, or None."""
        titles = self.page.locator(".o_dialog:not(.o_inactive_modal) .modal-title")
        return titles.last.inner_text().strip() if titles.count() else None

    def notification(self):
        """The newest of the messages in the corner; it is put away."""
        notes = self.page.locator(".o_notification")
        notes.first.wait_for()
        said = " ".join(notes.last.locator(".o_notification_content").inner_text().split())
        notes.last.locator(".o_notification_close").click()
        notes.last.wait_for(state="detached")
        return said

    def corner(self):
        """What the newest of the messages in the corner says; it stays."""
        notes = self.page.locator(".o_notification")
        notes.last.wait_for()
        return " ".join(notes.last.locator(".o_notification_content").inner_text().split())

    def press_in_corner(self, text):
        """A button of the newest of the messages in the corner."""
        self.page.locator(".o_notification").last.locator("button").filter(has_text=exactly(text)).click()
        self.settle()

    def close(self):
        """Put the dialog in front away."""
        dialogs = self.page.locator(".o_dialog")
        left = dialogs.count() - 1
        dialogs.last.locator(".modal-header .btn-close, .modal-header .oi-arrow-left").click()
        self.page.wait_for_function("left => document.querySelectorAll('.o_dialog').length <= left", arg=left)
        self.settle()

    @contextmanager
    def refused(self, *words):
        """The block ends with a refusal, a sentence that holds ``words``; it is put away."""
        before = list(self.complaints)
        yield
        dialog = self.page.locator(ERROR)
        dialog.wait_for()
        said = " ".join(dialog.inner_text().split())
        for word in words:
            if word not in said:
                raise AssertionError(f"{word!r} isn't in {said!r}")
        dialog.locator("footer button").first.click()
        dialog.wait_for(state="detached")
        ours = ("odoo.http:", "error shown:")
        self.complaints[:] = [one for one in self.complaints if one in before or not one.startswith(ours)]

    def picture(self, name):
        """Keep a picture of the window, if pictures are wanted."""
        if PICTURES:
            path = Path(PICTURES) / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=path)
            with Image.open(path) as image:  # fewer colours: a third of the size, no difference to the eye
                image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
