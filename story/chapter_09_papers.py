"""Papers for those who ask: a funder, trustees, an adviser, and whoever likes to have it by mail."""

import csv
import io
import tempfile
import zipfile

from odoo.fields import Command

from story import step

ADDON = "timebank_coproduction."


@step("finance", "makes a pack of records for the funder who asks for them")
def make_pack(world):
    signed = world["reconciliation"]
    asked = world.env["timebank.records.pack"].create(
        {"grant_id": signed.grant_id.id, "reconciliation_id": signed.id}
    )
    with tempfile.TemporaryFile() as target:
        asked._make_pack().write_to(target)
        target.seek(0)
        content = target.read()
    world.save("records.zip", content)
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        files = {name: pack.read(name) for name in pack.namelist()}
    rows = list(csv.reader(io.StringIO(files["index.csv"].decode("utf-8-sig"))))
    paid = sum(float(row[13]) for row in rows[1:-1])
    assert asked.grant_id.company_currency_id.compare_amounts(paid, signed.spent_amount) == 0
    names = signed.line_ids.redemption_id.partner_id.mapped("name")
    written = "".join(
        content.decode() for name, content in files.items() if not name.startswith("documents/")
    )
    assert names and not any(name in written for name in names)
    return f"records.zip, {len(rows) - 2} lines, {paid:.2f} as was signed; {len(names)} people, none by name"


@step("manager", "copies what the annual report says of volunteers")
def disclose(world):
    asked = world.env["timebank.disclosure"].create({})
    pages, text = world.pdf(f"{ADDON}timebank_disclosure_report", asked, "volunteers.pdf")
    words = " ".join(text.split())
    assert asked.paragraph.split(":")[0] in words or "No volunteers" in asked.paragraph
    return f"{asked.paragraph} volunteers.pdf, pages: {pages}"


@step("coordinator", "prints for a member what goods and vouchers were had")
def print_had(world):
    bank = world.ref(f"{ADDON}scheme_river")
    member = world.env["timebank.member"].search([("scheme_id", "=", bank.id)], order="id", limit=1)
    pages, text = world.pdf(
        f"{ADDON}timebank_benefits_report",
        member,
        "had.pdf",
        {"member_ids": member.ids, "date_from": "2020-01-01", "date_to": "2199-12-31"},
    )
    assert "What you have had" in text
    return f"had.pdf for {member.name}, pages: {pages}"


@step("manager", "names a trustee of Millbrook, who gets each quarter's figures by mail")
def name_trustee(world):
    trustee = world.env["res.partner"].create({"name": "Theo Marchant", "email": "theo@example.org"})
    world["mill"].trustee_ids = [Command.set(trustee.ids)]
    return f"{trustee.name}, {trustee.email}"
