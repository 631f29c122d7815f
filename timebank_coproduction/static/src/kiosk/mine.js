import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";
import { canScan, Scanner } from "../scanner/scanner";

/** Card and PIN: the camera, or a card reader that types and presses Enter, fills in the card. */
export class TimebankMine extends Interaction {
    static selector = ".o_timebank_mine";
    dynamicContent = {
        ".o_mine_card": { "t-on-keydown": this.onKeydown },
        ".o_mine_camera": {
            "t-on-click": this.locked(this.onCamera),
            "t-att-class": () => ({ "d-none": !canScan(), active: this.isScanning }),
            "t-att-aria-pressed": () => String(this.isScanning),
        },
        ".o_mine_video": { "t-att-class": () => ({ "d-none": !this.isScanning }) },
    };

    setup() {
        this.isScanning = false;
        this.video = this.el.querySelector(".o_mine_video");
        this.scanner = this.video && new Scanner(this.video, (text) => this.onCard(text), "user");
    }

    start() {
        const card = this.el.querySelector(".o_mine_card");
        (card?.value ? this.el.querySelector(".o_mine_pin") : card)?.focus();
    }

    destroy() {
        this.scanner?.stop();
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.el.querySelector(".o_mine_pin").focus();
        }
    }

    async onCamera() {
        if (this.isScanning) {
            this.scanner.stop();
            this.isScanning = false;
            return;
        }
        this.isScanning = true;
        try {
            await this.waitFor(this.scanner.start());
        } catch {
            this.isScanning = false;
            const said = this.el.querySelector(".o_mine_said");
            said.textContent = this.el.dataset.noCamera;
            said.classList.remove("d-none");
        }
    }

    onCard(text) {
        this.scanner.stop();
        this.isScanning = false;
        this.el.querySelector(".o_mine_card").value = text;
        this.el.querySelector(".o_mine_pin").focus();
    }
}

registry.category("public.interactions").add("timebank_coproduction.mine", TimebankMine);
