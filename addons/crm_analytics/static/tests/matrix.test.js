import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame, Deferred, press, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import {
    contains,
    defineParams,
    getService,
    makeMockEnv,
    mockService,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { router } from "@web/core/browser/router";
import { download } from "@web/core/network/download";
import { WebClient } from "@web/webclient/webclient";
import { buildCells, formatMeasure } from "@crm_analytics/matrix/matrix_format";

defineMailModels();

const CHOICES = {
    rows: [
        { key: "category", name: "Categories" },
        { key: "product", name: "Products" },
    ],
    columns: [
        { key: "category", name: "Categories" },
        { key: "product", name: "Products" },
        { key: "industry", name: "Industries" },
    ],
    kinds: [
        {
            key: "industry",
            name: "Industries",
            groups: [
                { id: 5, name: "Construction" },
                { id: 0, name: "Without industry" },
            ],
        },
    ],
};

function makeData(options = {}, values = {}) {
    return {
        options: { rows: "category", columns: "category", measure: "orders", ...options },
        names: {},
        period: {
            key: options.period || "2026",
            unit: "year",
            date_from: "2026-01-01",
            previous_key: "2025",
            next_key: false,
        },
        window: { date_from: "2026-01-01", date_to: "2026-11-22" },
        rows: [
            { id: 1, name: "Food", orders: 60 },
            { id: 2, name: "Dairy", orders: 40 },
        ],
        columns: [
            { id: 1, name: "Food", orders: 60 },
            { id: 2, name: "Dairy", orders: 40 },
        ],
        row_page: { offset: options.row_offset || 0, limit: 2, count: 5 },
        column_page: { offset: 0, limit: 25, count: 2 },
        orders: 100,
        cells: {
            orders: [
                [60, 30],
                [30, 40],
            ],
            support: [
                [0.6, 0.3],
                [0.3, 0.4],
            ],
            confidence: [
                [null, 0.5],
                [0.75, null],
            ],
            lift: [
                [null, 1.25],
                [1.25, null],
            ],
            ...(options.measure === "amount" ? { amount: [[900, 500.5], [500.5, 700]] } : {}),
        },
        trivial: [
            [true, false],
            [false, true],
        ],
        min_orders: 5,
        newest_order: { date: "2026-11-17", period: "2026" },
        currency_id: 1,
        ...values,
    };
}

async function openMatrix() {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_analytics.matrix",
        name: "Cross-Selling Matrix",
    });
    await animationFrame();
}

/** Answer each request with figures of its options; what was asked for is returned. */
function answer(values) {
    const requests = [];
    onRpc("crm.cross.matrix", "get_choices", () => CHOICES);
    onRpc("crm.cross.matrix", "get_matrix", ({ args: [options] }) => {
        requests.push(options);
        return makeData(options, values);
    });
    return requests;
}

const cell = (row, column) => `.o_crm_matrix [data-row='${row}'][data-column='${column}']`;

test("a frame shows until the figures are there", async () => {
    const figures = new Deferred();
    onRpc("crm.cross.matrix", "get_choices", () => CHOICES);
    onRpc("crm.cross.matrix", "get_matrix", () => figures);
    await openMatrix();
    expect(".o_crm_matrix .placeholder").not.toHaveCount(0);
    expect(".o_crm_matrix").not.toHaveAttribute("data-ready");
    figures.resolve(makeData());
    await animationFrame();
    expect(".o_crm_matrix .placeholder").toHaveCount(0);
    expect(".o_crm_matrix").toHaveAttribute("data-ready", "1");
});

test("cells tell their figures to eyes and screen readers", async () => {
    const requests = answer();
    await openMatrix();
    expect(queryAllTexts(".o_crm_matrix tbody td")).toEqual(["60", "30", "30", "40"]);
    expect(cell(0, 1)).toHaveAttribute("aria-label", "Food, Dairy. Orders: 30");
    expect(cell(0, 1)).toHaveClass("o_crm_matrix_more");
    expect(cell(0, 0)).toHaveClass("o_crm_matrix_trivial");
    expect(".o_crm_matrix [role=grid] th[scope=row]").toHaveCount(2);
    expect(".o_crm_matrix [role=grid] th[scope=col]").toHaveCount(2);
    expect(requests.length).toBe(1);
    expect(requests[0].row_limit).toBe(25);
});

test("measures that are there need no request, revenue does", async () => {
    const requests = answer();
    await openMatrix();
    await contains(".o_crm_matrix_measure").click();
    await contains(".o-dropdown-item[data-measure=lift]").click();
    expect(queryAllTexts(".o_crm_matrix tbody td")).toEqual(["–", "1.25", "1.25", "–"]);
    expect(cell(0, 0)).toHaveAttribute("aria-label", "Food, Food. Lift: not applicable");
    expect(requests.length).toBe(1);
    expect(router.current.measure).toBe("lift");
    await contains(".o_crm_matrix_measure").click();
    await contains(".o-dropdown-item[data-measure=amount]").click();
    expect(requests.at(-1).measure).toBe("amount");
    expect(cell(0, 1)).toHaveText("$ 500.50");
});

test("the arrows go from cell to cell and Enter opens one", async () => {
    answer();
    await openMatrix();
    expect(".o_crm_matrix [data-row][tabindex='0']").toHaveCount(1);
    queryFirst(cell(0, 0)).focus();
    await press("ArrowRight");
    expect(cell(0, 1)).toBeFocused();
    await press("ArrowRight");
    expect(cell(0, 1)).toBeFocused();
    await press("ArrowUp");
    expect(cell(-1, 1)).toBeFocused();
    await press("ArrowDown");
    await press("ArrowDown");
    await press("Home");
    expect(cell(1, 0)).toBeFocused();
    await animationFrame();
    expect(cell(1, 0)).toHaveAttribute("tabindex", "0");
    expect(".o_crm_matrix [data-row][tabindex='0']").toHaveCount(1);
    await press("Enter");
    await animationFrame();
    expect(".o_crm_matrix_card").toHaveCount(1);
    expect(".o_crm_matrix_card .btn-primary").toBeFocused();
    await press("Escape");
    await animationFrame();
    expect(".o_crm_matrix_card").toHaveCount(0);
    expect(cell(1, 0)).toBeFocused();
});

test("from right to left, the left arrow goes forward", async () => {
    defineParams({ lang_parameters: { direction: "rtl" } });
    answer();
    await openMatrix();
    queryFirst(cell(0, 0)).focus();
    await press("ArrowLeft");
    expect(cell(0, 1)).toBeFocused();
    await press("ArrowRight");
    expect(cell(0, 0)).toBeFocused();
});

test("a cell says what it means and opens what it counts", async () => {
    answer();
    onRpc("crm.cross.matrix", "get_action", ({ args: [options, ...rest] }) => {
        expect.step([options.rows, ...rest]);
        return { type: "ir.actions.act_window", name: "Orders" };
    });
    mockService("action", {
        doAction(action) {
            return action.tag ? super.doAction(...arguments) : expect.step(action.name);
        },
    });
    await openMatrix();
    for (const figure of ["both", "row", "column", "all", "main", "amount"]) {
        await contains(cell(0, 1)).click();
        if (figure === "both") {
            const words = queryFirst(".o_crm_matrix_card p").textContent;
            expect(words.replace(/[\u2068\u2069]/g, "")).toBe(
                "30 of 60 orders with Food also have Dairy. That is 1.25 times as often as by chance."
            );
            expect(queryAllTexts(".o_crm_matrix_card [data-figure] bdi")).toEqual([
                "30",
                "60",
                "40",
                "100",
            ]);
        }
        await contains(`.o_crm_matrix_card [data-figure=${figure}]`).click();
    }
    const calls = ["both", "row", "column", "all", "both", "amount"];
    expect.verifySteps(calls.flatMap((figure) => [["category", figure, 1, 2], "Orders"]));
});

test("categories open into their products, and back", async () => {
    const requests = answer({ names: { row_category: "Food", column_category: "Dairy" } });
    await openMatrix();
    await contains(cell(0, 1)).click();
    await contains(".o_crm_matrix_card_drill").click();
    const { rows, columns, row_category, column_category } = requests.at(-1);
    expect([rows, columns, row_category, column_category]).toEqual(["product", "product", 1, 2]);
    expect(router.current.row_category).toBe(1);
    expect(".o_crm_matrix_facet").toHaveCount(2);
    await contains(".o_crm_matrix_facet:first-child button, .o_crm_matrix_facet button").click();
    expect(requests.at(-1).rows).toBe("category");
    expect(requests.at(-1).row_category).toBe(undefined);
    expect(requests.at(-1).columns).toBe("product");
});

test("a header opens one side only", async () => {
    const requests = answer();
    await openMatrix();
    await contains(cell(1, -1)).click();
    const { rows, columns, row_category } = requests.at(-1);
    expect([rows, columns, row_category]).toEqual(["product", "category", 2]);
});

test("filters begin at the first page, pages keep the filters", async () => {
    const requests = answer();
    await openMatrix();
    await contains(".o_crm_matrix_row_pager .o_pager_next").click();
    expect(requests.at(-1).row_offset).toBe(2);
    expect(router.current.row_offset).toBe(2);
    await contains(".o_crm_matrix_search input").edit("lamp", { confirm: false });
    await advanceTime(400);
    await animationFrame();
    expect([requests.at(-1).search, requests.at(-1).row_offset]).toEqual(["lamp", 0]);
    await contains(".o_crm_matrix_row_pager .o_pager_next").click();
    expect([requests.at(-1).search, requests.at(-1).row_offset]).toEqual(["lamp", 2]);
    await contains(".o_crm_matrix_group input").click();
    await contains(".o_select_menu_item:contains(Construction), .o-dropdown-item:contains(Construction)").click();
    expect([requests.at(-1).group, requests.at(-1).row_offset]).toEqual(["industry-5", 0]);
    expect(router.current.group).toBe("industry-5");
});

test("another period is one request away and stays in the address", async () => {
    const requests = answer();
    await openMatrix();
    expect(router.current.period).toBe(undefined);
    await contains(".o_crm_period_previous").click();
    expect(requests.at(-1).period).toBe("2025");
    expect(String(router.current.period)).toBe("2025");
});

test("what is exported is what is shown", async () => {
    answer();
    patchWithCleanup(download, {
        _download: ({ url, data }) => expect.step([url, JSON.parse(data.options).rows]),
    });
    await openMatrix();
    await contains(".o_crm_matrix_export").click();
    expect.verifySteps([["/crm_analytics/matrix/xlsx", "category"]]);
});

test("a failed request can be tried again", async () => {
    expect.errors(1);
    let fails = true;
    onRpc("crm.cross.matrix", "get_choices", () => CHOICES);
    onRpc("crm.cross.matrix", "get_matrix", () => {
        if (fails) {
            throw new Error("Database asleep");
        }
        return makeData();
    });
    await openMatrix();
    expect(".o_crm_matrix [role=alert]").toHaveCount(1);
    fails = false;
    await contains(".modal-footer .btn-primary, .modal .btn-close").click();
    await contains(".o_crm_matrix [role=alert] button").click();
    expect(".o_crm_matrix [role=alert]").toHaveCount(0);
    expect(".o_crm_matrix tbody td").toHaveCount(4);
    expect.verifyErrors(["Database asleep"]);
});

test("nothing to show says what to do", async () => {
    const empty = { rows: [], columns: [], orders: 0, cells: { orders: [] }, trivial: [] };
    answer({ ...empty, newest_order: false });
    await openMatrix();
    expect(".o_view_nocontent_smiling_face").toHaveText("No confirmed order yet");
    expect(".o_crm_matrix [role=grid]").toHaveCount(0);
    expect(".o_crm_matrix_export").not.toBeEnabled();
});

test("a period without orders offers the one that has some", async () => {
    const empty = { rows: [], columns: [], orders: 0, cells: { orders: [] }, trivial: [] };
    const requests = answer({ ...empty, newest_order: { date: "2011-12-09", period: "2011" } });
    await openMatrix();
    await contains(".o_crm_matrix_hint button").click();
    expect(requests.at(-1).period).toBe("2011");
});

test("a handful of orders is no evidence and gets no colour", async () => {
    await makeMockEnv(); // translations
    const data = makeData();
    data.rows[0].orders = 6;
    data.cells.orders[0][1] = 4;
    data.cells.lift[0][1] = 9;
    const [[, weak], [strong]] = buildCells(data, "lift");
    expect(weak.style).toBe("");
    expect(weak.label).toBe("Food, Dairy. Lift: 9.00. Too few orders to tell.");
    expect(strong.className).toBe("o_crm_matrix_more");
    // Never together, though twenty-four orders were to be expected: that is evidence.
    data.cells.orders[1][0] = data.cells.lift[1][0] = 0;
    expect(buildCells(data, "lift")[1][0].className).toBe("o_crm_matrix_less");
});

test("figures are short", async () => {
    await makeMockEnv(); // translations
    expect(formatMeasure(null, "lift")).toBe("–");
    expect(formatMeasure(0, "lift")).toBe("0");
    expect(formatMeasure(12.345, "lift")).toBe("12.3");
    expect(formatMeasure(0.0314, "support")).toBe("3.1%");
    expect(formatMeasure(0.314, "support")).toBe("31%");
    expect(formatMeasure(123456, "orders", 1, true)).toBe("123.46k");
});
