import { registry } from "@web/core/registry";

const tile = (key) => `.o_crm_dashboard[data-ready='1'] .o_crm_dashboard_tile[data-key=${key}]`;

registry.category("web_tour.tours").add("crm_analytics_dashboard", {
    steps: () => [
        { trigger: `${tile("revenue")}:contains("300.00")` },
        { trigger: `${tile("orders")} .o_crm_dashboard_tile_value:contains("2")` },
        { trigger: ".o_crm_dashboard_chart[data-key=months] canvas" },
        { trigger: ".o_crm_dashboard_chart[data-key=products] canvas" },
        { trigger: ".o_crm_period button", run: "click" },
        { trigger: ".o-dropdown-item[data-period=this_year]", run: "click" },
        {
            content: "The period is in the address",
            trigger: ".o_crm_dashboard[data-ready='1'] .o_crm_period:contains('This year')",
            async run({ waitUntil }) {
                await waitUntil(() => location.search.includes("period=this_year"));
            },
        },
        { content: "A tile opens its records", trigger: tile("orders"), run: "click" },
        { trigger: ".o_list_view .o_data_row:nth-child(2)" },
        { trigger: ".o_list_view:not(:has(.o_data_row:nth-child(3)))" },
        { trigger: ".o_breadcrumb .o_back_button, .o_breadcrumb a", run: "click" },
        {
            content: "The same period is there on the way back",
            trigger: ".o_crm_dashboard[data-ready='1'] .o_crm_period:contains('This year')",
        },
        { trigger: ".o_crm_period_previous", run: "click" },
        {
            content: "A year without sales says where they are",
            trigger: ".o_crm_dashboard[data-ready='1'] .o_crm_dashboard_hint button",
            run: "click",
        },
        { trigger: `${tile("orders")} .o_crm_dashboard_tile_value:contains("2")` },
        { trigger: tile("customers"), run: "click" },
        { trigger: ".o_list_view .o_data_row:contains('Dashboard Customer')" },
    ],
});
