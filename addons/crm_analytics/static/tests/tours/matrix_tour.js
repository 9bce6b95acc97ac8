import { registry } from "@web/core/registry";

const ready = ".o_crm_matrix[data-ready='1']";
const cell = (row, column) => `${ready} [data-row='${row}'][data-column='${column}']`;

registry.category("web_tour.tours").add("crm_analytics_matrix", {
    steps: () => [
        { trigger: `${cell(0, -1)}:contains('Tour Food')` },
        { content: "Two orders have both categories", trigger: `${cell(0, 1)}:contains('2')`, run: "click" },
        { trigger: ".o_crm_matrix_card button[data-figure=both]:contains('2')", run: "click" },
        { trigger: ".o_list_view .o_data_row:nth-child(2)" },
        { trigger: ".o_list_view:not(:has(.o_data_row:nth-child(3)))" },
        { trigger: ".o_breadcrumb .o_back_button, .o_breadcrumb a", run: "click" },
        { trigger: cell(0, 1), run: "click" },
        { trigger: ".o_crm_matrix_card_drill", run: "click" },
        { trigger: `${cell(0, -1)}:contains('Tour Apple')` },
        {
            content: "Where one drilled to is in the address",
            trigger: `${cell(-1, 0)}:contains('Tour Cheese')`,
            async run({ waitUntil }) {
                await waitUntil(() => location.search.includes("row_category="));
            },
        },
        { trigger: ".o_crm_matrix_measure", run: "click" },
        { trigger: ".o-dropdown-item[data-measure=amount]", run: "click" },
        { content: "Two orders of two lines at 10", trigger: `${cell(0, 0)}:contains('40.00')`, run: "click" },
        { trigger: ".o_crm_matrix_card button[data-figure=amount]", run: "click" },
        { trigger: ".o_list_view .o_data_row:nth-child(4)" },
        { trigger: ".o_list_view tfoot:contains('40.00')" },
        { trigger: ".o_breadcrumb .o_back_button, .o_breadcrumb a", run: "click" },
        {
            content: "The same figures are there on the way back",
            trigger: `${cell(0, 0)}:contains('40.00')`,
        },
        { trigger: ".o_crm_matrix_facet button", run: "click" },
        { trigger: `${cell(0, -1)}:contains('Tour Food')` },
    ],
});
