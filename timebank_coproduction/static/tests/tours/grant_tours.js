import { registry } from "@web/core/registry";

const BILL = "section[data-side='bills'] tr:contains('Half a swim')";
const CLAIM = "section[data-side='claims'] tr:contains('Swim pass for Ann Lee')";

// A bill and a claim that differ are matched with a reason, and taken apart again.
registry.category("web_tour.tours").add("timebank_matching_tour", {
    steps: () => [
        { content: "The bill waits", trigger: BILL, run: "click" },
        { content: "So does the claim", trigger: CLAIM, run: "click" },
        {
            content: "They differ: not without a reason",
            trigger: ".o_timebank_picked:contains('Difference') .o_timebank_match:disabled",
        },
        {
            trigger: ".o_timebank_picked select",
            run: "selectByLabel Fewer delivered",
        },
        { trigger: ".o_timebank_picked input", run: "edit The pool closed early" },
        { content: "Now it can be matched", trigger: ".o_timebank_match:enabled", run: "click" },
        {
            content: "It is matched, and says why",
            trigger:
                "section[data-side='matched'] tr:contains('Fewer delivered: The pool closed early')",
        },
        { trigger: "section[data-side='bills']:not(:contains('Half a swim'))" },
        { content: "Take it apart", trigger: ".o_timebank_undo", run: "click" },
        { content: "The bill waits again", trigger: BILL },
    ],
});
