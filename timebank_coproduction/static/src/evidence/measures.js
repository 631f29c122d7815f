import { Component, markup, onMounted, onWillStart, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { escape } from "@web/core/utils/strings";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** The page for trustees, as it stands among the guides. */
const PAGE = "/timebank_coproduction/static/measures.md";

/** What a heading is called in the sections of the page Evidence. */
function anchorOf(heading) {
    return heading.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}

function inline(text) {
    return escape(text)
        .replace(/`([^`]+)`/g, "<code>$1</code>")
        .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
        .replace(/\*([^*]+)\*/g, "<em>$1</em>")
        .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1");
}

function cellsOf(line, tag) {
    return line.split("|").slice(1, -1).map((cell) => `<${tag}>${inline(cell.trim())}</${tag}>`).join("");
}

/** Headings, paragraphs, lists and tables: all that the page has. */
export function readPage(text) {
    return text.split(/\n{2,}/).filter((block) => block.trim()).flatMap((block) => {
        const [first, ...rest] = block.trim().split("\n");
        const heading = first.match(/^(#+) (.*)$/);
        if (heading) {
            const tag = `h${heading[1].length}`;
            const title = { id: anchorOf(heading[2]), html: `<${tag}>${inline(heading[2])}</${tag}>` };
            return rest.length ? [title, ...readPage(rest.join("\n"))] : [title];
        }
        if (first.startsWith("|")) {
            const rows = rest.slice(1).map((line) => `<tr>${cellsOf(line, "td")}</tr>`).join("");
            const head = `<thead><tr>${cellsOf(first, "th")}</tr></thead>`;
            return [{ html: `<div class="table-responsive"><table class="table">${head}<tbody>${rows}</tbody></table></div>` }];
        }
        if (first.startsWith("- ")) {
            const items = block.trim().slice(2).split(/\n- /);
            return [{ html: `<ul>${items.map((one) => `<li>${inline(one.replace(/\n/g, " "))}</li>`).join("")}</ul>` }];
        }
        return [{ html: `<p>${inline(block.replace(/\n/g, " "))}</p>` }];
    });
}

/** What each figure means, how it is worked out, and what it can't tell. */
export class TimebankMeasures extends Component {
    static template = "timebank_coproduction.Measures";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static path = "timebank-measures";

    setup() {
        this.display = { controlPanel: {} };
        this.root = useRef("root");
        this.env.config.setDisplayName(_t("What the figures mean"));
        onWillStart(async () => {
            const page = await fetch(PAGE);
            // the text is escaped before it is put together
            this.blocks = readPage(await page.text()).map((one) => ({ ...one, html: markup(one.html) }));
        });
        onMounted(() => {
            const wanted = this.props.action.params?.anchor;
            const found = wanted && this.root.el.querySelector(`[data-anchor="${CSS.escape(wanted)}"]`);
            if (found) {
                found.scrollIntoView();
                found.focus();
            }
        });
    }
}

registry.category("actions").add("timebank_measures", TimebankMeasures);
