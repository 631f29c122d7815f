/* global Chart */
import { Component, onWillStart, useEffect, useExternalListener, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { formatFloat } from "@web/core/utils/numbers";
import { _t } from "@web/core/l10n/translation";

/** Told apart on white, by who sees few colours, and in grey print by their patterns. */
const COLOURS = ["#0b5c8c", "#b3490b", "#1b7a5a", "#7a4c9e", "#8a6d00", "#5b6770", "#a3195b", "#33475b"];
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [4, 4], [1, 2]];
const POINTS = ["circle", "rect", "triangle", "rectRot", "crossRot", "star"];
const TEXT = "#374151";
const GRID = "rgba(0, 0, 0, .12)";
const TILE = 8;
/** What is said to be left out has no colour of its own. */
const REST = "#c9ced6";
/** How large charts are drawn for paper, so that their words are as large as those around them. */
const PAPER = { width: 680, round: 400, height: 230 };
/** So many bars have their numbers above them. */
const MOST_NUMBERED = 16;
/** On less than so many pixels the names of bars that lie are broken into lines of so many letters. */
const NARROW = 480;
const LINE = 16;
/** Up to so many names below an axis are broken in the same way. */
const MOST_WRAPPED = 4;
/** Of more series the legend takes a good part of a narrow chart, which is higher then. */
const FEW_SERIES = 3;

/** Words in lines of no more letters than fit, as Chart.js takes them; a longer word stays whole. */
export function breakLines(words, letters = LINE) {
    const lines = [];
    for (const word of words.split(" ")) {
        const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
        if (lines.length && longer.length <= letters) {
            lines[lines.length - 1] = longer;
        } else {
            lines.push(word);
        }
    }
    return lines;
}

/** What is drawn over a colour, so that it isn't told by its colour alone; none for the first. */
const PATTERNS = [
    null,
    (tile) => lines(tile, [[0, TILE, TILE, 0]]),
    (tile) => {
        tile.beginPath();
        tile.arc(TILE / 2, TILE / 2, 1.6, 0, 2 * Math.PI);
        tile.fill();
    },
    (tile) => lines(tile, [[0, 0, TILE, TILE]]),
    (tile) => lines(tile, [[0, TILE / 2, TILE, TILE / 2]]),
    (tile) => lines(tile, [[TILE / 2, 0, TILE / 2, TILE]]),
    (tile) => lines(tile, [[0, 0, TILE, TILE], [0, TILE, TILE, 0]]),
    (tile) => lines(tile, [[TILE / 2, 0, TILE / 2, TILE], [0, TILE / 2, TILE, TILE / 2]]),
];

function lines(tile, ends) {
    tile.beginPath();
    for (const [fromX, fromY, toX, toY] of ends) {
        tile.moveTo(fromX, fromY);
        tile.lineTo(toX, toY);
    }
    tile.stroke();
}

function filling(context, index) {
    const colour = COLOURS[index % COLOURS.length];
    const draw = PATTERNS[index % PATTERNS.length];
    if (!draw) {
        return colour;
    }
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = TILE;
    const tile = canvas.getContext("2d");
    tile.fillStyle = colour;
    tile.fillRect(0, 0, TILE, TILE);
    tile.strokeStyle = tile.fillStyle = "#ffffff";
    tile.lineWidth = 1.4;
    draw(tile);
    return context.createPattern(canvas, "repeat");
}

/**
 * A section's chart, drawn by Odoo's own Chart.js. For who doesn't see it the table says the same.
 */
export class EvidenceChart extends Component {
    static template = "timebank_coproduction.EvidenceChart";
    static props = { chart: Object, label: String };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (canvas, chart) => {
                this.drawn = new Chart(canvas, this.configure(canvas, chart));
                return () => this.drawn.destroy();
            },
            () => [this.canvas.el, this.props.chart]
        );
        useExternalListener(window, "beforeprint", () => this.drawForPaper());
        useExternalListener(window, "afterprint", () => this.drawn.resize());
    }

    drawForPaper() {
        const { type } = this.props.chart;
        const height = this.isSideways ? this.drawn.height : PAPER.height;
        this.drawn.resize(type === "doughnut" ? PAPER.round : PAPER.width, height);
    }

    get hasManySeries() {
        return this.props.chart.series.length > FEW_SERIES;
    }

    get isSideways() {
        return this.props.chart.type === "rows";
    }

    /** Bars that lie need room for each; all others have the same height. */
    get height() {
        if (this.props.chart.type === "radar") {
            return "24rem";
        }
        return this.isSideways ? `${5 + 2.2 * this.props.chart.labels.length}rem` : "18rem";
    }

    configure(canvas, chart) {
        const context = canvas.getContext("2d");
        const round = chart.type === "doughnut";
        const radar = chart.type === "radar";
        const line = chart.type === "line" || radar;
        const alone = chart.series.length === 1 || this.isSideways;
        const numbered = !round && !line && alone && chart.labels.length <= MOST_NUMBERED;
        const datasets = chart.series.map((one, index) => ({
            label: one.label,
            rest: Boolean(one.rest),
            data: one.values,
            borderColor: round ? "#ffffff" : COLOURS[index % COLOURS.length],
            fill: false,
            backgroundColor: round
                ? one.values.map((_value, part) => filling(context, part))
                : one.rest
                  ? REST
                  : line
                    ? COLOURS[index % COLOURS.length]
                    : filling(context, index),
            ...(line
                ? {
                      borderDash: DASHES[index % DASHES.length],
                      pointStyle: POINTS[index % POINTS.length],
                      pointRadius: 4,
                      borderWidth: 2.5,
                      spanGaps: false,
                      tension: 0,
                  }
                : { borderWidth: round ? 2 : 0, maxBarThickness: 48 }),
        }));
        return {
            type: round ? "doughnut" : radar ? "radar" : line ? "line" : "bar",
            data: { labels: chart.labels, datasets },
            options: {
                animation: false,
                devicePixelRatio: Math.max(2, window.devicePixelRatio || 1),
                indexAxis: this.isSideways ? "y" : "x",
                maintainAspectRatio: false,
                plugins: {
                    legend: {
                        display: round || datasets.length > 1,
                        position: round ? "right" : "bottom",
                        labels: { color: TEXT, usePointStyle: line, pointStyleWidth: 16, boxHeight: line ? 8 : 14, boxWidth: 22, font: { size: 13 } },
                    },
                    tooltip: { callbacks: { label: (item) => this.say(item, chart.unit) } },
                },
                layout: { padding: { top: numbered && !this.isSideways ? 16 : 0, right: numbered && this.isSideways ? 40 : 0 } },
                scales: round ? {} : radar ? this.makeRings(chart) : this.makeScales(chart),
            },
            plugins: [...(numbered ? [this.numbersOnBars()] : []), ...(round || line ? [] : [this.hiddenBars()])],
        };
    }

    /** Where all is hidden there is no bar, as where there was nothing: it is said. Where a part of a pile
     *  is hidden, what is drawn isn't the whole: an empty end says so. */
    hiddenBars() {
        const { labels, series, type, stacked } = this.props.chart;
        const hasHidden = (place) => series.some((one) => one.values[place] === null);
        const isHidden = (_label, place) => series.every((one) => !one.values[place]) && hasHidden(place);
        // what is hidden is drawn as a rest where the whole is told
        const rest = series.find((one) => one.rest);
        const isPart = (place) => hasHidden(place) && !rest?.values[place];
        const drawEnd = (ctx, names, amounts, place) => {
            const along = names.getPixelForValue(place);
            const room = Math.abs(names.getPixelForValue(1) - names.getPixelForValue(0)) || 60;
            const half = Math.min(48, room * 0.8) / 2;
            const end = amounts.getPixelForValue(series.reduce((sum, one) => sum + (one.values[place] || 0), 0));
            ctx.save();
            ctx.setLineDash([3, 3]);
            ctx.strokeStyle = TEXT;
            ctx.strokeRect(...(this.isSideways ? [end, along - half, 10, 2 * half] : [along - half, end - 10, 2 * half, 10]));
            ctx.restore();
        };
        return {
            id: "timebankHidden",
            afterDatasetsDraw: ({ ctx, scales }) => {
                const [names, amounts] = this.isSideways ? [scales.y, scales.x] : [scales.x, scales.y];
                ctx.save();
                ctx.fillStyle = TEXT;
                ctx.font = "italic 12px sans-serif";
                ctx.textBaseline = "middle";
                labels.forEach((label, place) => {
                    if (isHidden(label, place)) {
                        const [along, up] = [names.getPixelForValue(place), amounts.getPixelForValue(0)];
                        ctx.save();
                        ctx.translate(...(this.isSideways ? [up + 6, along] : [along, up - 6]));
                        ctx.rotate(this.isSideways ? 0 : -Math.PI / 2);
                        ctx.fillText(_t("hidden"), 0, 0);
                        ctx.restore();
                    } else if ((type === "stacked" || stacked) && isPart(place)) {
                        drawEnd(ctx, names, amounts, place);
                    }
                });
                ctx.restore();
            },
        };
    }

    /** The number of each bar beside its end, so that nobody has to measure it against the scale. */
    numbersOnBars() {
        return {
            id: "timebankNumbers",
            afterDatasetsDraw: (drawn) => {
                const { ctx } = drawn;
                ctx.save();
                ctx.fillStyle = TEXT;
                ctx.font = "12px sans-serif";
                ctx.textAlign = this.isSideways ? "left" : "center";
                ctx.textBaseline = this.isSideways ? "middle" : "bottom";
                drawn.data.datasets.forEach((dataset, index) => {
                    drawn.getDatasetMeta(index).data.forEach((bar, place) => {
                        const value = dataset.data[place];
                        if (value) {
                            const [x, y] = this.isSideways ? [bar.x + 6, bar.y] : [bar.x, bar.y - 4];
                            ctx.fillText(this.number(value), x, y);
                        }
                    });
                });
                ctx.restore();
            },
        };
    }

    makeScales(chart) {
        const stacked = chart.type === "stacked" || Boolean(chart.stacked);
        const names = { grid: { display: false }, ticks: { color: TEXT, font: { size: 12 } }, stacked };
        if (this.isSideways) {
            // the names of Chart.js are cut off where they don't fit
            names.ticks.callback = (_value, place) => {
                const name = chart.labels[place];
                return this.canvas.el.clientWidth < NARROW ? breakLines(name) : name;
            };
        } else if (chart.labels.length <= MOST_WRAPPED) {
            // Chart.js leaves out those for which there is no room in one line
            names.ticks.autoSkip = false;
            names.ticks.maxRotation = this.canvas.el.clientWidth < NARROW ? 90 : 0;
            names.ticks.callback = (_value, place) => breakLines(chart.labels[place]);
        }
        const amounts = {
            beginAtZero: true,
            stacked,
            suggestedMax: { percent: 100, ten: 10 }[chart.unit],
            grid: { color: GRID },
            title: { display: true, text: this.unitName(chart.unit), color: TEXT },
            ticks: {
                color: TEXT,
                precision: chart.unit === "people" ? 0 : undefined,
                callback: (value) => this.number(value),
            },
        };
        return this.isSideways ? { x: amounts, y: names } : { x: names, y: amounts };
    }

    /** The rings of a radar, from nothing in the middle to the most that can be scored. */
    makeRings(chart) {
        return {
            r: {
                min: 0,
                max: chart.most,
                ticks: { stepSize: 1, color: TEXT, backdropColor: "rgba(255, 255, 255, .8)" },
                grid: { color: GRID },
                angleLines: { color: GRID },
                pointLabels: { color: TEXT, font: { size: 12 } },
            },
        };
    }

    unitName(unit) {
        const names = { hours: _t("hours"), people: _t("people"), percent: _t("per cent"), ten: _t("mean, of 10"), points: _t("of 4") };
        return names[unit] || "";
    }

    number(value) {
        return formatFloat(value, { digits: [16, Number.isInteger(value) ? 0 : 1] });
    }

    say(item, unit) {
        const name = this.props.chart.series.length > 1 || !item.dataset.label ? item.dataset.label : "";
        const value = `${this.number(item.raw)} ${this.unitName(unit)}`;
        const what = this.props.chart.type === "doughnut" ? item.label : name;
        return what ? `${what}: ${value}` : value;
    }
}
