import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { animationFrame, Deferred, press, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import {
    contains,
    getService,
    mockService,
    mountWithCleanup,
    onRpc,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { router } from "@web/core/browser/router";
import { WebClient } from "@web/webclient/webclient";
import { makeAction, makeChart, makeData, makeTile } from "./data";

defineMailModels();
preloadBundle("web.chartjs_lib");

async function openDashboard() {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_analytics.dashboard",
        name: "Dashboards",
    });
    await animationFrame();
}

function answerWith(values) {
    onRpc("crm.dashboard", "get_data", () => makeData(values));
}

function catchActions() {
    mockService("action", {
        doAction(action, options) {
            if (action.tag) {
                return super.doAction(...arguments);
            }
            expect.step(options?.newWindow ? `${action.name} in a new tab` : action.name);
        },
    });
}

const item = (id) => `.o_crm_dashboard_item[data-id=${id}]`;

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
    expect(".o_crm_dashboard_choice").toHaveText("My month");
});

test("a tile tells its figure, and how it moved, in words", async () => {
    answerWith();
    await openDashboard();
    expect(`${item("revenue")} .o_crm_dashboard_tile_value`).toHaveText("$ 1.23M");
    expect(queryFirst(`${item("revenue")} button`).ariaLabel).toInclude("$\u00a01,234,567.89");
    expect(queryAllTexts(`${item("orders")} .o_crm_dashboard_tile_trends > span`)).toEqual([
        "+10% more than the previous month",
        "−50% less than a year before",
    ]);
    expect(`${item("orders")} .text-success`).toHaveText("+10%");
    // fewer complaints are better
    expect(`${item("complaints")} .text-danger`).toHaveText("+10%");
    expect(`${item("complaints")} .text-success`).toHaveText("−50%");
});

test("a target shows how far one is, and how far one should be", async () => {
    const sparkline = [1, 2, null, 3].map((value) => ({ label: "2026-11-01", value }));
    const tile = makeTile("orders", { target: 120, progress: 0.92, pace: 1.04, sparkline });
    answerWith({ items: [tile] });
    await openDashboard();
    expect(".o_crm_dashboard_tile_goal").toHaveText("Target 120: 92% of target · 104% of pace");
    expect(".o_crm_dashboard_tile_goal .progress-bar").toHaveClass("bg-success");
    expect(queryFirst(".o_crm_dashboard_tile").ariaLabel).toInclude("104% of pace");
    // the gap of a day without a figure is no line
    expect(".o_crm_dashboard_sparkline polyline").toHaveCount(2);
});

test("nothing to say is a dash, not an error", async () => {
    const tile = makeTile("win_rate", { value: null, unit: "percent", action: false });
    answerWith({ items: [tile] });
    await openDashboard();
    expect(".o_crm_dashboard_tile_value").toHaveText("–");
    expect(".o_crm_dashboard_tile_trends").toHaveCount(0);
    expect("button.o_crm_dashboard_tile").toHaveCount(0);
});

test("the keyboard opens a figure and a bar, the mouse a new tab", async () => {
    const chart = makeChart("by_user", "bar", [[10, 20]]);
    answerWith({ items: [makeTile("orders"), chart] });
    catchActions();
    await openDashboard();
    queryFirst(`${item("orders")} button`).focus();
    await press("Enter");
    await contains(`${item("by_user")} table button:eq(1)`, { visible: false }).click();
    await contains(`${item("orders")} button`).click({ ctrlKey: true });
    await contains(`${item("orders")} button`).click({ button: 1 });
    expect.verifySteps([
        "orders",
        "by_user 1/0",
        "orders in a new tab",
        "orders in a new tab",
    ]);
});

test("each kind of item is drawn and opens its records", async () => {
    answerWith({
        items: [
            makeChart("line", "line", [[1, 2]], {
                labels: ["2026-10-01", "2026-11-01"],
                groupby: "month",
            }),
            makeChart("stacked", "stacked", [[1, 2], [3, 4]]),
            makeChart("doughnut", "doughnut", [[1, 2]]),
            makeChart("funnel", "funnel", [[40, 10]], { unit: "number", groupby: false }),
            makeChart("heatmap", "heatmap", [[1, 2], [0, 4]], {
                labels: ["2026-10-01", "2026-11-01"],
                groupby: ["month", "user_id"],
            }),
            makeChart("table", "table", [[1]], {
                columns: [{ label: "Person", unit: "text" }, { label: "Revenue", unit: "money" }],
                rows: [{ values: ["Ada", 12.5], action: makeAction("Ada") }],
            }),
        ],
    });
    catchActions();
    await openDashboard();
    expect(".o_crm_dashboard canvas").toHaveCount(3);
    expect(queryAllTexts(`${item("line")} table th[scope=row]`)).toEqual(["Oct 2026", "Nov 2026"]);
    expect(`${item("funnel")} li:eq(1)`).toHaveText(/25%/);
    await contains(`${item("funnel")} li:eq(1) button`).click();
    expect(queryAllTexts(`${item("heatmap")} thead th`)).toEqual(["Oct 2026", "Nov 2026"]);
    expect(queryAllTexts(`${item("table")} td`)).toEqual(["$ 12.50"]);
    await contains(`${item("table")} tbody button`).click();
    queryFirst(`${item("heatmap")} [data-row='0'][data-column='0']`).focus();
    await press("ArrowDown");
    await press("ArrowRight");
    await press("Enter");
    expect.verifySteps(["funnel 1/0", "Ada", "heatmap 1/1"]);
});

test("an item says itself what is wrong with it", async () => {
    answerWith({
        items: [
            makeTile("gone", { error: "The KPI is archived." }),
            makeChart("quiet", "bar", [[]], { empty: "Nothing in these days." }),
            makeTile("orders"),
        ],
    });
    await openDashboard();
    expect(`${item("gone")} [role=alert]`).toHaveText("The KPI is archived.");
    expect(item("quiet")).toHaveText(/Nothing in these days/);
    expect(`${item("orders")} .o_crm_dashboard_tile`).toHaveCount(1);
});

test("what one chooses is asked for and kept in the address", async () => {
    onRpc("crm.dashboard", "get_data", ({ kwargs }) => {
        const { dashboard = "", filters } = kwargs;
        expect.step(`${dashboard}${JSON.stringify(filters)}`);
        const period = { ...makeData().period, key: filters.period || "this_month" };
        const data = makeData({ filters: { ...filters, period: period.key }, period });
        if (dashboard === "8") {
            data.dashboard = { ...data.dashboard, id: 8, name: "Mine", code: false };
        }
        return data;
    });
    await openDashboard();
    await contains("[data-filter=team_id] .o_select_menu_toggler").click();
    await contains(".o_select_menu_item:contains(Shops)").click();
    await contains(".o_crm_period_previous").click();
    await animationFrame();
    expect(router.current.team_id).toBe(4);
    expect(router.current.period).toBe("2026-10");
    expect(".o_crm_dashboard_caption").toHaveText(/Shops/);
    await contains(".o_crm_dashboard_choice").click();
    await contains(".o-dropdown-item[data-dashboard='8']").click();
    await animationFrame();
    expect(router.current.dashboard).toBe(8);
    await contains(".o_crm_dashboard_clear").click();
    expect.verifySteps([
        "{}",
        '{"team_id":4}',
        '{"period":"2026-10","team_id":4}',
        '8{"team_id":4}',
        "8{}",
    ]);
});

test("a dashboard opens for somebody until everybody is chosen", async () => {
    onRpc("crm.dashboard", "get_data", ({ kwargs: { dashboard = "team", filters } }) => {
        expect.step(`${dashboard}${JSON.stringify(filters)}`);
        const { everybody = false, team_id: team = everybody ? false : 3 } = filters;
        const data = makeData({
            filters: { ...filters, period: "this_month", team_id: team, everybody },
            dashboards: [
                { id: 7, name: "Team", code: "team", opens_for: "team" },
                { id: 8, name: "Mine", code: "mine", opens_for: "user" },
            ],
        });
        data.dashboard = { ...data.dashboard, code: dashboard, opens_for: "team" };
        return data;
    });
    await openDashboard();
    expect(".o_crm_dashboard_caption").toHaveText(/Direct/);
    await contains(".o_crm_dashboard_clear").click();
    await animationFrame();
    expect(".o_crm_dashboard_caption").not.toHaveText(/Direct/);
    expect(router.current.everybody).toBe(1);
    await contains("[data-filter=team_id] .o_select_menu_toggler").click();
    await contains(".o_select_menu_item:contains(Shops)").click();
    await contains(".o_crm_dashboard_choice").click();
    await contains(".o-dropdown-item[data-dashboard=mine]").click();
    await animationFrame();
    expect.verifySteps([
        "team{}",
        'team{"everybody":1}',
        'team{"team_id":4}',
        "mine{}",
    ]);
});

test("an old link says what fell away", async () => {
    answerWith({ filters: { period: "this_month", notice: "Left out: team." } });
    await openDashboard();
    expect(".o_crm_dashboard_notice").toHaveText("Left out: team.");
});

test("a period after the newest order says where the orders are", async () => {
    const history = { oldest: "2010-01-02", newest: "2011-12-09", newest_period: "2011" };
    onRpc("crm.dashboard", "get_data", ({ kwargs }) => {
        expect.step(kwargs.filters.period || "default");
        return makeData({ history });
    });
    await openDashboard();
    await contains(".o_crm_dashboard_hint button").click();
    expect.verifySteps(["default", "2011"]);
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

test("an empty dashboard is filled from its empty page", async () => {
    answerWith({ items: [] });
    await openDashboard();
    expect(".o_view_nocontent_smiling_face").toHaveText("Nothing on this dashboard yet");
    await contains(".o_view_nocontent button").click();
    expect(".o_crm_dashboard_editor").toHaveCount(1);
});

test("who has no dashboard is told whom to ask", async () => {
    onRpc("crm.dashboard", "get_data", () => ({ dashboard: false, dashboards: [], items: [] }));
    await openDashboard();
    expect(".o_view_nocontent_smiling_face").toHaveText("No dashboard for you yet");
    expect(".o_crm_dashboard_menu").toHaveCount(0);
});
