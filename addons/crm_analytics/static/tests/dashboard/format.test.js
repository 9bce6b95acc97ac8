import { describe, expect, test } from "@odoo/hoot";
import { makeMockEnv } from "@web/../tests/web_test_helpers";
import { getChartConfig } from "@crm_analytics/dashboard/dashboard_chart_config";
import {
    formatFigure,
    formatLabel,
    formatTick,
    getTrend,
    shorten,
} from "@crm_analytics/dashboard/dashboard_format";
import { getPeriodLabel } from "@crm_analytics/period/period_format";
import { CURRENCY, makeChart } from "./data";

describe("figures", () => {
    test("are compact on a tile and full elsewhere", async () => {
        await makeMockEnv(); // translations
        expect(formatFigure(99999, "number", CURRENCY, true)).toBe("99,999");
        expect(formatFigure(541909, "number", CURRENCY, true)).toBe("541.91k");
        expect(formatFigure(541909, "number", CURRENCY)).toBe("541,909");
        expect(formatFigure(433.1, "money", CURRENCY, true)).toBe("$\u00a0433.10");
        expect(formatFigure(45230.4, "money", CURRENCY, true)).toBe("$\u00a045,230");
        expect(shorten("Regency cakestand", 10)).toBe("Regency c…");
        expect(shorten("Furniture / Office / Desks", 20)).toBe("… / Desks");
        expect(shorten("Chair / Desk", 20)).toBe("Chair / Desk");
    });

    test("carry their unit, and a dash where there is nothing to say", async () => {
        await makeMockEnv(); // translations
        expect(formatFigure(0.42, "percent", CURRENCY)).toBe("42%");
        expect(formatFigure(0.0425, "percent", CURRENCY)).toBe("4.3%");
        expect(formatFigure(0.000136, "percent", CURRENCY)).toBe("0.014%");
        expect(formatFigure(1, "days", CURRENCY)).toBe("1 day");
        expect(formatFigure(3.5, "hours", CURRENCY)).toBe("3.5 hours");
        expect(formatFigure(4.333, "number", CURRENCY)).toBe("4.33");
        expect(formatFigure(1200, "points", CURRENCY)).toBe("1,200 points");
        expect(formatFigure(null, "money", CURRENCY)).toBe("–");
        expect(formatFigure(0, "number", CURRENCY)).toBe("0");
    });

    test("are short on an axis", async () => {
        await makeMockEnv(); // translations
        expect(formatTick(200000, "money")).toBe("200k");
        expect(formatTick(1500, "number")).toBe("1.5k");
        expect(formatTick(0.25, "percent")).toBe("25%");
        expect(formatTick(0.5, "days")).toBe("0.5");
    });

    test("what moved from nothing has no percentage", async () => {
        await makeMockEnv(); // translations
        const figure = { unit: "money", direction: "higher" };
        const getWords = (base) => {
            const { text, words, className } = getTrend(5, base, figure, "a year before", "$ X");
            return [text, words, className];
        };
        expect(getWords(0)).toEqual(["", "a year before: $ X", ""]);
        expect(getWords(-4)).toEqual(["", "a year before: $ X", "text-success"]);
        expect(getWords(5)).toEqual(["", "same as a year before", ""]);
    });

    test("shares differ by points", async () => {
        await makeMockEnv(); // translations
        const figure = { unit: "percent", direction: "lower" };
        const { text, className } = getTrend(0.05, 0.04, figure, "a year before", "4%");
        expect(text).toBe("+1 points");
        expect(className).toBe("text-danger");
    });
});

describe("names", () => {
    test("of periods", async () => {
        await makeMockEnv(); // translations
        const date_from = "2011-10-03";
        const name = (key, unit) => getPeriodLabel({ key, unit, date_from });
        expect(name("this_month", "month")).toBe("This month");
        expect(name("today", "day")).toBe("Today");
        expect(name("2011-W40", "week")).toBe("Week 40 2011");
        expect(name("2011-10", "month")).toBe("October 2011");
        expect(name("2011-Q4", "quarter")).toBe("Q4 2011");
        expect(name("2011", "year")).toBe("2011");
    });

    test("of days and months, but of nothing else that looks like one", async () => {
        await makeMockEnv(); // translations
        expect(formatLabel("2026-11-01", "month")).toBe("Nov 2026");
        expect(formatLabel("2026-11-01", ["day", "user_id"])).toInclude("Nov 1");
        expect(formatLabel("2026-11-01", "product_id")).toBe("2026-11-01");
    });
});

describe("charts", () => {
    const look = { color: "#000000", fontFamily: "sans-serif", rtl: false, isSmall: false };
    const getConfig = (chart, values) => getChartConfig(chart, { ...look, ...values }, String);

    test("bars of names lie, those of months stand", async () => {
        await makeMockEnv(); // translations
        const bars = makeChart("x", "bar", [[1, 2]]);
        expect(getConfig(bars).options.indexAxis).toBe("y");
        const labels = ["2026-10-01", "2026-11-01"];
        expect(getConfig({ ...bars, labels, groupby: "month" }).options.indexAxis).toBe("x");
    });

    test("a name keeps its own direction, and the axis that of the language", async () => {
        await makeMockEnv(); // translations
        const { scales } = getConfig(makeChart("Chair", "bar", [[1]]), { rtl: true }).options;
        expect(scales.y.ticks.callback(0, 0)).toBe("\u2068Chair 0\u2069");
        expect(scales.x.ticks.callback(-20000)).toBe("\u2068-20k\u2069");
        expect(scales.x.reverse).toBe(true);
        expect(scales.y.position).toBe("right");
    });

    test("a target is a line over the bars, parts are stacked", async () => {
        await makeMockEnv(); // translations
        const bars = makeChart("x", "bar", [[1], [2]]);
        bars.series[1].kind = "target";
        expect(getConfig(bars).data.datasets.map(({ type }) => type)).toEqual([undefined, "line"]);
        const stacked = makeChart("x", "stacked", [[1], [2]]);
        expect(getConfig(stacked).options.scales.x.stacked).toBe(true);
    });

    test("a month that is not over says so", async () => {
        await makeMockEnv(); // translations
        const labels = ["2026-10-01", "2026-11-01"];
        const bars = makeChart("x", "bar", [[1, 2]], { labels, groupby: "month", running: 1 });
        const { data, options } = getConfig(bars);
        expect(data.labels).toEqual(["\u2068Oct 2026\u2069", "\u2068Nov 2026 (so far)\u2069"]);
        expect(data.datasets[0].backgroundColor[1]).toInclude("rgba");
        expect(options.scales.x.ticks.callback(0, 1)).toBe("\u2068Nov 2026\u2069");
    });

    test("a category of a ring has its own name, its tooltip the whole path", async () => {
        await makeMockEnv(); // translations
        const labels = ["All / Office / Meeting Room", "All / Lighting"];
        const values = { labels, groupby: "category_id" };
        const { data, options } = getConfig(makeChart("x", "doughnut", [[1, 3]], values));
        expect(data.labels).toEqual(["\u2068Meeting Room\u2069", "\u2068Lighting\u2069"]);
        const { label } = options.plugins.tooltip.callbacks;
        expect(label({ dataset: data.datasets[0], dataIndex: 0, raw: 1 })).toInclude(
            "All / Office / Meeting Room"
        );
    });

    test("a slice says its share", async () => {
        await makeMockEnv(); // translations
        const ring = makeChart("x", "doughnut", [[1, 3]]);
        const { label } = getConfig(ring).options.plugins.tooltip.callbacks;
        expect(label({ dataset: {}, dataIndex: 1, raw: 3 })).toBe(" \u2068x 1\u2069: 3 (75%)");
    });
});
