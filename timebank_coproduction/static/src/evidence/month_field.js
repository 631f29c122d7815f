import { Component, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A month that is kept as its first day, as people say it: without a day, and with its year. */
export class TimebankMonthField extends Component {
    static template = xml`<span t-out="month" />`;
    static props = { ...standardFieldProps };

    get month() {
        const day = this.props.record.data[this.props.name];
        return day ? day.toFormat("LLLL yyyy") : "";
    }
}

registry.category("fields").add("timebank_month", { component: TimebankMonthField, supportedTypes: ["date"] });
