from .screen import Screen


class PlainScreen(Screen):
    """A browser without scripts, on the members' pages: links, fields by their labels, buttons."""

    def settle(self):
        self.page.wait_for_load_state()

    def follow(self, words):
        """A link by its words; where several have them the last, which is none of the head's."""
        self._leave(self.page.get_by_role("link", name=words, exact=True).last)

    def press(self, words):
        self._leave(self.page.get_by_role("button", name=words, exact=True))

    def unfold(self, words):
        """Open what stands below a line until it is pressed."""
        self.page.locator("summary").filter(has_text=words).click()

    def _leave(self, way):
        """Click what leads to another page, and be there."""
        with self.page.expect_navigation():
            way.click()

    def fill(self, label, text):
        self.page.get_by_label(label).fill(text)

    def mark(self, label):
        """One of several, or yes."""
        self.page.get_by_label(label, exact=True).check()

    def heading(self):
        return self.page.get_by_role("heading", level=1).inner_text()

    def reads(self):
        """All that the page says, in one line."""
        return " ".join(self.page.locator("main").inner_text().split())
