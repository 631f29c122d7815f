import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { EvidenceSection } from "../evidence/evidence_section";

/** A section of the page *Evidence* in a form: its answer, figures, chart and table. */
export class TimebankSectionField extends Component {
    static template = "timebank_coproduction.SectionField";
    static components = { EvidenceSection };
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.state = useState({ table: false, definition: false });
    }

    get section() {
        return this.props.record.data[this.props.name];
    }

    toggle(what) {
        this.state[what] = !this.state[what];
    }
}

registry.category("fields").add("timebank_section", {
    component: TimebankSectionField,
    supportedTypes: ["json", "jsonb"],
});
