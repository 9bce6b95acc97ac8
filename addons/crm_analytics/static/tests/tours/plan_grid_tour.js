import { registry } from "@web/core/registry";

const ready = ".o_crm_plan[data-ready='1']";
const january = `${ready} tbody tr:contains('Plan Tour Ann') input[data-column='0']`;

registry.category("web_tour.tours").add("crm_analytics_plan", {
    steps: () => [
        { trigger: ".o_data_row .o_data_cell:contains('Tour Plan')", run: "click" },
        { trigger: "button[name=action_open_grid]:contains('Enter Figures')", run: "click" },
        { trigger: january, run: "edit 1200" },
        { trigger: ".o_crm_plan_save:enabled", run: "click" },
        {
            content: "It is saved",
            trigger: `${ready}:not(:has(.o_crm_plan_save:enabled)) [data-total='all']:contains('1,200')`,
        },
        { content: "Given from above", trigger: "button[data-entry=top_down]", run: "click" },
        { trigger: ".o_crm_plan_spread", run: "click" },
        { trigger: ".modal div[name=amount] input", run: "edit 2400" },
        { trigger: ".modal div[name=team_id] input", run: "edit Plan Tour Team" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Plan Tour Team')", run: "click" },
        { trigger: ".modal button[name=action_apply]", run: "click" },
        {
            content: "200 a month, nothing was sold a year before",
            trigger: `body:not(:has(.modal)) ${ready} [data-total='0']:contains('200'):contains('+1,000')`,
        },
        { trigger: ".o_breadcrumb a:contains('Tour Plan')", run: "click" },
        { trigger: "button[name=action_approve]", run: "click" },
        { trigger: ".o_statusbar_status button.o_arrow_button_current:contains('Approved')" },
        { trigger: "button[name=action_view_analysis]", run: "click" },
        { trigger: ".o_pivot_view th:contains('Planned')" },
        { trigger: ".o_pivot_view td:contains('1,200')" },
    ],
});
