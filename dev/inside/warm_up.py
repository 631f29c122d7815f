"""Run by `odoo shell`: builds the bundles that the back office and the portal load."""

BUNDLES = (
    "web.assets_web",
    "web.assets_web_print",
    "web.assets_frontend",
    "web.assets_frontend_lazy",
    "web.assets_frontend_minimal",
    "web.assets_tests",
    "bus.websocket_worker_assets",
)

for name in BUNDLES:
    bundle = env["ir.qweb"]._get_asset_bundle(name, css=True, js=True)  # noqa: F821
    bundle.js()
    bundle.css()
    env.cr.commit()  # noqa: F821
