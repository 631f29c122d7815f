import { Component, onMounted, onPatched, onWillUnmount, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

import { lineBetween, nextInDirection, outline, radiusOf, shapeOf } from "./network_shapes";

const COLOURS = 8;
/** Pixels for a unit of the picture: at most, where it fits; and the least at which names are shown. */
const LARGEST_FIT = 1.15;
const NAMES_FROM = 0.55;
const MOST_ZOOM = 8;
const STEP = 1.5;
/** Letters of a name, and their size in pixels as far as they have room in units. */
const LETTERS = 10;
const NAME_PIXELS = 12;
const NAME_UNITS = 16;
/** Below this width a picture that lies is stood up. */
const NARROW = 800;

/** As much of a name as there is room for: first name, and the first letter of the last. */
function shorten(name) {
    if (name.length <= LETTERS) {
        return name;
    }
    const words = name.split(" ");
    const short = words.length > 1 ? `${words[0]} ${words.at(-1)[0]}.` : name;
    return short.length <= LETTERS ? short : `${short.slice(0, LETTERS - 1)}…`;
}

/**
 * Who gives to whom in one bank. Each person is a dot that can be walked to: arrow keys follow the links,
 * Page Up and Page Down go through everybody, Enter opens the member.
 */
export class NetworkPicture extends Component {
    static template = "timebank_coproduction.NetworkPicture";
    static props = { section: Object };

    setup() {
        this.action = useService("action");
        this.box = useRef("box");
        this.state = useState({ at: 0, chosen: false, zoom: 1, width: 0, height: 0, heard: "" });
        this.moveFocus = false;
        this.measure = () => {
            // what the picture fits into, whatever it is zoomed to
            this.state.width = this.box.el.clientWidth;
            this.state.height = Math.max(320, window.innerHeight * 0.7);
        };
        onMounted(() => {
            this.measure();
            window.addEventListener("resize", this.measure);
            this.box.el.addEventListener("touchmove", this.pinch, { passive: false });
            this.box.el.addEventListener("wheel", this.wheel, { passive: false });
        });
        onWillUnmount(() => window.removeEventListener("resize", this.measure));
        onPatched(() => this.keepInSight());
        this.pinch = (ev) => this.onPinch(ev);
        this.wheel = (ev) => this.onWheel(ev);
    }

    // ------------------------------------------------------------
    // What is drawn
    // ------------------------------------------------------------

    get chart() {
        return this.props.section.chart;
    }

    /** A picture that lies is stood up where there is no room for its width. */
    get isUpright() {
        return Boolean(this.state.width) && this.state.width < NARROW && this.chart.width > this.chart.height;
    }

    turn(place) {
        return this.isUpright ? { ...place, x: place.y, y: place.x } : place;
    }

    get drawn() {
        if (this.made?.chart !== this.chart || this.made.upright !== this.isUpright) {
            this.made = { chart: this.chart, upright: this.isUpright, ...this.draw() };
        }
        return this.made;
    }

    draw() {
        const nodes = this.chart.nodes.map((node, index) => {
            const placed = this.turn(node);
            const shape = shapeOf(node.group);
            const radius = radiusOf(node);
            return {
                ...placed,
                index,
                label: shorten(node.name),
                path: outline(shape, placed.x, placed.y, radius),
                ring: node.bridge && outline(shape, placed.x, placed.y, radius + 5),
                halo: outline("circle", placed.x, placed.y, radius + 11),
                below: placed.y + radius + 15,
                look: node.group ? `o_timebank_network_group_${(node.group - 1) % COLOURS}` : "o_timebank_network_alone",
            };
        });
        const partners = nodes.map(() => new Map());
        const edges = this.chart.edges.map((edge, index) => {
            partners[edge.from].set(edge.to, { gave: edge.there, got: edge.back, gives: true, gets: edge.mutual });
            partners[edge.to].set(edge.from, { gave: edge.back, got: edge.there, gives: edge.mutual, gets: true });
            return { ...edge, index, ...lineBetween(nodes[edge.from], nodes[edge.to], edge) };
        });
        const groups = this.chart.groups.map((group) => {
            const placed = this.turn(group);
            return {
                ...placed,
                top: placed.y - placed.radius + 20,
                look: `o_timebank_network_group_${(group.number - 1) % COLOURS}`,
                sign: outline(shapeOf(group.number), 8, 8, 6),
            };
        });
        const [width, height] = this.isUpright
            ? [this.chart.height, this.chart.width]
            : [this.chart.width, this.chart.height];
        const margin = 24;
        return {
            nodes,
            partners,
            edges,
            groups,
            width: width + 2 * margin,
            box: `${-margin} ${-margin} ${width + 2 * margin} ${height + 2 * margin}`,
            ratio: (height + 2 * margin) / (width + 2 * margin),
        };
    }

    /** Pixels for a unit where the whole picture is seen; one that would be too small to read is scrolled. */
    get fit() {
        const { width, ratio } = this.drawn;
        const whole = Math.min(this.state.width / width, this.state.height / (width * ratio), LARGEST_FIT);
        const wide = Math.min(this.state.width / width, LARGEST_FIT);
        return Math.min(wide, Math.max(whole, NAMES_FROM));
    }

    get scale() {
        return this.fit * this.state.zoom;
    }

    get pixels() {
        return Math.round(this.drawn.width * this.scale);
    }

    get letters() {
        return Math.min(NAME_UNITS, NAME_PIXELS / this.scale).toFixed(1);
    }

    /** Those with their name below: all, or where that would be too small to read, whom it matters for. */
    get named() {
        const all = this.scale >= NAMES_FROM;
        return this.drawn.nodes.filter(
            (node) => node.label && (all || node.bridge || (this.state.chosen && node.index === this.at))
        );
    }

    get hasBridges() {
        return this.chart.nodes.some((node) => node.bridge);
    }

    get hasAlone() {
        return this.chart.nodes.some((node) => !node.group);
    }

    // ------------------------------------------------------------
    // Who is looked at
    // ------------------------------------------------------------

    get at() {
        return Math.min(this.state.at, this.chart.nodes.length - 1);
    }

    get person() {
        return this.drawn.nodes[this.at];
    }

    /** How a dot or a line looks while somebody is chosen: theirs stand out. */
    lookOfNode(node) {
        const near = this.drawn.partners[this.at].has(node.index);
        return {
            o_timebank_network_at: this.state.chosen && node.index === this.at,
            o_timebank_network_far: this.state.chosen && node.index !== this.at && !near,
            o_timebank_network_bridge: node.bridge,
        };
    }

    lookOfEdge(edge) {
        const near = edge.from === this.at || edge.to === this.at;
        return {
            o_timebank_network_mutual: edge.mutual,
            o_timebank_network_near: this.state.chosen && near,
            o_timebank_network_far: this.state.chosen && !near,
        };
    }

    /** To whom the chosen person gave, and from whom they received. */
    get partners() {
        const links = [...this.drawn.partners[this.at]].map(([index, link]) => ({
            ...link,
            index,
            name: this.nameOf(index),
        }));
        return {
            gave: links.filter((link) => link.gives),
            got: links.filter((link) => link.gets),
        };
    }

    nameOf(index) {
        return this.chart.nodes[index].name || _t("somebody");
    }

    /** What is said on the way from one person to another. */
    sayLink(from, to) {
        const link = this.drawn.partners[from].get(to);
        if (!link) {
            return _t("No link between them.");
        }
        const [one, other] = [this.nameOf(from), this.nameOf(to)];
        const said = [];
        if (link.gives) {
            said.push(
                link.gave ? _t("%s gave %s hours to %s.", one, link.gave, other) : _t("%s gave to %s.", one, other)
            );
        }
        if (link.gets) {
            said.push(
                link.got ? _t("%s gave %s hours to %s.", other, link.got, one) : _t("%s gave to %s.", other, one)
            );
        }
        return said.join(" ");
    }

    walkTo(index) {
        if (index === null || index === undefined) {
            return;
        }
        this.state.heard = index === this.at ? "" : this.sayLink(this.at, index);
        this.state.at = index;
        this.state.chosen = true;
        this.moveFocus = true;
    }

    onFocus(index) {
        this.state.at = index;
        this.state.chosen = true;
    }

    /** Whoever goes elsewhere sees the whole picture again. */
    onBlur(ev) {
        const to = ev.relatedTarget;
        if (to && !to.closest(".o_timebank_network")) {
            this.state.chosen = false;
        }
    }

    keepInSight() {
        if (this.moveFocus) {
            this.moveFocus = false;
            const node = this.box.el.querySelector(`[data-person="${this.at}"]`);
            node.focus({ preventScroll: true });
            node.scrollIntoView({ block: "nearest", inline: "nearest" });
        }
    }

    onKeydown(ev) {
        const last = this.chart.nodes.length - 1;
        const ways = {
            Home: () => this.walkTo(0),
            End: () => this.walkTo(last),
            PageDown: () => this.walkTo(Math.min(last, this.at + 1)),
            PageUp: () => this.walkTo(Math.max(0, this.at - 1)),
            Enter: () => this.open(this.person),
            Escape: () => (this.state.chosen = false),
            "+": () => this.zoomBy(STEP),
            "-": () => this.zoomBy(1 / STEP),
            0: () => this.showWhole(),
        };
        if (ev.ctrlKey || ev.metaKey || ev.altKey) {
            return;
        }
        if (ev.key.startsWith("Arrow")) {
            ev.preventDefault();
            this.walkTo(nextInDirection(this.drawn.nodes, this.drawn.partners[this.at], this.at, ev.key));
        } else if (ways[ev.key]) {
            ev.preventDefault();
            ways[ev.key]();
        }
    }

    async open(node) {
        if (node.member_id) {
            await this.action.doAction({
                type: "ir.actions.act_window",
                res_model: "timebank.member",
                res_id: node.member_id,
                views: [[false, "form"]],
            });
        }
    }

    // ------------------------------------------------------------
    // Nearer and further
    // ------------------------------------------------------------

    /** What lies under a point (of the middle where there is none) stays under it. */
    zoomBy(factor, x = this.box.el.clientWidth / 2, y = this.box.el.clientHeight / 2) {
        const before = this.state.zoom;
        this.state.zoom = Math.min(MOST_ZOOM, Math.max(1, before * factor));
        const grown = this.state.zoom / before;
        const { scrollLeft, scrollTop } = this.box.el;
        this.box.el.firstElementChild.style.width = `${this.pixels}px`;
        this.box.el.scrollLeft = (scrollLeft + x) * grown - x;
        this.box.el.scrollTop = (scrollTop + y) * grown - y;
    }

    nearer() {
        this.zoomBy(STEP);
    }

    further() {
        this.zoomBy(1 / STEP);
    }

    showWhole() {
        this.state.zoom = 1;
    }

    onWheel(ev) {
        if (ev.ctrlKey) {
            ev.preventDefault();
            const { left, top } = this.box.el.getBoundingClientRect();
            this.zoomBy(ev.deltaY < 0 ? 1.15 : 1 / 1.15, ev.clientX - left, ev.clientY - top);
        }
    }

    /** Two fingers that move apart. One scrolls, as everywhere. */
    onPinch(ev) {
        if (ev.touches.length !== 2) {
            this.apart = null;
            return;
        }
        ev.preventDefault();
        const [one, other] = ev.touches;
        const apart = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
        if (this.apart) {
            const { left, top } = this.box.el.getBoundingClientRect();
            const middle = [(one.clientX + other.clientX) / 2 - left, (one.clientY + other.clientY) / 2 - top];
            this.zoomBy(apart / this.apart, ...middle);
        }
        this.apart = apart;
    }

    onTouchEnd() {
        this.apart = null;
    }
}

registry.category("timebank_evidence_charts").add("network", NetworkPicture);
