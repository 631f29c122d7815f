"""Members' pages as a browser without scripts has them: what is shown, links, and forms that are sent."""

from urllib.parse import urljoin

from lxml import html

from odoo.tests import HttpCase

from .common import TimebankCase


class Page:
    """One answer of the server."""

    def __init__(self, response):
        self.status = response.status_code
        self.address = response.url
        self.headers = response.headers
        self.tree = html.fromstring(response.text) if response.text else None

    def text(self):
        """All that can be read, but for styles and scripts."""
        return " ".join(" ".join(self.tree.xpath("//body//text()[not(ancestor::style)]")).split())

    def heading(self):
        (heading,) = self.tree.xpath("//h1")  # each page has one
        return " ".join(heading.text_content().split())

    def errors(self):
        """What the list of errors says, in order."""
        return [" ".join(one.text_content().split()) for one in self.tree.xpath("//*[@id='errors']//li")]

    def links(self):
        """Words → address, of all links."""
        return {" ".join(a.text_content().split()): a.get("href") for a in self.tree.xpath("//a[@href]")}

    def form(self, button):
        """The form with that button, and the button.

        :raises AssertionError: when there is none
        """
        for form in self.tree.forms:
            for one in form.xpath(".//button"):
                if " ".join(one.text_content().split()) == button:
                    return form, one
        raise AssertionError(f"no button {button!r} on {self.address}: {self.text()}")

    def typed(self, name):
        """What a field holds."""
        (form,) = [form for form in self.tree.forms if name in form.fields]
        return form.fields[name]


class PageCase(HttpCase, TimebankCase):
    """``self.come(user)`` signs somebody in; then they go by links, and press buttons."""

    def come(self, user):
        """Sign in as a user, or as nobody."""
        self.env.flush_all()
        self.authenticate(user and user.login, user and user.login)

    def go(self, path):
        """:return: the :class:`Page` at an address, after redirections"""
        self.env.flush_all()
        return Page(self.url_open(path))

    def follow(self, page, words):
        """A link by its words."""
        return self.go(urljoin(page.address, page.links()[words]))

    def press(self, page, button, files=None, **values):
        """Fill in the form of a button, and press it.

        :param values: name of a field → what is typed or chosen; what isn't named stays as it is
        """
        form, pressed = page.form(button)
        unknown = set(values) - set(form.fields)
        self.assertFalse(unknown, f"no such fields: {unknown}")
        for name, value in values.items():
            form.fields[name] = value
        fields = form.form_values()
        if pressed.get("name"):
            fields.append((pressed.get("name"), pressed.get("value") or ""))
        address = urljoin(page.address, form.get("action") or page.address)
        self.env.flush_all()
        if form.method == "GET":
            response = self.opener.get(address, params=fields, timeout=30)
        else:
            response = self.opener.post(address, data=fields, files=files, timeout=30)
        self.env.invalidate_all()
        return Page(response)
