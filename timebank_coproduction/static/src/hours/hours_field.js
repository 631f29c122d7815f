import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { FloatTimeField, floatTimeField } from "@web/views/fields/float_time/float_time_field";
import { formatFloatTime } from "@web/views/fields/formatters";
import { useInputField } from "@web/views/fields/input_field_hook";
import { useNumpadDecimal } from "@web/views/fields/numpad_decimal_hook";
import { readHours, TooManyMinutes } from "./read_hours";

/** An amount of time as sentences and papers say it, without a zero in front. */
function sayHours(hours, options) {
    return formatFloatTime(hours, { ...options, noLeadingZeroHour: true });
}

/** Odoo's time widget, typed into in the words that people use for an amount of time. */
export class TimebankHoursField extends FloatTimeField {
    setup() {
        this.notification = useService("notification");
        // in place of the parent's, which would read with another reader
        this.inputFloatTimeRef = useInputField({
            getValue: () => this.formattedValue,
            refName: "numpadDecimal",
            parse: (text) => this.read(text),
        });
        useNumpadDecimal();
    }

    /** As everywhere else: 1:30 */
    get formattedValue() {
        return sayHours(this.props.record.data[this.props.name]);
    }

    /** @throws {Error} where it can't be read; how to write it is said */
    read(text) {
        try {
            return readHours(text, localization.decimalPoint);
        } catch (error) {
            const sentence =
                error instanceof TooManyMinutes
                    ? _t("“%s” is not an amount of time that can be recorded: minutes go up to 59.", text)
                    : _t(
                          "“%s” is not an amount of time that can be recorded. Write it like 45 min, 2 hours or 1:30.",
                          text
                      );
            this.notification.add(sentence, { type: "danger" });
            throw error;
        }
    }
}

registry.category("fields").add("timebank_hours", { ...floatTimeField, component: TimebankHoursField });
// what lists and pivots call by the widget's name
registry.category("formatters").add("timebank_hours", sayHours);
registry
    .category("parsers")
    .add("timebank_hours", (text) => readHours(text, localization.decimalPoint));
