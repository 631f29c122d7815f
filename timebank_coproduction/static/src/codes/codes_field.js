import { Component, onWillUnmount, useRef, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { TextField, textField } from "@web/views/fields/text/text_field";
import { canScan, Scanner } from "../scanner/scanner";

/** Codes, one on each line: typed, sent by a scanner, or held up to the camera one after another. */
export class TimebankCodesField extends Component {
    static template = "timebank_coproduction.CodesField";
    static components = { TextField };
    static props = TextField.props;
    static defaultProps = TextField.defaultProps;

    setup() {
        this.video = useRef("video");
        this.camera = useState({ on: false, failed: false, last: "" });
        this.canScan = canScan();
        onWillUnmount(() => this.scanner?.stop());
    }

    get codes() {
        const text = this.props.record.data[this.props.name] || "";
        return text.split("\n").filter((line) => line.trim());
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

    async onCode(text) {
        const code = text.trim();
        if (!this.codes.includes(code)) {
            const codes = [...this.codes, code].join("\n");
            await this.props.record.update({ [this.props.name]: `${codes}\n` });
        }
        this.camera.last = code;
    }
}

registry.category("fields").add("timebank_codes", { ...textField, component: TimebankCodesField });
