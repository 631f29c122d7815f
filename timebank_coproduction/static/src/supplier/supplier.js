import { buildZXingBarcodeDetector } from "@web/core/barcode/ZXingBarcodeDetector";
import { canScan, CodeReader } from "../scanner/look";

/**
 * The supplier's page reads the QR on a member's phone or slip: what it says is looked up
 * as if it had been typed. Its link is never followed, only the code in it is used.
 *
 * It is the only script of its page, and needs nothing of Odoo's but the library that reads codes.
 */
const LIBRARY = "/web/static/lib/zxing-library/zxing-library.js";

async function makeSubstitute(formats) {
    await new Promise((resolve, reject) => {
        const script = document.createElement("script");
        Object.assign(script, { src: LIBRARY, onload: resolve, onerror: reject });
        document.head.append(script);
    });
    const Detector = buildZXingBarcodeDetector(window.ZXing);
    return new Detector({ formats });
}

function begin(page) {
    const [button, video, sorry] = ["camera", "video", "no_camera"].map((name) =>
        page.querySelector(`.o_supplier_${name}`)
    );
    const show = (element, isShown) => element.classList.toggle("d-none", !isShown);
    const reader = new CodeReader(
        video,
        (text) => {
            reader.stop();
            page.querySelector("input[name=code]").value = text.split("/").pop();
            page.querySelector("form").requestSubmit();
        },
        "environment",
        makeSubstitute
    );
    button.addEventListener("click", async () => {
        show(button, false);
        show(sorry, false);
        show(video, true);
        try {
            await reader.start();
        } catch {
            show(button, true);
            show(sorry, true);
            show(video, false);
        }
    });
    show(button, canScan());
}

document.addEventListener("DOMContentLoaded", () => {
    const page = document.querySelector(".o_timebank_supplier");
    if (page?.querySelector(".o_supplier_camera")) {
        begin(page);
    }
});
