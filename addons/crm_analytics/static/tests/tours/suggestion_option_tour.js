import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const card = (name) => `.o_sale_suggestion:has(.o_sale_suggestion_name:contains("${name}"))`;
const section = ".o_field_widget[name=order_line] .o_data_row.o_is_line_section";
const row = (name) => `.o_field_widget[name=order_line] .o_data_row:contains("${name}")`;

/** From a quotation with Apple on the screen: one option, one ordered product, another option. */
registry.category("web_tour.tours").add("crm_analytics_suggestion_option", {
    steps: () => [
        { trigger: `${card("Butter")} .o_sale_suggestion_option`, run: "click" },
        { content: "A section for options is made", trigger: section },
        { trigger: `${row("Butter")}:contains("0.00")` },
        { trigger: `${card("Cheese")} .o_sale_suggestion_add:enabled`, run: "click" },
        {
            content: "What is ordered is not among the options",
            trigger: `${row("Cheese")} ~ .o_is_line_section`,
        },
        { trigger: `${card("Dates")} .o_sale_suggestion_option:enabled`, run: "click" },
        { trigger: `${section} ~ .o_data_row:contains("Dates")` },
        ...stepUtils.saveForm(),
    ],
});
