import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/**
 * The first screen of everybody: what needs them now. Each figure opens just what it counts.
 */
export class TimebankToday extends Component {
    static template = "timebank_coproduction.Today";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static path = "timebank-today";

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.env.config.setDisplayName(_t("Today"));
        this.state = useState({ sections: [], banks: [], desk: false, text: "" });
        onWillStart(() => this.load());
    }

    async load() {
        Object.assign(this.state, await this.orm.call("timebank.today", "get_today", []));
    }

    get isEmpty() {
        return !this.state.sections.length && !this.state.banks.length;
    }

    /** What is to be decided comes first, then what a new bank needs. */
    get toDecide() {
        return this.state.sections.filter((section) => section.key === "decide");
    }

    get others() {
        return this.state.sections.filter((section) => section.key !== "decide");
    }

    get newBanks() {
        return this.state.banks.filter((bank) => !bank.under_way);
    }

    get banksUnderWay() {
        return this.state.banks.filter((bank) => bank.under_way);
    }

    /** The list of the one new bank, or of the bank that led here. */
    isOpen(bank) {
        const asked = this.props.action.params?.timebank_scheme_id;
        return asked ? bank.id === asked : !bank.under_way && this.newBanks.length === 1;
    }

    /** A window as it is, or one of the addon's with what takes the place of its own. */
    async open(action) {
        const { xml_id: name, ...own } = action;
        const window = name ? { ...(await this.action.loadAction(name)), ...own } : action;
        // a window that takes this page's place closes the dialog as well, and waits for nothing
        return this.action.doAction(window, { onClose: (how) => how?.noReload || this.load() });
    }

    async tick(bank, step) {
        await this.orm.call("timebank.scheme", "action_step_done", [[bank.id], step]);
        await this.load();
    }
}

registry.category("actions").add("timebank_today", TimebankToday);
