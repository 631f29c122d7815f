"""What a step of the story is given: its user's environment, a memory, a folder."""

import subprocess
from io import BytesIO

from pypdf import PdfReader

from odoo.models import BaseModel


class World:
    """`world.env` is the step's user; `world[name]` is kept from one step to the next.

    A recordset put into the memory comes back in the environment of the step that asks
    for it, so it carries that user's rights and not those of whoever stored it.
    """

    def __init__(self, out):
        self.out = out  # folder for the files that the story writes
        self.env = None
        self._kept = {}

    def __setitem__(self, name, value):
        if isinstance(value, BaseModel):
            value = (BaseModel, value._name, value.ids)
        self._kept[name] = value

    def __getitem__(self, name):
        value = self._kept[name]
        if isinstance(value, tuple) and value and value[0] is BaseModel:
            return self.env[value[1]].browse(value[2])
        return value

    def __contains__(self, name):
        return name in self._kept

    def ref(self, xmlid):
        """The record of that external id, as the step's user."""
        return self.env.ref(xmlid)

    def user(self, login):
        """The user of that login."""
        return find_user(self.env, login)

    def save(self, name, content):
        """Write a file (text or bytes) into the story's folder; returns its path."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def pdf(self, report, records, name, data=None):
        """Render the report of that external id to a PDF.

        `data` is what a dialog hands the report, in place of records. Returns the number
        of pages, and the text that a reader finds in it.
        """
        action = self.env["ir.actions.report"]
        content, kind = action._render_qweb_pdf(report, res_ids=records.ids or None, data=data)
        if kind != "pdf" or not content.startswith(b"%PDF"):
            raise AssertionError(f"{report} gave no PDF but {kind}")
        self.save(name, content)
        done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
        return len(PdfReader(BytesIO(content)).pages), " ".join(done.stdout.decode().split())


def find_user(env, login):
    """The user of that login, whatever rights `env` has; LookupError if none."""
    user = env["res.users"].sudo().search([("login", "=", login)], limit=1)
    if not user:
        raise LookupError(f"There is no user with the login {login}.")
    return user.with_env(env)
