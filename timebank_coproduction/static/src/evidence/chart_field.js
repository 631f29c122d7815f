import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { EvidenceChart } from "./evidence_chart";

/** A record's own chart, in the shape of those of the page Evidence, with the same figures as a table. */
export class ChartField extends Component {
    static template = "timebank_coproduction.ChartField";
    static components = { EvidenceChart };
    static props = { ...standardFieldProps };

    get chart() {
        return this.props.record.data[this.props.name];
    }

    get hasDrawing() {
        return Boolean(this.chart && this.chart.series.length);
    }

    get label() {
        return _t("The scores of each element, as in the table");
    }

    say(value) {
        return value === null || value === undefined ? "–" : this.round(value);
    }

    round(value) {
        return Number.isInteger(value) ? String(value) : value.toFixed(1);
    }
}

registry.category("fields").add("timebank_chart", {
    component: ChartField,
    supportedTypes: ["json"],
});
