import { _t } from "@web/core/l10n/translation";
import { formatFloat, formatPercentage } from "@web/views/fields/formatters";
import { formatFigure } from "../dashboard/dashboard_format";

/** Eight times as often as by chance, or an eighth, is as strong as colours get. */
const STRONGEST_LIFT = 3;

/**
 * @param {boolean} byGroup whether the columns are customer groups
 * @returns {Record<string, {name: string, help: string}>} the measures by key, in menu order
 */
export function getMeasures(byGroup) {
    return {
        orders: {
            name: _t("Orders"),
            help: byGroup
                ? _t("Orders of the customers of the column that have what is in the row")
                : _t("Orders that have both"),
        },
        support: { name: _t("Support"), help: _t("Share of all orders that have both") },
        confidence: {
            name: _t("Confidence"),
            help: byGroup
                ? _t("Share of the orders of the column that have what is in the row")
                : _t("Share of the orders with the row that have the column too"),
        },
        lift: {
            name: _t("Lift"),
            help: _t("How many times more often than by chance: above 1 they go together"),
        },
        amount: {
            name: _t("Revenue"),
            help: byGroup
                ? _t("What the customers of the column paid for the row, without taxes")
                : _t("What both sold on the orders that have both, without taxes"),
        },
    };
}

/**
 * @param {number|null} value
 * @param {string} measure
 * @param {number} currencyId
 * @param {boolean} [compact]
 * @returns {string}
 */
export function formatMeasure(value, measure, currencyId, compact = false) {
    if (value === null || value === undefined) {
        return "–";
    }
    switch (measure) {
        case "orders":
            return formatFigure(value, "number", currencyId, compact);
        case "amount":
            return formatFigure(value, "money", currencyId, compact);
        case "lift":
            return formatFloat(value, { digits: [16, !value ? 0 : value < 10 ? 2 : 1] });
    }
    return formatPercentage(value, { digits: [16, value && value < 0.1 ? 1 : 0] });
}

/**
 * Whether there are orders enough for a share or a lift to mean something: as many as the nightly
 * computation asks for, found or to be expected by chance.
 */
export function hasEvidence(data, row, column) {
    const both = data.cells.orders[row][column];
    const expected = (data.rows[row].orders * data.columns[column].orders) / data.orders;
    return Math.max(both, expected) >= data.min_orders;
}

/**
 * How strongly a cell is coloured.
 *
 * @returns {{level: number, tone: "more"|"less"}} level from 0 to 1
 */
function getHeat(value, measure, largest) {
    if (measure === "lift") {
        const strength = value ? Math.log2(value) : -STRONGEST_LIFT;
        return {
            level: Math.min(Math.abs(strength) / STRONGEST_LIFT, 1),
            tone: strength < 0 ? "less" : "more",
        };
    }
    if (!(value > 0) || !largest) {
        return { level: 0, tone: "more" };
    }
    const share = value / largest;
    // Counts and amounts are skewed: the root keeps the middle of them apart.
    return { level: measure === "confidence" ? share : Math.sqrt(share), tone: "more" };
}

/**
 * The cells as they are drawn.
 *
 * @param {object} data what `get_matrix` returned
 * @param {string} measure one that its cells have
 * @returns {Array<Array<{text: string, label: string, style: string, className: string}>>}
 */
export function buildCells(data, measure) {
    const values = data.cells[measure];
    const isRatio = measure === "lift" || measure === "confidence";
    const isDull = (row, column) =>
        data.trivial[row][column] || (isRatio && !hasEvidence(data, row, column));
    const seen = values.flatMap((cells, row) => cells.filter((_, column) => !isDull(row, column)));
    const largest = Math.max(0, ...seen.filter((value) => value !== null));
    const name = getMeasures()[measure].name;
    return values.map((cells, row) =>
        cells.map((value, column) => {
            const dull = isDull(row, column);
            const { level, tone } = getHeat(value, measure, largest);
            const text = formatMeasure(value, measure, data.currency_id, true);
            const label = _t("%(row)s, %(column)s. %(measure)s: %(value)s", {
                row: data.rows[row].name,
                column: data.columns[column].name,
                measure: name,
                value: value === null ? _t("not applicable") : text,
            });
            const isWeak = dull && !data.trivial[row][column] && value !== null;
            return {
                text,
                label: isWeak ? _t("%s. Too few orders to tell.", label) : label,
                style: dull ? "" : `--matrix-heat: ${(level * 0.6).toFixed(3)}`,
                className: [
                    data.trivial[row][column] ? "o_crm_matrix_trivial" : "",
                    dull || !level ? "text-muted" : "",
                    dull ? "" : `o_crm_matrix_${tone}`,
                ]
                    .filter(Boolean)
                    .join(" "),
            };
        })
    );
}
