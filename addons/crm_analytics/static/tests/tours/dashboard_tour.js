import { registry } from "@web/core/registry";

const ready = ".o_crm_dashboard[data-ready='1']";
const item = (id) => `${ready} .o_crm_dashboard_item[data-id=${id}]`;
const tile = (id) => `${item(id)} .o_crm_dashboard_tile`;

function inAddress(text) {
    return async ({ waitUntil }) => {
        await waitUntil(() => location.search.includes(text));
    };
}

registry.category("web_tour.tours").add("crm_analytics_dashboard", {
    steps: () => [
        { trigger: `${tile("tile-revenue")}:contains("300.00")` },
        { trigger: `${tile("tile-orders")} .o_crm_dashboard_tile_value:contains("2")` },
        { trigger: `${ready} .o_crm_dashboard_canvas canvas` },
        { trigger: ".o_crm_period button.dropdown-toggle", run: "click" },
        { trigger: ".o-dropdown-item[data-period=this_year]", run: "click" },
        {
            content: "The period is in the address",
            trigger: `${ready} .o_crm_period:contains('This year')`,
            run: inAddress("period=this_year"),
        },
        { content: "A tile opens its records", trigger: tile("tile-orders"), run: "click" },
        { trigger: ".o_list_view .o_data_row:nth-child(2)" },
        { trigger: ".o_list_view:not(:has(.o_data_row:nth-child(3)))" },
        { trigger: ".o_breadcrumb .o_back_button, .o_breadcrumb a", run: "click" },
        {
            content: "The same period is there on the way back",
            trigger: `${ready} .o_crm_period:contains('This year')`,
        },
        {
            content: "And the browser goes back to the period before",
            trigger: tile("tile-orders"),
            run: () => history.back(),
        },
        { trigger: `${ready} .o_crm_period:contains('Today')` },
        {
            content: "Another dashboard is one click away",
            trigger: ".o_crm_dashboard_choice",
            run: "click",
        },
        { trigger: ".o-dropdown-item[data-dashboard=tour]", run: "click" },
        {
            trigger: `${ready} .o_crm_dashboard_choice:contains('Tour Dashboard')`,
            run: inAddress("dashboard=tour"),
        },
        { content: "It can be arranged", trigger: ".o_crm_dashboard_menu", run: "click" },
        { trigger: ".o-dropdown-item[data-menu=edit]", run: "click" },
        {
            trigger: ".o_crm_dashboard_item[data-id=tile-invoiced] [data-control=remove]",
            run: "click",
        },
        { trigger: ".o_crm_dashboard_add", run: "click" },
        { trigger: ".modal [data-type=tile]", run: "click" },
        {
            trigger: ".modal .o_crm_dashboard_catalogue_kpi .o_select_menu_toggler",
            run: "click",
        },
        { trigger: ".o_select_menu_item:contains('Average Order')", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: ".o_crm_dashboard_item[data-id=tile-average_order]" },
        { trigger: ".o_crm_dashboard_save", run: "click" },
        { trigger: tile("tile-average_order") },
        { trigger: `${ready}:not(:has([data-id=tile-invoiced]))` },
        { trigger: ".o_crm_dashboard_menu", run: "click" },
        { trigger: ".o-dropdown-item[data-menu=reset]", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: tile("tile-invoiced") },
        { trigger: `${ready}:not(:has([data-id=tile-average_order]))` },
    ],
});
