from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

#: What time given for each group of skills counts as, where nobody has said so.
CATEGORIES = {
    "home_repairs": "neighbour",
    "garden_outdoors": "neighbour",
    "food_cooking": "neighbour",
    "company_care": "caring",
    "children_families": "children",
    "getting_about": "neighbour",
    "computers_phones": "learning",
    "paperwork_advice": "neighbour",
    "languages_learning": "learning",
    "music_stage": "learning",
    "arts_crafts": "learning",
    "sport_health": "caring",
    "community_events": "running",
    "spaces": "lending",
    "equipment": "lending",
}


def migrate(cr, version):
    """Groups of skills say what time counts as, and so do introductions and the hours that came of them."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for skill, category in CATEGORIES.items():
        skill = env.ref(f"timebank_coproduction.skill_{skill}", raise_if_not_found=False)
        category = env.ref(f"timebank_coproduction.category_{category}", raise_if_not_found=False)
        if skill and category and not skill.category_id:
            skill.category_id = category
    introductions = env["timebank.introduction"].search([("category_id", "=", False)])
    introductions._compute_category_id()
    env.flush_all()
    cr.execute(
        SQL(
            """UPDATE timebank_hours hours SET category_id = introduction.category_id
                 FROM timebank_introduction introduction
                WHERE introduction.id = hours.introduction_id AND hours.category_id IS NULL
                  AND introduction.category_id IS NOT NULL"""
        )
    )
