import { deserializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

const { DateTime, Interval } = luxon;

/** Keep a text together, in its own direction, whatever the script around it. */
export function isolate(text) {
    return `\u2068${text}\u2069`;
}

/** @returns {Record<string, string>} the presets by key, in the order of the menu */
export function getPresets() {
    return {
        today: _t("Today"),
        yesterday: _t("Yesterday"),
        this_week: _t("This week"),
        last_week: _t("Last week"),
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
 * @returns {string} e.g. "This month", "Week 48 2026", "November 2026", "Q4 2026", "2026"
 */
export function getPeriodLabel({ key, unit, date_from }) {
    const preset = getPresets()[key];
    if (preset) {
        return preset;
    }
    const start = parseDay(date_from);
    switch (unit) {
        case "day":
            return isolate(start.toLocaleString(DateTime.DATE_MED_WITH_WEEKDAY));
        case "week":
            return _t("Week %(week)s %(year)s", { week: start.weekNumber, year: start.weekYear });
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

/** @returns {string} a day, or the month that begins with it, under a chart */
export function formatBucket(day, unit) {
    const start = parseDay(day);
    return unit === "month"
        ? start.toFormat("LLL yyyy")
        : isolate(start.toLocaleString({ day: "numeric", month: "short" }));
}

/** @returns {string} what a figure is compared with, to follow "more than" */
export function getComparisonLabel(name, unit) {
    if (name === "last_year") {
        return _t("a year before");
    }
    return {
        day: _t("a week before"),
        week: _t("the previous week"),
        month: _t("the previous month"),
        quarter: _t("the previous quarter"),
        year: _t("the previous year"),
        rolling: _t("the 12 months before"),
    }[unit];
}
