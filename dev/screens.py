"""The pictures of the documentation that no journey takes: name, user, page, size, clicks.

`{module.xmlid}` in a page's address stands for that record's number. A size is a name
of SIZES. Clicks are CSS selectors, clicked in order before the picture is taken. With
`popup` the picture is of the window that they opened; `fill` is a field's selector and
what to type into it.
"""

SIZES = {"desktop": (1366, 768), "phone": (390, 844)}

ACTION = "/odoo/action-timebank_coproduction."
GRANT = ACTION + "timebank_grant_action/{timebank_coproduction.grant_neighbours}"

SCREENS = [
    {
        "name": "hours-to-approve",
        "login": "coordinator",
        "url": ACTION + "timebank_hours_to_approve_action",
        "wait_for": ".o_list_view .o_data_row",
    },
    {
        "name": "hours-to-approve-phone",
        "login": "coordinator",
        "url": ACTION + "timebank_hours_to_approve_action",
        "size": "phone",
        "wait_for": ".o_kanban_record",
    },
    {
        "name": "members",
        "login": "coordinator",
        "url": ACTION + "timebank_member_action",
        "wait_for": ".o_kanban_record",
    },
    {
        "name": "members-phone",
        "login": "coordinator",
        "url": ACTION + "timebank_member_action",
        "size": "phone",
        "wait_for": ".o_kanban_record",
    },
    {
        "name": "member",
        "login": "coordinator",
        "url": ACTION + "timebank_member_action/{timebank_coproduction.member_rosa}",
        "wait_for": ".o_form_view .o_form_sheet",
    },
    {
        "name": "evidence",
        "login": "coordinator",
        "url": ACTION + "timebank_evidence_action",
        "wait_for": ".o_timebank_evidence canvas",
    },
    {
        "name": "account-statement",
        "login": "coordinator",
        "url": ACTION + "timebank_member_action/{timebank_coproduction.member_rosa}",
        "click": ["button[name=action_view_statement]"],
        "wait_for": ".o_list_view .o_data_row",
    },
    {
        "name": "print-statement",
        "login": "coordinator",
        "url": ACTION + "timebank_member_action/{timebank_coproduction.member_rosa}",
        "click": ["button[name=action_print_statement]"],
        "wait_for": ".modal .o_form_view",
    },
    {
        "name": "accounts",
        "login": "finance",
        "url": ACTION + "timebank_account_action",
        "wait_for": ".o_list_view .o_data_row",
    },
    {
        "name": "hours-report",
        "login": "manager",
        "url": ACTION + "timebank_hours_report_action",
        "wait_for": ".o_graph_view canvas",
    },
    {
        "name": "time-bank",
        "login": "manager",
        "url": ACTION + "timebank_scheme_action/{timebank_coproduction.scheme_river}",
        "wait_for": ".o_form_view",
    },
    {
        "name": "sessions",
        "login": "coordinator",
        "url": ACTION + "timebank_session_action",
        "wait_for": ".o_calendar_renderer .o_event",
    },
    {
        "name": "broker-desk",
        "login": "coordinator",
        "url": ACTION + "timebank_desk_action",
        "wait_for": ".o_timebank_desk section",
    },
    {
        "name": "broker-desk-phone",
        "login": "coordinator",
        "url": ACTION + "timebank_desk_action",
        "size": "phone",
        "wait_for": ".o_timebank_desk section",
    },
    {
        "name": "catalogue",
        "login": "coordinator",
        "url": ACTION + "timebank_reward_action",
        "wait_for": ".o_kanban_record",
    },
    {
        "name": "catalogue-phone",
        "login": "coordinator",
        "url": ACTION + "timebank_reward_action",
        "size": "phone",
        "wait_for": ".o_kanban_record",
    },
    {
        "name": "claims",
        "login": "coordinator",
        "url": ACTION + "timebank_redemption_action",
        "wait_for": ".o_list_view .o_data_row",
    },
    {
        "name": "grant",
        "login": "finance",
        "url": GRANT,
        "wait_for": ".o_form_view .o_form_sheet",
    },
    {
        "name": "match-bills",
        "login": "finance",
        "url": GRANT,
        "click": ["button[name=action_match_screen]"],
        "wait_for": ".o_timebank_matching tbody tr",
    },
    {
        "name": "reconciliation",
        "login": "finance",
        "url": GRANT,
        "click": ["button[name=action_view_reconciliations]", ".o_data_row .o_data_cell"],
        "wait_for": "button[name=action_export_xlsx]",
    },
]
