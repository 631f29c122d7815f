import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";
import { canScan, Scanner } from "../scanner/scanner";

/**
 * The supplier's page reads the QR on a member's phone or slip: what it says is looked up
 * as if it had been typed. Its link is never followed, only the code in it is used.
 */
export class TimebankSupplier extends Interaction {
    static selector = ".o_timebank_supplier";
    dynamicContent = {
        ".o_supplier_camera": {
            "t-on-click": this.locked(this.onCamera),
            "t-att-class": () => ({ "d-none": !canScan() || this.isScanning }),
        },
        ".o_supplier_video": { "t-att-class": () => ({ "d-none": !this.isScanning }) },
        ".o_supplier_no_camera": { "t-att-class": () => ({ "d-none": !this.hasFailed }) },
    };

    setup() {
        const video = this.el.querySelector(".o_supplier_video");
        this.scanner = new Scanner(video, (text) => this.onCode(text), "environment");
        this.isScanning = false;
        this.hasFailed = false;
    }

    destroy() {
        this.scanner.stop();
    }

    async onCamera() {
        this.isScanning = true;
        this.hasFailed = false;
        try {
            await this.waitFor(this.scanner.start());
        } catch {
            this.isScanning = false;
            this.hasFailed = true;
        }
    }

    onCode(text) {
        this.scanner.stop();
        this.el.querySelector("input[name=code]").value = text.split("/").pop();
        this.el.querySelector("form").requestSubmit();
    }
}

registry.category("public.interactions").add("timebank_coproduction.supplier", TimebankSupplier);
