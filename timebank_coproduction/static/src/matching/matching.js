import { Component, onWillStart, useState } from "@odoo/owl";
import { Layout } from "@web/search/layout";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { formatMonetary } from "@web/views/fields/formatters";
import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { useService } from "@web/core/utils/hooks";

/** What people write on bills, without what they add to a code or leave out. */
const bare = (text) => text.toUpperCase().replace(/[^A-Z0-9]/g, "");

/** Two panes: posted bill lines of a grant on the left, its claims on the right. */
export class TimebankMatching extends Component {
    static template = "timebank_coproduction.Matching";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.grantId = this.props.action.params?.grant_id || this.props.action.context?.active_id;
        this.state = useState({ data: null, bills: {}, claims: {}, fits: [], reason: "", note: "", search: "" });
        onWillStart(() => this.load());
    }

    async load() {
        this.state.data = await this.orm.call("timebank.grant", "get_matching", [
            [this.grantId],
            this.state.search,
        ]);
        this.state.bills = {};
        this.state.claims = {};
        this.state.fits = [];
        this.state.reason = "";
        this.state.note = "";
    }

    money(amount) {
        return formatMonetary(amount, { currencyId: this.state.data.grant.currency_id });
    }

    date(day) {
        return day ? formatDate(deserializeDate(day)) : "";
    }

    detail(claim) {
        return [claim.partner, claim.code, claim.reference].filter(Boolean).join(" · ");
    }

    picked(side) {
        return this.state.data[side].filter((row) => this.state[side][row.id]);
    }

    total(side) {
        return this.picked(side).reduce((sum, row) => sum + row.open, 0);
    }

    get difference() {
        return Math.round((this.total("bills") - this.total("claims")) * 100) / 100;
    }

    get canAllocate() {
        return Boolean(this.picked("bills").length && this.picked("claims").length);
    }

    get canMatch() {
        return this.canAllocate && Boolean(!this.difference || this.state.reason);
    }

    /**
     * Picking a bill line brings the claims that it names, or that cost as much, to the top.
     * Claims billed in full come last: only a credit note or a late extra has use for them.
     */
    get claims() {
        const bills = this.picked("bills");
        const score = (claim) =>
            Math.max(
                0,
                ...bills.map((bill) => {
                    const text = bare(`${bill.label} ${bill.reference}`);
                    const quoted = claim.reference && text.includes(bare(claim.reference));
                    const named = quoted || bill.claims.includes(claim.id);
                    return (named ? 4 : 0) + (bill.partner === claim.partner ? 2 : 0) + (bill.open === claim.open ? 1 : 0);
                })
            ) + (this.state.fits.includes(claim.id) ? 1 : 0);
        const credit = bills.length && bills.every((bill) => bill.open < 0);
        const useful = (claim) => claim.score >= 4 || (credit ? claim.matched > 0 : claim.open > 0);
        return this.state.data.claims
            .filter((claim) => claim.open || bills.length || this.state.claims[claim.id])
            .map((claim) => ({ ...claim, score: score(claim) }))
            .sort((one, other) => useful(other) - useful(one) || other.score - one.score);
    }

    async toggle(side, row) {
        this.state[side][row.id] = !this.state[side][row.id];
        if (side === "bills") {
            const ids = this.picked("bills").map((bill) => bill.id);
            this.state.fits = ids.length ? await this.orm.call("timebank.grant", "get_fitting", [[this.grantId], ids]) : [];
        }
    }

    async match() {
        await this.orm.call("timebank.grant", "match_selected", [
            [this.grantId],
            this.picked("bills").map((row) => row.id),
            this.picked("claims").map((row) => row.id),
            this.state.reason,
            this.state.note,
        ]);
        await this.load();
    }

    async matchAll() {
        const told = await this.orm.call("timebank.grant", "action_auto_match", [[this.grantId]]);
        delete told.params.next;
        await this.action.doAction(told);
        await this.load();
    }

    async undo(row) {
        await this.orm.call("timebank.reward.match", "action_undo", [[row.id]]);
        await this.load();
    }

    openBill(row) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "account.move",
            res_id: row.move_id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("timebank_matching", TimebankMatching);
