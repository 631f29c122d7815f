import { Component, onMounted, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { deserializeDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { MultiRecordSelector } from "@web/core/record_selectors/multi_record_selector";
import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { EvidenceSection } from "./evidence_section";

/** The parts of the page, from its top to its bottom: asked for side by side, as each takes the server a while. */
const PARTS = ["people", "credits"];

/** What is asked for where nothing is chosen. Small numbers are asked for anew each time. */
const NOTHING = {
    period: "last_12_months",
    date_from: false,
    date_to: false,
    scheme_ids: [],
    project_id: false,
    grant_id: false,
    compare: "year",
    small: false,
};

/** The filters as the address has them, which is what a reload and a bookmark bring back. */
export function readFilters(params) {
    const filters = { ...NOTHING };
    for (const name of ["period", "date_from", "date_to", "compare"]) {
        filters[name] = params[name] ? String(params[name]) : NOTHING[name];
    }
    for (const name of ["project_id", "grant_id"]) {
        filters[name] = Number(params[name]) || false;
    }
    filters.scheme_ids = String(params.scheme_ids || "").split(",").map(Number).filter(Boolean);
    return filters;
}

export function writeFilters(filters) {
    const written = {};
    for (const name of ["period", "date_from", "date_to", "compare", "project_id", "grant_id"]) {
        written[name] = filters[name] && filters[name] !== NOTHING[name] ? filters[name] : undefined;
    }
    return { ...written, scheme_ids: filters.scheme_ids.join(",") || undefined };
}

/** What the server is asked: only what is chosen, and no days but one's own. */
export function askedFilters(filters) {
    const asked = Object.fromEntries(Object.entries(filters).filter(([, value]) => value && value.length !== 0));
    if (filters.period !== "own") {
        delete asked.date_from;
        delete asked.date_to;
    }
    return asked;
}

/**
 * What happened, measured: a trustee's questions, each with its answer, a chart and the way to the records.
 */
export class TimebankEvidence extends Component {
    static template = "timebank_coproduction.Evidence";
    static components = { DateTimeInput, EvidenceSection, Layout, MultiRecordSelector };
    static props = { ...standardActionServiceProps };
    static path = "timebank-evidence";

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.env.config.setDisplayName(_t("Evidence"));
        this.keepLast = new KeepLast();
        this.root = useRef("root");
        const kept = this.props.state?.timebank;
        const button = this.props.action.context?.timebank_evidence;
        this.state = useState({
            filters: kept?.filters || { ...NOTHING, ...(button || readFilters(this.props.action.params || {})) },
            open: kept?.open || {},
            page: null,
            busy: false,
            wrong: "",
            left: false,
        });
        useSetupAction({
            rootRef: this.root,
            getLocalState: () => ({
                timebank: { filters: { ...this.state.filters }, open: { ...this.state.open } },
            }),
        });
        onWillStart(() => this.load());
        onMounted(() => this.remember());
        // Odoo's box for several records takes no label
        useEffect(() => {
            const box = this.root.el.querySelector(".o_multi_record_selector input");
            box?.setAttribute("aria-labelledby", "timebank_evidence_banks");
        });
    }

    async load() {
        this.state.wrong = this.whatIsWrong();
        if (this.state.wrong && this.state.page) {
            return;
        }
        this.state.busy = true;
        try {
            this.state.page = await this.keepLast.add(this.ask());
        } catch (error) {
            if (!this.isOutOfReach(error)) {
                throw error;
            }
            // an old bookmark, or a bank that somebody else runs by now
            const { small } = this.state.filters;
            Object.assign(this.state.filters, NOTHING, { small });
            this.state.wrong = "";
            this.state.left = true;
            this.remember();
            this.state.page = await this.keepLast.add(this.ask());
        } finally {
            this.state.busy = false;
        }
        this.state.filters.small = this.state.page.filters.small;
    }

    async ask() {
        const [frame, ...parts] = await Promise.all([
            this.call("get_frame"),
            ...PARTS.map((part) => this.call("get_sections", part)),
        ]);
        const all = (name) => parts.flatMap((part) => part[name]);
        return { ...frame, sections: all("sections"), listed: all("listed") };
    }

    call(method, ...more) {
        return this.orm.call("timebank.evidence", method, [askedFilters(this.state.filters), ...more]);
    }

    /** Whether the server refuses what is chosen: of an address anything, else a bank, project or grant. */
    isOutOfReach(error) {
        const chosen = Object.values(writeFilters(this.state.filters)).some(Boolean);
        const refused = this.state.page ? ["AccessError"] : ["AccessError", "UserError"];
        return (
            chosen &&
            error instanceof RPCError &&
            refused.some((name) => error.exceptionName === `odoo.exceptions.${name}`)
        );
    }

    whatIsWrong() {
        const { period, date_from: first, date_to: last } = this.state.filters;
        if (period !== "own" || (first && last && first <= last)) {
            return "";
        }
        return first && last
            ? _t("The first day lies after the last one: change one of them.")
            : _t("Choose the first and the last day.");
    }

    remember() {
        this.props.updateActionState?.(writeFilters(this.state.filters));
    }

    /** One more filter is chosen; the page stays where it is, and so does what has the focus. */
    async change(values) {
        if (values.period === "own" && !this.state.filters.date_from) {
            // one's own days start from those that are shown
            const { date_from, date_to } = this.state.page.filters;
            Object.assign(values, { date_from, date_to });
        }
        Object.assign(this.state.filters, values);
        this.state.left = false;
        this.remember();
        await this.load();
    }

    /** A grant or a project of banks that are no longer asked about is asked about no longer. */
    async changeBanks(scheme_ids) {
        await this.change({ scheme_ids, project_id: false, grant_id: false });
    }

    changeOne(name, value) {
        return this.change({ [name]: Number(value) || false });
    }

    changeDay(name, value) {
        return this.change({ [name]: value ? serializeDate(value) : false });
    }

    dayOf(name) {
        const value = this.state.filters[name];
        return value ? deserializeDate(value) : false;
    }

    get bankDomain() {
        return [["id", "in", this.state.page.choices.banks.map((bank) => bank.id)]];
    }

    get page() {
        return this.state.page;
    }

    toggle(key, what) {
        const name = `${key}.${what}`;
        this.state.open[name] = !this.state.open[name];
    }

    isOpen(key, what) {
        return Boolean(this.state.open[`${key}.${what}`]);
    }

    print() {
        window.print();
    }

    /** The records that a figure counts, or adds up. */
    async list(figure) {
        const asked = askedFilters(this.state.filters);
        return this.action.doAction(await this.orm.call("timebank.evidence", "get_records", [asked, figure.key]));
    }

    /** One of the addon's windows with what takes the place of its own, or an action as it is. */
    async show(action) {
        const { xml_id: name, ...own } = action;
        const window = name ? { ...(await this.action.loadAction(name)), ...own } : action;
        return this.action.doAction(window);
    }
}

registry.category("actions").add("timebank_evidence", TimebankEvidence);
