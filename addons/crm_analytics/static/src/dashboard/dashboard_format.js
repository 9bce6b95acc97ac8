import { deserializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { formatInteger, formatMonetary, formatPercentage } from "@web/views/fields/formatters";

const { DateTime, Interval } = luxon;

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

/** Keep a text together, in its own direction, whatever the script around it. */
export function isolate(text) {
    return `\u2068${text}\u2069`;
}

export function shorten(text, length) {
    return text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text;
}

/** @returns {Record<string, string>} the presets by key, in the order of the menu */
export function getPresets() {
    return {
        this_month: _t("This month"),
        last_month: _t("Last month"),
        this_quarter: _t("This quarter"),
        last_quarter: _t("Last quarter"),
        this_year: _t("This year"),
        last_year: _t("Last year"),
        last_12_months: _t("Last 12 months"),
    };
}

/**
 * A day whose month is named by the calendar the periods follow: left alone, Persian would put the
 * names of its own months to them.
 *
 * @param {string} day
 */
export function parseDay(day) {
    return deserializeDate(day).reconfigure({ outputCalendar: "gregory" });
}

/**
 * @param {{key: string, unit: string, date_from: string}} period
 * @returns {string} e.g. "This month", "November 2026", "Q4 2026", "2026"
 */
export function getPeriodLabel({ key, unit, date_from }) {
    const preset = getPresets()[key];
    if (preset) {
        return preset;
    }
    const start = parseDay(date_from);
    switch (unit) {
        case "month":
            return start.toFormat("LLLL yyyy");
        case "quarter":
            return _t("Q%(quarter)s %(year)s", { quarter: start.quarter, year: start.year });
    }
    return start.toFormat("yyyy");
}

/**
 * @param {{date_from: string, date_to: string}} range both days included
 * @returns {string} e.g. "1 – 22 Oct 2026", in the order of the user's language
 */
export function formatRange({ date_from, date_to }) {
    const interval = Interval.fromDateTimes(parseDay(date_from), parseDay(date_to));
    return isolate(interval.toLocaleString(DateTime.DATE_MED));
}

/** @returns {string} what a figure is compared with, to follow "more than" */
export function getComparisonLabel(name, unit) {
    if (name === "last_year") {
        return _t("a year before");
    }
    return {
        month: _t("the previous month"),
        quarter: _t("the previous quarter"),
        year: _t("the previous year"),
        rolling: _t("the 12 months before"),
    }[unit];
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
