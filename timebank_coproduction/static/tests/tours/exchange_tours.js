import { registry } from "@web/core/registry";

// A new member is taken in from the desk, and whoever waited for it shows at once.
registry.category("web_tour.tours").add("timebank_intake_tour", {
    steps: () => [
        {
            content: "The archery wish waits without an offer",
            trigger: "section[data-section='unmet']:contains('Archery')",
        },
        { content: "Somebody new comes in", trigger: ".o_timebank_join", run: "click" },
        {
            content: "What can they do?",
            trigger: ".modal [name='skill_ids'] input",
            run: "edit bow and arrow",
        },
        {
            content: "The list knows the word",
            trigger: ".ui-autocomplete .dropdown-item:contains('Archery')",
            run: "click",
        },
        { trigger: ".modal [name='skill_ids'] .o_tag:contains('Archery')" },
        {
            content: "And in their own words",
            trigger: ".modal [name='words'] input",
            run: "edit cakes, telling jokes",
        },
        { trigger: ".modal button[name='action_next']", run: "click" },
        {
            content: "When",
            trigger: ".modal .o_timebank_slots label:contains('Tuesday morning')",
            run: "click",
        },
        { trigger: ".modal button[name='action_next']", run: "click" },
        { trigger: ".modal h3:contains('enjoy')" },
        { trigger: ".modal button[name='action_next']", run: "click" },
        { trigger: ".modal h3:contains('help you')" },
        { trigger: ".modal button[name='action_next']", run: "click" },
        { content: "Who", trigger: ".modal [name='name'] input", run: "edit Dai Archer" },
        { trigger: ".modal button[name='action_finish']", run: "click" },
        {
            content: "Whoever waited shows at once",
            trigger: ".o_list_view .o_data_row:contains('Dai Archer'):contains('Ann Lee')",
        },
    ],
});

// One click on the desk introduces two people; the pair stays where it is, without a button.
registry.category("web_tour.tours").add("timebank_desk_tour", {
    steps: () => [
        {
            content: "They would suit each other",
            trigger: "section[data-section='matches']:contains('Ben Okoro for Ann Lee: Archery')",
        },
        {
            content: "Introduce them",
            trigger: "section[data-section='matches'] button:contains('Introduce')",
            run: "click",
        },
        {
            content: "The pair keeps its place, and says that it is done",
            trigger: "section[data-section='matches'] li:contains('Ben Okoro for Ann Lee'):not(:has(button))",
        },
    ],
});

// A plan is made from the desk, and accepted line by line.
registry.category("web_tour.tours").add("timebank_plan_tour", {
    steps: () => [
        {
            content: "Plan for everybody at once",
            trigger: ".o_timebank_desk:has(section[data-section='matches'])",
        },
        { trigger: "button.o_timebank_plan", run: "click" },
        {
            content: "Accept the line",
            trigger: ".o_data_row:contains('Ben Okoro'):contains('Ann Lee') button[name='action_introduce']",
            run: "click",
        },
        {
            content: "The line keeps its place, and says that it is done",
            trigger: ".o_data_row:contains('Ben Okoro'):contains('Introduced'):not(:has(button[name='action_introduce']))",
        },
    ],
});
