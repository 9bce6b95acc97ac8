import { _t } from "@web/core/l10n/translation";
import { formatInteger, formatMonetary, formatPercentage } from "@web/views/fields/formatters";

const COMPACT_FROM = 100000;

/**
 * A figure as the user reads numbers: in full, or compact for a tile.
 *
 * @param {number} value
 * @param {"integer"|"monetary"} type
 * @param {number} currencyId
 * @param {boolean} [compact]
 * @returns {string}
 */
export function formatFigure(value, type, currencyId, compact = false) {
    const size = Math.abs(value);
    if (type === "monetary") {
        const options = { currencyId };
        if (compact && size >= COMPACT_FROM) {
            Object.assign(options, { humanReadable: true, digits: [16, 2] });
        } else if (compact && size >= 1000) {
            options.digits = [16, 0];
        }
        return formatMonetary(value, options);
    }
    return compact && size >= COMPACT_FROM
        ? formatInteger(value, { humanReadable: true, decimals: 2 })
        : formatInteger(value);
}

/**
 * The numbers of an axis: short, without decimals that say nothing.
 */
export function formatTick(value) {
    return formatInteger(value, { humanReadable: true, decimals: 1 }).replace(/[.,]0(?=\D*$)/, "");
}

export function shorten(text, length) {
    return text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text;
}

/**
 * How a figure moved, told by sign, arrow and words, so that colour is never the only sign.
 *
 * @param {number} value
 * @param {number} base
 * @param {"higher"|"lower"} better
 * @param {string} label what it is compared with
 * @param {string} formattedBase
 * @returns {{text: string, words: string, icon: string, className: string}}
 */
export function getTrend(value, base, better, label, formattedBase) {
    if (value === base) {
        return { text: "", words: _t("same as %s", label), icon: "fa-minus", className: "" };
    }
    if (!base) {
        // Where there was nothing there is no trend, be it good or bad.
        const words = _t("%(period)s: %(figure)s", { period: label, figure: formattedBase });
        return { text: "", words, icon: "", className: "" };
    }
    const up = value > base;
    const trend = {
        icon: up ? "fa-caret-up" : "fa-caret-down",
        className: up === (better === "higher") ? "text-success" : "text-danger",
    };
    if (base < 0) {
        // A percentage of less than nothing would mislead.
        const words = _t("%(period)s: %(figure)s", { period: label, figure: formattedBase });
        return { ...trend, text: "", words };
    }
    const change = value / base - 1;
    const percent = formatPercentage(Math.abs(change), {
        digits: [16, Math.abs(change) < 0.1 ? 1 : 0],
    });
    return {
        ...trend,
        text: `${up ? "+" : "−"}${percent}`,
        words: up ? _t("more than %s", label) : _t("less than %s", label),
    };
}
