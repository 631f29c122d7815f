import { browser } from "@web/core/browser/browser";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** How long a greeting stays on the screen, in milliseconds. */
const GREETING = 3500;
/** What is no name but a card: its code, with or without dashes. */
const CARD = /^[0-9A-Za-z]{4}([\s-]?[0-9A-Za-z]{4}){3}$/;

/**
 * The page at the door: type a few letters of a name, or hold up a card, to sign in or out.
 * A card reader types the code and presses Enter; where the tablet's browser can read QR
 * codes by itself, its camera does.
 */
export class TimebankKiosk extends Interaction {
    static selector = ".o_timebank_kiosk";
    dynamicContent = {
        ".o_kiosk_text": { "t-on-input": this.debounced(this.onInput, 250) },
        ".o_kiosk_form": { "t-on-submit.prevent": this.onSubmit },
        ".o_kiosk_camera": {
            "t-on-click": this.onCamera,
            "t-att-class": () => ({ "d-none": !this.canScan }),
        },
        ".o_kiosk_people": { "t-on-click": this.onChoose },
        ".o_kiosk_video": { "t-att-class": () => ({ "d-none": !this.stream }) },
    };

    setup() {
        this.url = `/timebank/kiosk/${this.el.dataset.token}`;
        this.canScan = "BarcodeDetector" in window && Boolean(navigator.mediaDevices);
        this.stream = null;
    }

    start() {
        this.textEl.focus();
    }

    destroy() {
        this.stopCamera();
    }

    get textEl() {
        return this.el.querySelector(".o_kiosk_text");
    }

    async onInput() {
        const text = this.textEl.value.trim();
        if (!CARD.test(text)) {
            await this.find(text);
        }
    }

    async onSubmit() {
        await this.find(this.textEl.value.trim(), true);
    }

    /** Show who fits. A card is somebody's own: it signs in or out at once. */
    async find(text, submitted = false) {
        this.asked = text;
        if (text.length < 2) {
            return this.showPeople([]);
        }
        const result = await this.waitFor(rpc(`${this.url}/find`, { text }));
        if (this.asked !== text || this.hasEnded(result)) {
            return;
        }
        const card = result.people.find((person) => typeof person.key === "string");
        if (card) {
            return this.move(card.key, card.inside ? "out" : "in");
        }
        this.showPeople(result.people);
        if (submitted && !result.people.length) {
            this.greet(this.el.dataset[CARD.test(text) ? "unknownCard" : "nobody"], "warning");
        }
    }

    showPeople(people) {
        const list = this.el.querySelector(".o_kiosk_people");
        const template = this.el.querySelector(".o_kiosk_person_template").content;
        list.replaceChildren(
            ...people.map((person) => {
                const row = template.cloneNode(true);
                row.querySelector(".o_kiosk_name").textContent = person.name;
                const button = row.querySelector("button");
                button.dataset.key = person.key;
                button.dataset.way = person.inside ? "out" : "in";
                row.querySelector(".o_kiosk_way").textContent =
                    this.el.dataset[person.inside ? "signOut" : "signIn"];
                row.querySelector(".o_kiosk_way").classList.add(
                    person.inside ? "text-bg-secondary" : "text-bg-primary"
                );
                return row;
            })
        );
    }

    async onChoose(ev) {
        const button = ev.target.closest("button[data-key]");
        if (button && !button.disabled) {
            button.disabled = true;
            await this.move(Number(button.dataset.key), button.dataset.way);
        }
    }

    async move(key, way) {
        const result = await this.waitFor(rpc(`${this.url}/move`, { key, way }));
        if (this.hasEnded(result)) {
            return;
        }
        this.textEl.value = "";
        this.asked = "";
        this.showPeople([]);
        if (result.error) {
            this.greet(result.error, "warning");
        } else {
            const { welcome, goodbye } = this.el.dataset;
            this.greet((result.inside ? welcome : goodbye).replace("{name}", result.name), "success");
        }
    }

    greet(text, kind) {
        const greeting = this.el.querySelector(".o_kiosk_greeting");
        greeting.textContent = text;
        greeting.className = `o_kiosk_greeting alert alert-${kind} fs-2 text-center`;
        browser.clearTimeout(this.timer);
        this.timer = this.waitForTimeout(() => {
            greeting.classList.add("d-none");
            this.textEl.focus();
        }, GREETING);
    }

    hasEnded(result) {
        if (result.ended) {
            browser.location.reload();
        }
        return Boolean(result.ended);
    }

    async onCamera() {
        if (this.stream) {
            return this.stopCamera();
        }
        try {
            this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" } });
        } catch {
            this.canScan = false;
            return;
        }
        const video = this.el.querySelector(".o_kiosk_video");
        video.srcObject = this.stream;
        await video.play();
        this.look(video, new window.BarcodeDetector({ formats: ["qr_code"] }));
    }

    /** Read what is held up to the camera, a few times a second; the same card once. */
    async look(video, detector) {
        while (this.stream) {
            const codes = await detector.detect(video);
            const text = codes[0]?.rawValue || "";
            if (text && text !== this.seen) {
                await this.find(text, true);
            }
            this.seen = text;
            await new Promise((resolve) => browser.setTimeout(resolve, 300));
        }
    }

    stopCamera() {
        this.stream?.getTracks().forEach((track) => track.stop());
        this.stream = null;
    }
}

registry.category("public.interactions").add("timebank_coproduction.kiosk", TimebankKiosk);
