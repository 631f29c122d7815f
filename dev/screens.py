"""The pictures of the documentation: name, user, page, size, clicks.

`{module.xmlid}` in a page's address stands for that record's number. A size is a name
of SIZES. Clicks are CSS selectors, clicked in order before the picture is taken.
"""

SIZES = {"desktop": (1366, 768), "phone": (390, 844)}

SCREENS = [
    # {
    #     "name": "hours",
    #     "login": "coordinator",
    #     "url": "/odoo/action-timebank_coproduction.timebank_hours_action",
    #     "size": "desktop",
    #     "click": [],
    #     "wait_for": ".o_list_view",
    # },
]
