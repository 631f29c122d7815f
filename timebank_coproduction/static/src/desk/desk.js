import { Component, onWillStart, status, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/**
 * The broker's desk: one call brings every section, one click acts and brings it anew.
 */
export class TimebankDesk extends Component {
    static template = "timebank_coproduction.Desk";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static path = "timebank-desk";

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.display = { controlPanel: {} };
        this.done = []; // rows that were dealt with stay where they were, so that none jumps under the mouse
        this.env.config.setDisplayName(_t("Broker's desk"));
        this.state = useState({ banks: [], shown: [], sections: [], bank: false, single: false, busy: false });
        onWillStart(() => this.load());
    }

    /**
     * @param {Function} [look] - called with the new sections before they take the place of those shown
     */
    async load(look) {
        if (status(this) === "destroyed") {
            return; // a button led to another screen
        }
        const banks = this.state.bank ? [this.state.bank] : [];
        const desk = await this.orm.call("timebank.scheme", "get_desk", [banks]);
        if (!this.state.bank) {
            this.state.banks = desk.banks;
            this.state.bank = desk.bank;
            this.state.single = Boolean(desk.bank); // one of its own, or too many to be shown together
        }
        this.state.shown = desk.shown;
        for (const section of desk.sections) {
            section.rows.forEach((row) => (row.section = section.key));
        }
        look?.(desk.sections);
        for (const { key, place, row } of this.done) {
            const section = desk.sections.find((one) => one.key === key);
            section?.rows.splice(place, 0, row);
        }
        this.state.sections = desk.sections;
    }

    /**
     * Keep a row in its place, with no button but the one that undoes it; when the desk is opened
     * again it is gone. Once that is pressed, the row is what it was.
     */
    keep(row, button) {
        const rows = this.state.sections.find((one) => one.key === row?.section)?.rows || [];
        const place = rows.findIndex((one) => one.key === row.key);
        if (place < 0) {
            return;
        }
        this.done = this.done.filter((one) => one.key !== row.section || one.row.key !== row.key);
        if (!row.done) {
            const kept = { ...row, buttons: button.undo ? [button.undo] : [], done: button.done };
            this.done.push({ key: row.section, place, row: kept });
            this.done.sort((one, other) => one.place - other.place);
        }
    }

    /**
     * Bring it anew, with nobody waiting: a dialog closes when this returns, and where it led
     * to another screen, the answer never comes. A row that is gone since was dealt with in the
     * dialog, and stays where it was as well.
     */
    refresh(button, row) {
        this.load((sections) => {
            const rows = sections.find((one) => one.key === row?.section)?.rows;
            if (rows && !rows.some((one) => one.key === row.key)) {
                this.keep(row, button);
            }
        });
    }

    get isEmpty() {
        return this.state.sections.every((section) => !section.count && !section.rows.length);
    }

    async choose(ev) {
        this.state.bank = parseInt(ev.target.value) || false;
        this.done = [];
        await this.load();
    }

    /** Run a row's button; the desk is shown anew once its dialog, if any, is closed. */
    async press(button, row) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            // what was done is said, and what it takes is asked for
            const context = { timebank_told: true };
            const result = await this.orm.call(button.model, button.method, button.args, { context });
            if (result?.tag === "timebank_told") {
                this.keep(row, button);
                await this.action.doAction(result);
            } else if (result && result.type) {
                await this.action.doAction(result, {
                    onClose: (how) => how?.noReload || this.refresh(button, row),
                });
            } else {
                const done = row ? `${button.label}: ${row.title}` : button.label;
                this.notification.add(button.said || done, { type: "success" });
                this.keep(row, button);
            }
        } finally {
            this.state.busy = false;
        }
        await this.load();
    }

    open(row) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: row.model,
            res_id: row.id,
            views: [[false, "form"]],
        });
    }

    seeAll(section) {
        return this.action.doAction(section.action);
    }

    join() {
        // into the bank that the desk shows, where it shows one
        const additionalContext = this.state.bank ? { default_scheme_id: this.state.bank } : {};
        return this.action.doAction("timebank_coproduction.timebank_intake_action", {
            additionalContext,
            onClose: (how) => how?.noReload || this.refresh(),
        });
    }

    plan() {
        return this.press({
            model: "timebank.scheme",
            method: "action_plan_introductions",
            args: [this.state.shown],
        });
    }
}

registry.category("actions").add("timebank_desk", TimebankDesk);
