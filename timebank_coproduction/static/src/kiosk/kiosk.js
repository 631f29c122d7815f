import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";
import { canScan, Scanner } from "../scanner/scanner";

/** How long a greeting stays on the screen, in milliseconds. */
const GREETING = 3500;
/** What is no name but a card: its code, with or without dashes. */
const CARD = /^[0-9A-Za-z]{4}([\s-]?[0-9A-Za-z]{4}){3}$/;

/** Scripts in which one sign can be a name. */
const SIGNS = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * The page at the door: type a few letters of a name, or hold up a card, to sign in or out.
 * A card reader types the code and presses Enter; the tablet's camera reads it as well.
 */
export class TimebankKiosk extends Interaction {
    static selector = ".o_timebank_kiosk";
    dynamicContent = {
        ".o_kiosk_text": { "t-on-input": this.debounced(this.onInput, 250) },
        ".o_kiosk_form": { "t-on-submit.prevent": this.onSubmit },
        ".o_kiosk_camera": {
            "t-on-click": this.locked(this.onCamera),
            "t-att-class": () => ({ "d-none": !canScan(), active: this.isScanning }),
            "t-att-aria-pressed": () => String(this.isScanning),
        },
        ".o_kiosk_people": { "t-on-click": this.onChoose },
        ".o_kiosk_video": { "t-att-class": () => ({ "d-none": !this.isScanning }) },
    };

    setup() {
        this.url = `/timebank/kiosk/${this.el.dataset.token}`;
        const video = this.el.querySelector(".o_kiosk_video");
        this.scanner = new Scanner(video, (text) => this.onCard(text), "user");
        this.isScanning = false;
    }

    start() {
        this.textEl.focus();
        if (this.textEl.value.trim()) {
            this.waitFor(this.onInput()); // typed before the page was ready
        }
    }

    destroy() {
        this.scanner.stop();
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
        if (text.length < 2 && !SIGNS.test(text)) {
            return this.showPeople([]);
        }
        const result = await this.ask("find", { text });
        if (!result || this.asked !== text) {
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
        const result = await this.ask("move", { key, way });
        if (!result) {
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
            if (!this.isScanning) {
                this.textEl.focus();
            }
        }, GREETING);
    }

    /** What the server says; nothing once the link has ended, or while there is no connection. */
    async ask(what, params) {
        let result;
        try {
            result = await this.waitFor(rpc(`${this.url}/${what}`, params, { silent: true }));
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.showPeople([]);
            this.greet(this.el.dataset.noConnection, "warning");
            return null;
        }
        if (result.ended) {
            browser.location.reload();
            return null;
        }
        return result;
    }

    /** Switch the camera on or off; while it is on, no keyboard opens over its picture. */
    async onCamera() {
        if (this.isScanning) {
            this.scanner.stop();
            this.isScanning = false;
            return;
        }
        this.isScanning = true;
        this.textEl.blur();
        try {
            await this.waitFor(this.scanner.start());
        } catch {
            this.isScanning = false;
            this.greet(this.el.dataset.noCamera, "warning");
        }
    }

    async onCard(text) {
        if (CARD.test(text)) {
            await this.find(text, true);
        } else {
            this.greet(this.el.dataset.unknownCard, "warning");
        }
    }
}

registry.category("public.interactions").add("timebank_coproduction.kiosk", TimebankKiosk);
