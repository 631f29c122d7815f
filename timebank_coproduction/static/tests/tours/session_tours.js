import { registry } from "@web/core/registry";

const LINES = ".o_field_widget[name=attendance_ids]";
const line = (name) => `${LINES} .o_data_row:contains('${name}')`;
const cell = (name, field) => `${line(name)} td[name=${field}]`;

// A register is ticked off: one by a tick alone, one with a shorter time, one who wasn't on it.
registry.category("web_tour.tours").add("timebank_register_tour", {
    steps: () => [
        {
            content: "Dora is here",
            trigger: `${cell("Dora", "present")} input`,
            run: "click",
        },
        {
            content: "For all of the session, unless said otherwise",
            trigger: `${cell("Dora", "hours")}:contains('2:00'), ${cell("Dora", "hours")} input:value('2:00')`,
        },
        { content: "So is Ann", trigger: `${cell("Ann", "present")} input`, run: "click" },
        { content: "She left early", trigger: cell("Ann", "hours"), run: "click" },
        { trigger: `${LINES} td[name=hours] input`, run: "edit 1:15" },
        {
            content: "Ben has come without signing up",
            trigger: `${LINES} .o_field_x2many_list_row_add a`,
            run: "click",
        },
        {
            trigger: `${LINES} .o_selected_row td[name=partner_id] input`,
            run: "edit Ben",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Ben Okoro') a",
            run: "click",
        },
        {
            content: "He is taken for here, as the session is on",
            trigger: `${line("Ben")} td[name=present] input:checked, ${LINES} .o_selected_row td[name=present] input:checked`,
        },
        { content: "All in one save", trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved" },
        {
            content: "Three times are on the register",
            trigger: `${LINES} tfoot:contains('5:15')`,
        },
    ],
});

// Of a crowded day, the month shows the first sessions and what the others miss; a click shows all.
registry.category("web_tour.tours").add("timebank_session_calendar_tour", {
    steps: () => [
        {
            content: "The first of the day",
            trigger: ".o_event:contains('2 missing · Tea')",
        },
        {
            content: "The rest in a line",
            trigger: ".o_timebank_more:contains('+3 more, 6 missing')",
            run: "click",
        },
        {
            content: "The day has them all",
            trigger: ".fc-timeGridDay-view:has(.o_event:eq(7))",
        },
    ],
});
