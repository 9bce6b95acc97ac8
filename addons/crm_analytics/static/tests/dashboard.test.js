/* global Chart */

import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { animationFrame, Deferred, press, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import {
    contains,
    getService,
    makeMockEnv,
    mockService,
    mountWithCleanup,
    onRpc,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import {
    formatFigure,
    formatTick,
    getTrend,
    shorten,
} from "@crm_analytics/dashboard/dashboard_format";
import { getPeriodLabel } from "@crm_analytics/period/period_format";

defineMailModels();
preloadBundle("web.chartjs_lib");

const CURRENCY = 1;

function makeTile(key, values = {}) {
    return {
        key,
        label: key,
        help: `What ${key} counts`,
        value: 110,
        compared: { previous: 100, last_year: 220 },
        type: "integer",
        better: "higher",
        details: [],
        action: { type: "ir.actions.act_window", name: key, res_model: "sale.order" },
        ...values,
    };
}

function makeData(values = {}) {
    return {
        period: {
            key: "this_month",
            unit: "month",
            date_from: "2026-11-01",
            previous_key: "2026-10",
            next_key: false,
        },
        windows: {
            current: { date_from: "2026-11-01", date_to: "2026-11-18" },
            previous: { date_from: "2026-10-01", date_to: "2026-10-18" },
            last_year: { date_from: "2025-11-01", date_to: "2025-11-18" },
        },
        tiles: [
            makeTile("revenue", {
                type: "monetary",
                value: 1234567.89,
                details: [{ label: "Returns", value: -80, type: "monetary" }],
            }),
            makeTile("orders"),
            makeTile("open_complaints", { better: "lower" }),
        ],
        months: [{ date: "2026-11-01", revenue: 10, last_year: 20, is_running: true, action: {} }],
        products: [{ id: 1, name: "Chair", revenue: 10, action: { name: "Chair" } }],
        oldest_order: "2020-01-02",
        newest_order: { date: "2026-11-17", period: "2026" },
        currency_id: CURRENCY,
        ...values,
    };
}

async function openDashboard() {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_analytics.dashboard",
        name: "Sales Dashboard",
    });
    await animationFrame();
}

test("a frame shows until the figures are there", async () => {
    const answer = new Deferred();
    onRpc("crm.dashboard", "get_data", () => answer);
    await openDashboard();
    expect(".o_crm_dashboard .placeholder").not.toHaveCount(0);
    expect(".o_crm_dashboard").not.toHaveAttribute("data-ready");
    answer.resolve(makeData());
    await animationFrame();
    expect(".o_crm_dashboard .placeholder").toHaveCount(0);
    expect(".o_crm_dashboard").toHaveAttribute("data-ready", "1");
    expect(".o_crm_dashboard_tile").toHaveCount(3);
    expect(".o_crm_dashboard canvas").toHaveCount(2);
});

test("a tile tells its figure, and how it moved, in words", async () => {
    onRpc("crm.dashboard", "get_data", () => makeData());
    await openDashboard();
    expect("[data-key=revenue] .o_crm_dashboard_tile_value").toHaveText("$ 1.23M");
    expect(queryFirst("[data-key=revenue]").ariaLabel).toInclude("$\u00a01,234,567.89");
    expect(queryFirst("[data-key=revenue]").ariaLabel).toInclude("Returns: $\u00a0-80.00");
    expect(queryAllTexts("[data-key=orders] .o_crm_dashboard_tile_trends > span")).toEqual([
        "+10% more than the previous month",
        "−50% less than a year before",
    ]);
    expect("[data-key=orders] .text-success").toHaveText("+10%");
    // fewer complaints are better
    expect("[data-key=open_complaints] .text-danger").toHaveText("+10%");
    expect("[data-key=open_complaints] .text-success").toHaveText("−50%");
});

test("what began before the first order is not compared with", async () => {
    const { current } = makeData().windows;
    const tiles = [makeTile("orders", { compared: {} })];
    onRpc("crm.dashboard", "get_data", () => makeData({ windows: { current }, tiles }));
    await openDashboard();
    expect(".o_crm_dashboard").toHaveText(/Orders begin on .*2020: nothing earlier to compare with/);
    expect("[data-key=orders] .o_crm_dashboard_tile_trends").toHaveCount(0);
});

test("the keyboard opens a figure and a bar", async () => {
    onRpc("crm.dashboard", "get_data", () => makeData());
    mockService("action", {
        doAction(action) {
            if (action.tag) {
                return super.doAction(...arguments);
            }
            expect.step(action.name);
        },
    });
    await openDashboard();
    queryFirst("[data-key=orders]").focus();
    await press("Enter");
    await contains("[data-key=products] table button", { visible: false }).click();
    expect.verifySteps(["orders", "Chair"]);
});

test("a product's name keeps its own direction in the chart", async () => {
    onRpc("crm.dashboard", "get_data", () => makeData());
    await openDashboard();
    const [tick] = Chart.getChart(queryFirst("[data-key=products] canvas")).scales.y.ticks;
    expect(tick.label).toBe("\u2068Chair\u2069");
});

test("another period is one request away", async () => {
    onRpc("crm.dashboard", "get_data", ({ kwargs }) => {
        expect.step(kwargs.period || "default");
        const empty = [makeTile("orders", { value: 0 })];
        return makeData(kwargs.period === "last_year" ? { tiles: empty } : {});
    });
    await openDashboard();
    expect(".o_crm_period_next").not.toBeEnabled();
    expect(".o_crm_dashboard_hint").toHaveCount(0);
    await contains(".o_crm_period .dropdown-toggle").click();
    await contains(".o-dropdown-item[data-period=last_year]").click();
    await contains(".o_crm_dashboard_hint button").click();
    await contains(".o_crm_period_previous").click();
    expect.verifySteps(["default", "last_year", "2026", "2026-10"]);
});

test("a failed request can be tried again", async () => {
    expect.errors(1);
    let fails = true;
    onRpc("crm.dashboard", "get_data", () => {
        if (fails) {
            throw new Error("Database asleep");
        }
        return makeData();
    });
    await openDashboard();
    expect(".o_crm_dashboard [role=alert]").toHaveCount(1);
    fails = false;
    await contains(".modal-footer .btn-primary, .modal .btn-close").click();
    await contains(".o_crm_dashboard [role=alert] button").click();
    expect(".o_crm_dashboard [role=alert]").toHaveCount(0);
    expect(".o_crm_dashboard_tile").toHaveCount(3);
    expect.verifyErrors(["Database asleep"]);
});

test("a company without orders is told what to do", async () => {
    onRpc("crm.dashboard", "get_data", () => makeData({ newest_order: false }));
    await openDashboard();
    expect(".o_view_nocontent_smiling_face").toHaveCount(1);
    expect(".o_crm_dashboard canvas").toHaveCount(0);
    expect(".o_crm_dashboard_tile").toHaveCount(3);
});

test("figures are compact on a tile and full elsewhere", async () => {
    await makeMockEnv(); // translations
    expect(formatFigure(99999, "integer", CURRENCY, true)).toBe("99,999");
    expect(formatFigure(541909, "integer", CURRENCY, true)).toBe("541.91k");
    expect(formatFigure(541909, "integer", CURRENCY)).toBe("541,909");
    expect(formatFigure(433.1, "monetary", CURRENCY, true)).toBe("$\u00a0433.10");
    expect(formatFigure(45230.4, "monetary", CURRENCY, true)).toBe("$\u00a045,230");
    expect(formatTick(200000)).toBe("200k");
    expect(formatTick(1500)).toBe("1.5k");
    expect(shorten("Regency cakestand", 10)).toBe("Regency c…");
});

test("what moved from nothing has no percentage", async () => {
    await makeMockEnv(); // translations
    const getWords = (base) => {
        const { text, words, className } = getTrend(5, base, "higher", "a year before", "$ X");
        return [text, words, className];
    };
    expect(getWords(0)).toEqual(["", "a year before: $ X", ""]);
    expect(getWords(-4)).toEqual(["", "a year before: $ X", "text-success"]);
    expect(getWords(5)).toEqual(["", "same as a year before", ""]);
});

test("periods are named", async () => {
    await makeMockEnv(); // translations
    const date_from = "2011-10-01";
    expect(getPeriodLabel({ key: "this_month", unit: "month", date_from })).toBe("This month");
    expect(getPeriodLabel({ key: "2011-10", unit: "month", date_from })).toBe("October 2011");
    expect(getPeriodLabel({ key: "2011-Q4", unit: "quarter", date_from })).toBe("Q4 2011");
    expect(getPeriodLabel({ key: "2011", unit: "year", date_from })).toBe("2011");
});
