import { Component, onMounted, onWillUnmount, useRef, useState } from "@odoo/owl";
import { hasTouch } from "@web/core/browser/feature_detection";
import { registry } from "@web/core/registry";
import { CharField, charField } from "@web/views/fields/char/char_field";
import { TextField, textField } from "@web/views/fields/text/text_field";
import { canScan, Scanner } from "../scanner/scanner";

/** What is typed, sent by a scanner, or held up to the camera. */
class CameraField extends Component {
    setup() {
        this.root = useRef("root");
        this.video = useRef("video");
        this.camera = useState({ on: false, failed: false, last: "" });
        this.canScan = canScan();
        onMounted(() => this.props.readonly || hasTouch() || this.focus());
        onWillUnmount(() => this.scanner?.stop());
    }

    /** A scanner types where the cursor is: it stands here, also when the form comes back for the next. */
    focus() {
        this.root.el.querySelector("input, textarea")?.focus();
    }

    async onCamera() {
        if (this.camera.on) {
            this.scanner.stop();
            this.camera.on = false;
            return;
        }
        Object.assign(this.camera, { on: true, failed: false, last: "" });
        this.scanner ||= new Scanner(this.video.el, (text) => this.onCode(text), "environment");
        try {
            await this.scanner.start();
        } catch {
            Object.assign(this.camera, { on: false, failed: true });
        }
    }
}

/** Codes, one on each line, one after another. */
export class TimebankCodesField extends CameraField {
    static template = "timebank_coproduction.CodesField";
    static components = { TextField };
    static props = TextField.props;
    static defaultProps = TextField.defaultProps;

    get codes() {
        const text = this.props.record.data[this.props.name] || "";
        return text.split("\n").filter((line) => line.trim());
    }

    async onCode(text) {
        const code = text.trim();
        if (!this.codes.includes(code)) {
            const codes = [...this.codes, code].join("\n");
            await this.props.record.update({ [this.props.name]: `${codes}\n` });
        }
        this.camera.last = code;
    }
}

/** One code, which is looked up as soon as it is there; the camera stays on for the next. */
export class TimebankCodeField extends CameraField {
    static template = "timebank_coproduction.CodeField";
    static components = { CharField };
    static props = CharField.props;
    static defaultProps = CharField.defaultProps;
    static scansOn = false;

    setup() {
        super.setup();
        onMounted(() => this.canScan && TimebankCodeField.scansOn && this.onCamera());
    }

    async onCamera() {
        await super.onCamera();
        TimebankCodeField.scansOn = this.camera.on;
    }

    async onCode(text) {
        await this.props.record.update({ [this.props.name]: text.trim() });
    }
}

registry.category("fields").add("timebank_codes", { ...textField, component: TimebankCodesField });
registry.category("fields").add("timebank_code", { ...charField, component: TimebankCodeField });
