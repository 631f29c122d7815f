import csv
import io
import json
from datetime import datetime
from pathlib import Path

import jsonschema

from odoo.exceptions import UserError

from ..grants_common import GrantCase

SCHEMA = json.loads((Path(__file__).parent / "360giving" / "360-giving-schema.json").read_text())

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time", raises=(ValueError, TypeError))
def _has_a_time_and_a_zone(value):
    return "T" in value and datetime.fromisoformat(value).utcoffset() is not None


def unflattened(content):
    """The awards of a CSV as the schema has them, by the titles of its fields."""
    by_title = {field.get("title"): (name, field) for name, field in SCHEMA["properties"].items()}
    awards = []
    for row in csv.DictReader(io.StringIO(content.decode())):
        award = {}
        for title, value in row.items():
            outer, _colon, inner = title.partition(":")
            name, field = by_title[outer] if outer in by_title else (outer.lower(), {})
            if inner:
                definition = SCHEMA["$defs"][field["items"]["$ref"].rpartition("/")[2]]["properties"]
                [key] = [key for key, one in definition.items() if one["title"] == inner]
                award.setdefault(name, [{}])[0][key] = value
            else:
                award[name] = float(value) if field.get("type") == "number" else value
        awards.append(award)
    return awards


class TestGrant360Giving(GrantCase):
    """Awards as 360Giving publishes them, valid against its own schema."""

    def setUp(self):
        super().setUp()
        self.env.company.timebank_360giving_prefix = "360G-riverstreet"
        self.env.company.company_registry = "GB-CHC-1234567"
        self.funder.company_registry = "0123"

    def _export(self, grants=None):
        return unflattened((grants or self.grant)._make_360giving())

    def test_valid_against_the_official_schema(self):
        bare = self._make_grant("Bare", state="draft", reference=False, award_date=False, amount=12.5)
        awards = self._export(self.grant | bare)
        validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=FORMATS)
        for award in awards:
            with self.subTest(award["title"]):
                self.assertEqual([error.message for error in validator.iter_errors(award)], [])
        # the schema does look: each of these is found
        for name, value in (
            ("dateModified", "2026-03-18 00:00:00"),
            ("awardDate", "18/03/2026"),
            ("id", None),
        ):
            with self.subTest(name):
                self.assertFalse(validator.is_valid({**awards[0], name: value}))

    def test_identifiers(self):
        [award] = self._export()
        self.assertEqual(award["id"], "360G-riverstreet-NEI")
        self.assertEqual(award["recipientOrganization"][0]["id"], "GB-CHC-1234567")
        self.assertEqual(award["fundingOrganization"][0]["id"], f"360G-riverstreet-ORG:{self.funder.id}")
        self.assertEqual(
            (award["amountAwarded"], award["currency"]), (1000, self.env.company.currency_id.name)
        )
        self.assertRegex(award["dateModified"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_the_prefix_is_asked_for(self):
        for prefix in (False, "riverstreet", "360G-", "360G-river street"):
            self.env.company.timebank_360giving_prefix = prefix
            with self.subTest(prefix), self.assertRaisesRegex(UserError, "prefix, such as 360G-example"):
                self.grant.action_export_360giving()

    def test_nothing_is_altered_for_machines(self):
        for purpose in ("=HYPERLINK(1)", "+44 volunteers", "-5 degrees", "@home", "'quoted"):
            grant = self._make_grant("Signs", state="draft", purpose=purpose)
            self.assertEqual(self._export(grant)[0]["description"], purpose)
