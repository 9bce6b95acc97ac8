import { getSectionRecords } from "@account/components/section_and_note_fields_backend/section_and_note_fields_backend";

/**
 * Where a suggested product goes among the lines of a quotation on the screen, saved or not.
 *
 * Lines of an optional section stay at zero until the customer adds them on the portal. What is
 * added for good must not end up among them, at the bottom of the order though they are.
 */

function isOptionalSection({ data }) {
    return data.display_type === "line_section" && data.is_optional;
}

/** The number of lines before the optional sections that close the order. */
function getOptionsStart(lines) {
    let start = lines.length;
    for (let index = lines.length - 1; index >= 0; index--) {
        const { display_type, is_optional } = lines[index].data;
        if (is_optional) {
            start = index;
        } else if (display_type === "line_section") {
            break;
        }
    }
    return start;
}

/**
 * Add an empty line for a product that is ordered.
 *
 * @param {import("@web/model/relational_model/static_list").StaticList} orderLines
 * @returns {Promise<Object>} the new line
 */
export function addOrderedLine(orderLines) {
    const lines = orderLines.records;
    const start = getOptionsStart(lines);
    if (start === lines.length) {
        return orderLines.addNewRecord({ position: "bottom", mode: "readonly" });
    }
    if (!start) {
        return orderLines.addNewRecord({ position: "top", mode: "readonly" });
    }
    return orderLines.addNewRecordAtIndex(start - 1, { mode: "readonly" });
}

/**
 * Add an empty line that the customer may take on the portal, in the last optional section; at
 * the bottom of the order there will be one if there is none.
 *
 * @param {import("@web/model/relational_model/static_list").StaticList} orderLines
 * @param {() => Promise<string>} getSectionName asked for a new section only
 * @returns {Promise<Object>} the new line
 */
export async function addOptionalLine(orderLines, getSectionName) {
    let section = orderLines.records.findLast(isOptionalSection);
    if (!section) {
        const context = {
            default_display_type: "line_section",
            default_is_optional: true,
            default_name: await getSectionName(),
        };
        section = await orderLines.addNewRecord({ position: "bottom", mode: "readonly", context });
    }
    const start = orderLines.records.findIndex(({ id }) => id === section.id);
    const size = getSectionRecords(orderLines, section, true).length;
    return orderLines.addNewRecordAtIndex(start + size - 1, {
        mode: "readonly",
        context: { default_product_uom_qty: 0 },
    });
}
