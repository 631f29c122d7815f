from odoo.tools import SQL

MERGED = (
    "project_project_view_form_grant",
    "res_partner_view_form_grant",
    "timebank_hours_view_form_session",
    "timebank_hours_view_search_session",
    "timebank_member_view_form_session",
    "timebank_member_view_list_session",
    "timebank_redemption_view_form_grant",
    "timebank_redemption_view_list_grant",
    "timebank_redemption_view_search_grant",
    "timebank_reward_view_form_grant",
    "timebank_scheme_view_form_reward",
    "timebank_scheme_view_form_session",
)


def migrate(cr, version):
    """Remove the views that have become part of the view they extended.

    Odoo would do so at the end of the upgrade; until then they would be checked together
    with the new views, and add to them what is in there already. Somebody's own view that
    extends one of them goes on in the view that it has become part of.
    """
    cr.execute(
        SQL(
            """SELECT array_agg(res_id) FROM ir_model_data
                WHERE module = 'timebank_coproduction' AND model = 'ir.ui.view' AND name IN %s""",
            MERGED,
        )
    )
    [views] = cr.fetchone()
    if not views:
        return
    cr.execute(
        SQL(
            """UPDATE ir_ui_view own SET inherit_id = merged.inherit_id
                 FROM ir_ui_view merged
                WHERE own.inherit_id = merged.id AND merged.id = ANY(%s)""",
            views,
        )
    )
    cr.execute(SQL("DELETE FROM ir_ui_view WHERE id = ANY(%s)", views))
    cr.execute(SQL("DELETE FROM ir_model_data WHERE model = 'ir.ui.view' AND res_id = ANY(%s)", views))
