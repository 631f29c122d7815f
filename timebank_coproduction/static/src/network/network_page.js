import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

import { TimebankEvidence } from "../evidence/evidence";

/** Who gives to whom in one bank, on a page of its own: with names for who runs the bank. */
export class TimebankNetwork extends TimebankEvidence {
    static path = "timebank-network";

    setup() {
        super.setup();
        this.env.config.setDisplayName(_t("Who gives to whom"));
        this.state.filters.small = this.props.state?.timebank?.filters.small ?? true;
    }

    async load() {
        await super.load();
        // the bank that is shown, also where none was chosen
        this.state.filters.scheme_ids = this.state.page?.filters.scheme_ids ?? this.state.filters.scheme_ids;
    }

    ask() {
        return this.call("get_network");
    }

    /** One bank at a time: the one chosen last. */
    async changeBanks(scheme_ids) {
        await super.changeBanks(scheme_ids.slice(-1));
    }
}

registry.category("actions").add("timebank_network", TimebankNetwork);
