import { useEffect } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { dateRangeField, DateTimeField } from "@web/views/fields/datetime/datetime_field";

/**
 * A period that shows what the record has.
 *
 * Odoo's own goes back to the earlier days when it closes before the server has answered to what was typed, and
 * stays there.
 */
export class PeriodField extends DateTimeField {
    setup() {
        super.setup();
        useEffect(
            () => {
                if (!this.picker.activeInput) {
                    this.state.value = this.getRecordValue();
                }
            },
            () => [...this.getRecordValue().map((end) => end && end.toMillis()), this.picker.activeInput]
        );
    }
}

registry.category("fields").add("timebank_period", { ...dateRangeField, component: PeriodField });
