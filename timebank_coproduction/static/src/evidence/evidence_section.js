import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

import { EvidenceChart } from "./evidence_chart";

/** What draws a kind of chart that isn't one of Chart.js: a component that is given the section. */
export const ownCharts = registry.category("timebank_evidence_charts");

/** The nine forms of co-production, with what was done in each. */
export class EvidenceGrid extends Component {
    static template = "timebank_coproduction.EvidenceGrid";
    static props = { section: Object };

    get chart() {
        return this.props.section.chart;
    }

    /** How strongly a cell is filled, of five steps: its part of all hours. */
    strength(cell) {
        return cell.share ? Math.min(5, Math.ceil(cell.share * 5)) : 0;
    }
}
ownCharts.add("grid", EvidenceGrid);

/** A question, its answer, and what the answer rests on. */
export class EvidenceSection extends Component {
    static template = "timebank_coproduction.EvidenceSection";
    static components = { EvidenceChart };
    static props = {
        section: Object,
        listed: { type: Array, optional: true },
        list: { type: Function, optional: true },
        tableOpen: Boolean,
        definitionOpen: Boolean,
        toggle: Function,
        show: Function,
    };
    static defaultProps = { listed: [] };

    get ownChart() {
        const { chart } = this.props.section;
        return chart && ownCharts.get(chart.type, null);
    }

    /** Whether there is anything to draw: what is hidden or nothing leaves no mark. */
    get hasDrawing() {
        return this.props.section.chart.series.some((one) => one.values.some(Boolean));
    }

    listLabel(figure) {
        return _t("%s: %s. Show the records", figure.label, figure.value);
    }

    arrow(figure) {
        return { up: "▲", down: "▼", same: "■" }[figure.direction] || "";
    }

    /** Whether a change is good news is said as well as coloured. */
    told(figure) {
        if (figure.better === true) {
            return _t("better");
        }
        return figure.better === false ? _t("worse") : "";
    }

    /** The page on what all figures mean, at this one. */
    get measuresPage() {
        return {
            type: "ir.actions.client",
            tag: "timebank_measures",
            params: { anchor: this.props.section.anchor },
        };
    }

    get id() {
        return `timebank_evidence_${this.props.section.key}`;
    }
}
