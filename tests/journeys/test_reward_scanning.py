"""Codes held up to a camera: a member's at the supplier's, vouchers at the desk."""

import tempfile
from pathlib import Path

from odoo.tests import HttpCase, tagged

from ..rewards_common import RewardCase
from .camera import UNTIL, held_up_to

HANDS = (
    UNTIL
    + """
    const find = (selector) => document.querySelector(selector);
"""
)


@tagged("post_install", "-at_install")
class TestScanning(RewardCase, HttpCase):
    def _watch(self, url, seen, steps, **options):
        """Run ``steps`` in a browser to whose camera a code is held up that says ``seen``."""
        code = (
            HANDS
            + f"""
            (async () => {{
                {steps}
                console.log("test successful");
            }})().catch((error) => console.error(error.message));
        """
        )
        with tempfile.TemporaryDirectory() as folder, held_up_to(Path(folder), seen):
            self.browser_js(url, code, timeout=120, **options)

    def test_supplier_scans_a_members_phone(self):
        """The page takes the code from the link, wherever the link leads, and looks it up."""
        self.browser_size, self.touch_enabled = "390x844", True
        steps = """
            const submitted = [];
            find("form").addEventListener("submit", (ev) => {
                ev.preventDefault();
                submitted.push([new URL(ev.target.action).pathname, ev.target.elements.code.value].join(" "));
            });
            (await until("the button", () => find(".o_supplier_camera:not(.d-none)"))).click();
            await until("the code", () => submitted.length);
            if (getComputedStyle(find(".o_supplier_camera")).display !== "none") {
                throw new Error("The button stays while the camera looks");
            }
            if (submitted.join() !== "/timebank/claim/look AAAA-BBBB-CCCC") {
                throw new Error(submitted.join());
            }
            if (document.documentElement.scrollWidth > window.innerWidth) {
                throw new Error("The page doesn't fit a phone");
            }
        """
        self._watch("/timebank/claim", "https://example.org/claim/AAAA-BBBB-CCCC", steps)

    def test_coordinator_scans_vouchers_at_the_desk(self):
        batch = self.env["timebank.voucher.batch"].create({"scheme_id": self.scheme.id, "quantity": 1})
        batch.action_issue()
        steps = """
            const click = async (selector) => (await until(selector, () => find(selector))).click();
            await click(".o_timebank_codes button");
            await until("the code", () => find(".o_timebank_codes textarea").value.trim() === "CODE");
            await click("button[name=action_hand_in]");
            const success = () => find(".modal .alert-success")?.textContent;
            await until("the outcome", () => success()?.includes("1 handed in"));
        """.replace("CODE", batch.voucher_ids.code)
        self._watch(
            "/odoo/action-timebank_coproduction.timebank_voucher_desk_action",
            batch.voucher_ids.code,
            steps,
            login="tb_coordinator",
        )
        self.assertEqual(batch.voucher_ids.state, "returned")

    def test_coordinator_scans_a_claim_at_the_desk_for_any_code(self):
        """What is held up is shown at once, and the camera stays on for the next."""
        self.browser_size, self.touch_enabled = "390x844", True
        self.computer.write({"approval": "auto", "fulfilment": "code"})
        claim = self._make_claim(self.ann, self.computer, "approved")
        steps = """
            const click = async (selector) => (await until(selector, () => find(selector))).click();
            await click(".o_timebank_codes button");
            await until("the claim", () => find(".modal")?.textContent.includes("Hand over"));
            await click("button[name=action_hand_over]");
            const success = () => find(".modal .alert-success:not(.o_invisible_modifier)")?.textContent;
            await until("the outcome", () => success()?.includes("Handed over"));
            await until("the camera", () => find(".o_timebank_codes video:not(.d-none)"));
        """
        self._watch(
            "/odoo/action-timebank_coproduction.timebank_code_desk_action",
            claim.code_url,
            steps,
            login="tb_coordinator",
        )
        self.assertEqual(claim.state, "fulfilled")
