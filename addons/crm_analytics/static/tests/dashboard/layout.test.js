import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { animationFrame, queryAllAttributes } from "@odoo/hoot-dom";
import {
    contains,
    getService,
    mountWithCleanup,
    onRpc,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { addItem, resizeItem, stepItem, toLayout } from "@crm_analytics/dashboard/dashboard_layout";
import { makeData } from "./data";

defineMailModels();
preloadBundle("web.chartjs_lib");

const CATALOGUE = {
    kpis: [
        ["orders", ["day", "month", "user_id"]],
        ["revenue", ["day", "month", "user_id", "team_id"]],
    ].map(([code, groupby]) => ({
        code,
        name: code,
        help: `What ${code} counts`,
        unit: "number",
        category: "sales",
        category_name: "Sales",
        groupby,
    })),
    types: [
        ["tile", 1, 1, []],
        ["bar", 1, 6, ["day", "month", "user_id", "team_id"]],
        ["heatmap", 1, 1, ["day", "month", "user_id", "team_id"]],
    ].map(([type, kpis_min, kpis_max, groupby]) => ({
        type,
        name: type,
        kpis_min,
        kpis_max,
        groupby,
        width: 6,
        height: 4,
    })),
    groupby: ["day", "month", "user_id", "team_id"].map((name) => ({ name, label: name })),
};

async function openDashboard(values) {
    onRpc("crm.dashboard", "get_data", () => makeData(values));
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_analytics.dashboard",
        name: "Dashboards",
    });
    await animationFrame();
}

async function choose(name) {
    await contains(".o_crm_dashboard_menu").click();
    await contains(`.o-dropdown-item[data-menu=${name}]`).click();
}

const getIds = () => queryAllAttributes(".o_crm_dashboard_item", "data-id");
const control = (id, name, step) =>
    `[data-id=${id}] [data-control=${name}]${step ? `[data-step='${step}']` : ""}`;

describe("editing", () => {
    test("items are moved by the mouse and by buttons, resized and removed, then saved", async () => {
        onRpc("crm.dashboard", "save_layout", ({ args }) => {
            const [[id], items] = args;
            expect.step(`${id}: ${items.map((item) => `${item.id}/${item.width}`).join(" ")}`);
            return true;
        });
        await openDashboard();
        await choose("edit");
        const { drop } = await contains("[data-id=orders] .o_crm_dashboard_handle").drag();
        await drop("[data-id=revenue]");
        expect(getIds()).toEqual(["orders", "revenue", "complaints"]);
        await contains(control("orders", "move", 1)).click();
        await contains(control("complaints", "move", -1)).click();
        expect(getIds()).toEqual(["revenue", "complaints", "orders"]);
        await contains(control("revenue", "width", 1)).click();
        await contains(control("complaints", "remove")).click();
        await contains(".o_crm_dashboard_save").click();
        expect(".o_crm_dashboard_editor").toHaveCount(0);
        expect.verifySteps(["7: revenue/4 orders/3"]);
    });

    test("what is discarded is not saved", async () => {
        await openDashboard();
        await choose("edit");
        await contains(control("orders", "remove")).click();
        await contains(".o_crm_dashboard_discard").click();
        expect(getIds()).toEqual(["revenue", "orders", "complaints"]);
    });

    test("a figure of the catalogue is added", async () => {
        onRpc("crm.dashboard", "get_catalogue", () => CATALOGUE);
        onRpc("crm.dashboard", "save_layout", ({ args }) => {
            const { id, type, kpi, groupby, title } = args[1].at(-1);
            expect.step([id, type, kpi, groupby, title].join(" | "));
            return true;
        });
        await openDashboard();
        await choose("edit");
        await contains(".o_crm_dashboard_add").click();
        expect(".modal-footer .btn-primary").not.toBeEnabled();
        await contains(".modal [data-type=heatmap]").click();
        await contains(".o_crm_dashboard_catalogue_kpi .o_select_menu_toggler").click();
        await contains(".o_select_menu_item:contains(orders)").click();
        await contains(".modal-footer .btn-primary").click();
        expect("[data-id=heatmap-orders]").toHaveText(/once the layout is saved/);
        await contains(".o_crm_dashboard_save").click();
        expect.verifySteps(["heatmap-orders | heatmap | orders | month,user_id | "]);
    });

    test("one's own layout is shared and reset after a question", async () => {
        for (const method of ["share_layout", "reset_layout"]) {
            onRpc("crm.dashboard", method, ({ args }) => {
                expect.step(`${method} ${args[0]}`);
                return true;
            });
        }
        const { dashboard } = makeData();
        await openDashboard({
            dashboard: { ...dashboard, can_share: true, is_customised: true },
        });
        await choose("share");
        await contains(".modal-footer .btn-primary").click();
        await choose("reset");
        await contains(".modal-footer .btn-secondary").click();
        await choose("reset");
        await contains(".modal-footer .btn-primary").click();
        expect.verifySteps(["share_layout 7", "reset_layout 7"]);
    });

    test("who may not share is not asked to", async () => {
        const { dashboard } = makeData();
        await openDashboard({ dashboard: { ...dashboard, is_customised: true } });
        await contains(".o_crm_dashboard_menu").click();
        expect("[data-menu=reset]").toHaveCount(1);
        expect("[data-menu=share]").toHaveCount(0);
    });
});

describe("layouts", () => {
    const items = ["a", "b", "c"].map((id) => ({ id, type: "tile", kpi: id, width: 3, height: 2 }));
    const ids = (changed) => changed.map(({ id }) => id).join("");

    test("an item stays on the page, however far it is moved", () => {
        expect(ids(stepItem(items, "a", -1))).toBe("abc");
        expect(ids(stepItem(items, "a", 1))).toBe("bac");
        expect(ids(stepItem(items, "c", 1))).toBe("abc");
    });

    test("sizes have an end", () => {
        const widen = (changed) => resizeItem(changed, "a", "width", 1);
        expect(widen(items)[0].width).toBe(4);
        expect(Array.from({ length: 9 }).reduce(widen, items)[0].width).toBe(12);
        expect(resizeItem([{ id: "a", width: 5 }], "a", "width", -1)[0].width).toBe(4);
    });

    test("a second item of a kind has an id of its own", () => {
        const twice = addItem(addItem([], { type: "tile", kpi: "x" }), { type: "tile", kpi: "x" });
        expect(twice.map(({ id }) => id)).toEqual(["tile-x", "tile-x-2"]);
    });

    test("a layout keeps no figures, and a title only where it was given one", () => {
        const item = { ...items[0], title: "Revenue", value: 12, groupby: false };
        expect(toLayout([item])).toEqual([{ ...items[0], title: "" }]);
        expect(toLayout([{ ...item, own_title: "Mine" }])[0].title).toBe("Mine");
    });
});
