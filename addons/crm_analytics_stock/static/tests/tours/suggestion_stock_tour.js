import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("crm_analytics_stock_suggestions", {
    steps: () => [
        {
            content: "The stock of the quotation's warehouse is told",
            trigger: ".o_sale_suggestion_stock:contains('5 Units in stock')",
        },
        {
            trigger: ".o_field_widget[name=order_line] button[name=action_add_from_catalog]",
            run: "click",
        },
        {
            content: "In the catalog too",
            trigger: ".o_catalog_suggestions .o_sale_suggestion_stock:contains('5 Units in stock')",
        },
        { trigger: ".o-kanban-button-back", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name=order_line]" },
    ],
});
