import { loadJS } from "@web/core/assets";
import { buildZXingBarcodeDetector } from "@web/core/barcode/ZXingBarcodeDetector";
import { CodeReader } from "./look";

export { canScan } from "./look";

/** What reads QR codes where the browser can't: the library that Odoo brings. */
async function makeSubstitute(formats) {
    await loadJS("/web/static/lib/zxing-library/zxing-library.js");
    const Detector = buildZXingBarcodeDetector(window.ZXing);
    return new Detector({ formats });
}

/** As a `CodeReader`, on pages of Odoo's own. */
export class Scanner extends CodeReader {
    constructor(video, onCode, facingMode) {
        super(video, onCode, facingMode, makeSubstitute);
    }
}
