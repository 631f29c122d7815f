"""Run by `odoo shell`: builds the bundles that the back office, the members' pages and papers load."""

from odoo.modules.module import Manifest

ADDON = "timebank_coproduction"
BUNDLES = (
    "web.assets_web",
    "web.assets_web_print",
    "web.assets_backend_lazy",
    "web.assets_emoji",
    "web.chartjs_lib",
    "web.fullcalendar_lib",
    "web.assets_frontend",
    "web.assets_frontend_lazy",
    "web.assets_frontend_minimal",
    "web.assets_tests",
    "bus.websocket_worker_assets",
    "web.report_assets_common",
    *(name for name in Manifest.for_addon(ADDON)["assets"] if name.startswith(f"{ADDON}.")),
)
#: Of papers, for the program that prints them: with the prefixes that old browsers need.
PREFIXED = ("web.report_assets_common", "web.report_assets_pdf")

for names, prefixed in ((BUNDLES, False), (PREFIXED, True)):
    for name in names:
        bundle = env["ir.qweb"]._get_asset_bundle(name, css=True, js=True, autoprefix=prefixed)  # noqa: F821
        bundle.js()
        bundle.css()
        env.cr.commit()  # noqa: F821
