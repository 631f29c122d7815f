-- A copy says that it is one on the pages and papers that don't stand in Odoo's own layouts.
UPDATE ir_ui_view
   SET active = true
 WHERE key = 'timebank_coproduction.copy_notice_shown';
