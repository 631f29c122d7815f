"""Stories and their consent, in the small bank of every test."""

import base64
from datetime import timedelta
from io import BytesIO

from PIL import Image

from ..common import TODAY, TimebankCase

NEXT_YEAR = TODAY + timedelta(days=365)


def make_photo(size=(8, 6), **more):
    """A PNG, or what its ``format`` is, in base64."""
    made = BytesIO()
    Image.new("RGB", size, "teal").save(made, more.pop("format", "PNG"), **more)
    return base64.b64encode(made.getvalue())


class StoryCase(TimebankCase):
    @classmethod
    def _make_story(cls, *members, **vals):
        members = members or (cls.ann,)
        return (
            cls.env["timebank.story"]
            .with_user(cls.coordinator)
            .create(
                {
                    "name": "The first soup",
                    "scheme_id": members[0].scheme_id.id,
                    "partner_ids": [member.partner_id.id for member in members],
                    "text": "I had nobody to cook for. Now there are twelve of us.",
                    "shown_as": "Rosa",
                    **vals,
                }
            )
        )

    def _agree(self, story, member, *uses, until=NEXT_YEAR, photo=False, given_on=None):
        story.with_user(self.coordinator).record_consent(
            member.partner_id.id, list(uses or ("funder",)), until, "person", given_on, photo
        )

    def _tellable(self, use="funder", day=TODAY, **more):
        return self.env["timebank.story"]._get_tellable(use, day=day, **more)
