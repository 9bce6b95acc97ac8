import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const card = (name) => `.o_sale_suggestion:has(.o_sale_suggestion_name:contains("${name}"))`;

/** From a quotation with Apple on the screen: add one, dismiss one, leave one. */
const useSuggestions = [
    {
        content: "The reason is told",
        trigger: `${card("Butter")} .o_sale_suggestion_reason:contains("14 of 22 orders with Apple")`,
    },
    { trigger: `${card("Butter")} .o_sale_suggestion_price:contains("10.00")` },
    { trigger: card("Dates") },
    { trigger: `${card("Butter")} .o_sale_suggestion_add`, run: "click" },
    {
        content: "The line is there and the suggestion is gone",
        trigger: `.o_field_widget[name=order_line] .o_data_row:contains("Butter"):contains("10.00")`,
    },
    { trigger: `.o_sale_suggestions:not(:has(.o_sale_suggestion_name:contains("Butter")))` },
    { trigger: `${card("Cheese")} .o_sale_suggestion_dismiss`, run: "click" },
    { trigger: ".o_sale_suggestion_reason_too_expensive", run: "click" },
    { trigger: `.o_sale_suggestions:not(:has(.o_sale_suggestion_name:contains("Cheese")))` },
    ...stepUtils.saveForm(),
];

registry.category("web_tour.tours").add("crm_analytics_suggestions_saved", {
    steps: () => [
        {
            content: "Showing suggestions changes nothing on the form",
            trigger: `.o_form_view:not(:has(.o_form_status_indicator_buttons:not(.invisible))) ${card("Butter")}`,
        },
        ...useSuggestions,
    ],
});

registry.category("web_tour.tours").add("crm_analytics_suggestions_new", {
    steps: () => [
        {
            trigger: ".o_field_widget[name=partner_id] input",
            run: "edit Basket Customer",
        },
        { trigger: ".ui-menu-item > a:contains('Basket Customer')", run: "click" },
        { trigger: ".o_field_x2many_list_row_add > a", run: "click" },
        {
            trigger: ".o_field_widget[name=product_id] input, .o_field_widget[name=product_template_id] input",
            run: "edit Apple",
        },
        { trigger: ".ui-menu-item > a:contains('Apple')", run: "click" },
        ...useSuggestions,
    ],
});

registry.category("web_tour.tours").add("crm_analytics_suggestions_catalog", {
    steps: () => [
        {
            trigger: ".o_field_widget[name=order_line] button[name=action_add_from_catalog]",
            run: "click",
        },
        {
            content: "The reason is told above the products",
            trigger: `.o_catalog_suggestions ${card("Butter")} .o_sale_suggestion_reason:contains("14 of 22")`,
        },
        { trigger: `${card("Butter")} .o_sale_suggestion_add`, run: "click" },
        {
            content: "The product below is on the quotation",
            trigger: ".o_kanban_record.o_product_added:contains('Butter')",
        },
        { trigger: `.o_sale_suggestions:not(:has(.o_sale_suggestion_name:contains("Butter")))` },
        { trigger: `${card("Cheese")} .o_sale_suggestion_dismiss`, run: "click" },
        { trigger: ".o_sale_suggestion_reason_later", run: "click" },
        { trigger: `.o_sale_suggestions:not(:has(.o_sale_suggestion_name:contains("Cheese")))` },
        { trigger: ".o-kanban-button-back", run: "click" },
        { trigger: ".o_form_view .o_data_row:contains('Butter')" },
    ],
});
