import { _t } from "@web/core/l10n/translation";
import {
    formatFloat,
    formatInteger,
    formatMonetary,
    formatPercentage,
} from "@web/views/fields/formatters";
import { formatBucket } from "../period/period_format";

const COMPACT_FROM = 100000;
const TIMES = ["day", "month"];
/** What is said where nothing can be said: there was nothing to divide by, say. */
export const NOTHING = "–";

/**
 * A figure as the user reads numbers: in full, or compact for a tile.
 *
 * @param {number|null} value percentages are fractions: 0.42 is 42 %
 * @param {"number"|"money"|"percent"|"days"|"hours"|"points"} unit
 * @param {number} currencyId
 * @param {boolean} [compact]
 * @returns {string}
 */
export function formatFigure(value, unit, currencyId, compact = false) {
    if (value === null || value === undefined || value === false) {
        return NOTHING;
    }
    if (unit === "money") {
        return formatMonetary(value, { currencyId, ...getMoneyOptions(value, compact) });
    }
    if (unit === "percent") {
        return formatShare(value);
    }
    const number = formatNumber(value, compact);
    switch (unit) {
        case "days":
            return value === 1 ? _t("1 day") : _t("%s days", number);
        case "hours":
            return value === 1 ? _t("1 hour") : _t("%s hours", number);
        case "points":
            return value === 1 ? _t("1 point") : _t("%s points", number);
    }
    return number;
}

function getMoneyOptions(value, compact) {
    const size = Math.abs(value);
    if (compact && size >= COMPACT_FROM) {
        return { humanReadable: true, digits: [16, 2] };
    }
    return compact && size >= 1000 ? { digits: [16, 0] } : {};
}

/** Whole numbers without decimals, others with as many as say something. */
function formatNumber(value, compact) {
    if (compact && Math.abs(value) >= COMPACT_FROM) {
        return formatInteger(value, { humanReadable: true, decimals: 2 });
    }
    if (Number.isInteger(value) || Math.abs(value) >= 1000) {
        return formatInteger(Math.round(value));
    }
    return formatFloat(value, { digits: [16, 2], trailingZeros: false });
}

/** @returns {string} a part of a whole, with the decimals that a small one needs to be seen */
export function formatShare(value, most = 3) {
    const size = Math.abs(value);
    const decimals = size >= 0.1 ? 0 : size >= 0.001 ? 1 : most;
    return formatPercentage(value, { digits: [16, decimals] });
}

/**
 * The numbers of an axis: short, without decimals that say nothing.
 */
export function formatTick(value, unit) {
    if (unit === "percent") {
        return formatShare(value);
    }
    if (Math.abs(value) < 1000 && !Number.isInteger(value)) {
        return formatNumber(value);
    }
    return formatInteger(value, { humanReadable: true, decimals: 1 }).replace(/[.,]0(?=\D*$)/, "");
}

/** @returns {string} a text that fits; of a path, as categories have, its end says more */
export function shorten(text, length) {
    if (text.length <= length) {
        return text;
    }
    const end = text.slice(text.lastIndexOf(" / "));
    return end.startsWith(" / ") && end.length < length
        ? `…${end}`
        : `${text.slice(0, length - 1).trimEnd()}…`;
}

/**
 * @param {string} label
 * @param {string|string[]} [groupby] what the figures are split by: days and months are dates
 * @returns {string} the name of a bar, a point or a row in the user's words
 */
export function formatLabel(label, groupby) {
    const unit = [groupby].flat()[0];
    return isTime(unit) ? formatBucket(label, unit) : String(label ?? "");
}

/**
 * @param {{ labels: string[], groupby: string|string[], running: number|null }} item
 * @returns {string[]} its labels; of a month that is not over it says so
 */
export function getLabels({ labels, groupby, running }) {
    return labels.map((label, index) => {
        const name = formatLabel(label, groupby);
        return index === running ? _t("%s (so far)", name) : name;
    });
}

export function isTime(groupby) {
    return TIMES.includes([groupby].flat()[0]);
}

/**
 * How a figure moved, told by sign, arrow and words, so that colour is never the only sign.
 *
 * @param {number} value
 * @param {number} base
 * @param {{ unit: string, direction: "higher"|"lower" }} figure
 * @param {string} label what it is compared with
 * @param {string} formattedBase
 * @returns {{text: string, words: string, icon: string, className: string}}
 */
export function getTrend(value, base, { unit, direction }, label, formattedBase) {
    if (value === base) {
        return { text: "", words: _t("same as %s", label), icon: "fa-minus", className: "" };
    }
    if (!base && unit !== "percent") {
        // Where there was nothing there is no trend, be it good or bad.
        const words = _t("%(period)s: %(figure)s", { period: label, figure: formattedBase });
        return { text: "", words, icon: "", className: "" };
    }
    const up = value > base;
    const trend = {
        icon: up ? "fa-caret-up" : "fa-caret-down",
        className: up === (direction === "higher") ? "text-success" : "text-danger",
    };
    if (base < 0) {
        // A percentage of less than nothing would mislead.
        const words = _t("%(period)s: %(figure)s", { period: label, figure: formattedBase });
        return { ...trend, text: "", words };
    }
    const size = getChange(value, base, unit);
    return {
        ...trend,
        text: up ? `+${size}` : `−${size}`,
        words: up ? _t("more than %s", label) : _t("less than %s", label),
    };
}

/** Shares differ by percentage points: from 4 % to 5 % is no quarter more to most readers. */
function getChange(value, base, unit) {
    if (unit === "percent") {
        const points = Math.abs(value - base) * 100;
        return _t("%s points", formatFloat(points, { digits: [16, 1], trailingZeros: false }));
    }
    return formatShare(Math.abs(value / base - 1), 1);
}
