import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { animationFrame, edit, manuallyDispatchProgrammaticEvent, press, queryAllTexts, queryOne } from "@odoo/hoot-dom";
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
import { download } from "@web/core/network/download";
import { WebClient } from "@web/webclient/webclient";
import { parseBlock, PlanFigures } from "@crm_analytics/plan_grid/plan_figures";

defineMailModels();

function makeData(values = {}) {
    return {
        plan: {
            id: 7,
            name: "Sales 2031",
            state: "draft",
            basis: "bottom_up",
            currency_id: 1,
            compared: "Ordered",
            editable: { bottom_up: true, top_down: false },
        },
        dimensions: ["user_id"],
        choices: [
            { name: "user_id", label: "Salesperson", model: "res.users" },
            { name: "category_id", label: "Product Category", model: "product.category" },
        ],
        months: [
            { key: "2031-01-01", label: "Jan 2031" },
            { key: "2031-02-01", label: "Feb 2031" },
        ],
        rows: [
            {
                key: [3],
                names: ["Ann"],
                bottom_up: [100, 0],
                top_down: [120, 10],
                last_year: [90.5, 0],
                pipeline: [0, 50],
            },
            {
                key: [4],
                names: ["Bob"],
                bottom_up: [10, 20],
                top_down: [0, 0],
                last_year: [0, 0],
                pipeline: [0, 0],
            },
        ],
        is_cut: false,
        ...values,
    };
}

async function openGrid() {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_analytics.plan_grid",
        name: "Plan Figures",
        params: { plan_id: 7 },
    });
    await animationFrame();
}

/** Answer with a grid; the requests to save are returned. */
function answer(values, result) {
    const saved = [];
    onRpc("crm.sales.plan", "get_grid", ({ args: [, dimensions] }) =>
        makeData({ dimensions, ...values })
    );
    onRpc("crm.sales.plan", "save_grid", ({ args: [, , changes] }) => {
        saved.push(changes);
        return result || { errors: [], grid: makeData(values) };
    });
    return saved;
}

const cell = (row, column) => `.o_crm_plan input[data-row='${row}'][data-column='${column}']`;
const total = (column) => `.o_crm_plan [data-total='${column}'] > bdi`;

test("a block of a spreadsheet", () => {
    expect(parseBlock("1\t2\r\n3\t4\r\n")).toEqual([
        ["1", "2"],
        ["3", "4"],
    ]);
    expect(parseBlock("5")).toEqual([["5"]]);
});

test("figures, what was entered over them, and their sums", async () => {
    await makeMockEnv(); // how numbers are written
    const figures = new PlanFigures(makeData());
    expect(figures.getTotal("bottom_up")).toBe(130);
    figures.enter(0, 1, "bottom_up", "1,234.567");
    expect(figures.getText(0, 1, "bottom_up")).toBe("1,234.57");
    expect(figures.getColumnTotal(1, "bottom_up")).toBe(1254.57);
    expect(figures.getDifference(0, 1)).toBe(1224.57);
    figures.enter(0, 0, "bottom_up", "ten");
    expect(figures.hasErrors).toBe(true);
    expect(figures.getText(0, 0, "bottom_up")).toBe("ten");
    expect(figures.getRowTotal(0, "bottom_up")).toBe(1334.57);
    figures.enter(0, 0, "bottom_up", "100");
    figures.enter(0, 1, "bottom_up", " ");
    expect(figures.isDirty).toBe(false);
});

test("cells show what is entered, what was given, the difference and last year", async () => {
    answer();
    await openGrid();
    expect(cell(0, 0)).toHaveValue("100");
    expect(cell(0, 1)).toHaveValue("");
    expect(cell(0, 0)).toHaveAttribute(
        "aria-label",
        "Ann, Jan 2031, Bottom-up. Top-down: 120. Last year: 90.50. Difference: -20"
    );
    expect(queryAllTexts(".o_crm_plan tbody tr:first-child td:nth-child(2) .o_crm_plan_asides bdi")).toEqual([
        "120",
        "-20",
        "90.50",
    ]);
    expect(total(0)).toHaveText("110");
    expect(total("all")).toHaveText("130");
    expect(".o_crm_plan th[scope=row]").toHaveCount(3);
    expect(".o_crm_plan th[scope=col]").toHaveCount(4);
    await contains(".o_crm_plan_shown").click();
    await contains(".o-dropdown-item[data-shown=other]").click();
    expect(".o_crm_plan_other").toHaveCount(0);
});

test("the keyboard moves as in a spreadsheet, and all is saved in one request", async () => {
    const saved = answer();
    await openGrid();
    expect(".o_crm_plan_save:enabled").toHaveCount(0);
    await contains(cell(0, 0)).focus();
    await edit("150", { confirm: false });
    await press("Enter");
    await animationFrame();
    expect(cell(1, 0)).toBeFocused();
    expect(total(0)).toHaveText("160");
    await press("ArrowRight");
    expect(cell(1, 1)).toBeFocused();
    await press("ArrowUp");
    expect(cell(0, 1)).toBeFocused();
    await press("Tab");
    expect(cell(1, 0)).toBeFocused();
    await press(["Shift", "Tab"]);
    expect(cell(0, 1)).toBeFocused();
    await press("ArrowLeft");
    expect(cell(0, 0)).toBeFocused();
    await press("ArrowUp");
    expect(cell(0, 0)).toBeFocused();
    await press(["Control", "End"]);
    expect(cell(1, 1)).toBeFocused();
    await edit("7", { confirm: false });
    await animationFrame();
    expect(".o_crm_plan_save:enabled").toHaveCount(1);
    await press("Escape");
    expect(cell(1, 1)).toHaveValue("20");
    await contains(".o_crm_plan_save").click();
    expect(saved).toEqual([
        [{ key: [3], entry: "bottom_up", month: "2031-01-01", amount: 150, old: 100 }],
    ]);
    expect(".o_crm_plan_save:enabled").toHaveCount(0);
});

test("arrows go the way they point in a language from right to left", async () => {
    defineParams({ lang_parameters: { direction: "rtl" } });
    answer();
    await openGrid();
    await contains(cell(0, 0)).focus();
    await press("ArrowLeft");
    expect(cell(0, 1)).toBeFocused();
});

test("a block is pasted from the cell on", async () => {
    const saved = answer();
    await openGrid();
    await contains(cell(0, 1)).focus();
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", "1,000.5\t9\n2\t9\n3\n");
    await manuallyDispatchProgrammaticEvent(queryOne(cell(0, 1)), "paste", { clipboardData });
    await animationFrame();
    expect(cell(0, 1)).toHaveValue("1,000.50");
    expect(cell(1, 1)).toHaveValue("2");
    await contains(".o_crm_plan_save").click();
    expect(saved[0].map(({ key, month, amount }) => [key[0], month, amount])).toEqual([
        [3, "2031-02-01", 1000.5],
        [4, "2031-02-01", 2],
    ]);
});

test("what is no number is told at its cell and not saved", async () => {
    const saved = answer();
    await openGrid();
    await contains(cell(0, 0)).edit("ten");
    expect(cell(0, 0)).toHaveAttribute("aria-invalid", "true");
    expect(".o_crm_plan_error").toHaveText("“ten” is not a number.");
    await contains(".o_crm_plan_save").click();
    expect(".o_notification").toHaveText("Mend the marked figures, then save.");
    expect(saved).toEqual([]);
    await contains(".o_crm_plan_discard").click();
    expect(cell(0, 0)).toHaveValue("100");
    expect(".o_crm_plan_error").toHaveCount(0);
});

test("what the server refuses is told at its cell", async () => {
    answer(
        {},
        {
            errors: [
                { key: [4], entry: "bottom_up", month: "2031-01-01", message: "Not yours." },
            ],
        }
    );
    await openGrid();
    await contains(cell(0, 0)).edit("1");
    await contains(cell(1, 0)).edit("2");
    await contains(".o_crm_plan_save").click();
    expect("tbody tr:nth-child(2) .o_crm_plan_error").toHaveText("Not yours.");
    expect(cell(0, 0)).toHaveValue("1");
    expect(".o_crm_plan_save:enabled").toHaveCount(1);
});

test("figures that are not one's own to enter are read only", async () => {
    answer();
    await openGrid();
    await contains("button[data-entry=top_down]").click();
    expect(cell(0, 0)).toHaveValue("120");
    expect(cell(0, 0)).toHaveAttribute("readonly");
    expect(".o_crm_plan_add").toHaveCount(0);
    expect(".o_crm_plan_content").toHaveText(/given by the leader/);
});

test("the rows chosen ask for other figures, what was entered is saved first", async () => {
    const saved = answer();
    await openGrid();
    await contains(cell(0, 0)).edit("1");
    await contains(".o_crm_plan_rows").click();
    await contains(".o-dropdown-item[data-dimension=category_id]").click();
    expect(saved.length).toBe(1);
    expect(".o_crm_plan_rows").toHaveText("Rows\nSalesperson · Product Category");
});

test("empty figures are filled in", async () => {
    answer();
    onRpc("crm.sales.plan", "prefill_grid", () => ({ ...makeData(), filled: 3 }));
    await openGrid();
    await contains(".o_crm_plan_prefill").click();
    expect(".o_notification").toHaveText("3 empty figures were filled in.");
});

test("leaving saves, a wizard and the export come after", async () => {
    const saved = answer();
    onRpc("crm.sales.plan", "action_import", () => ({ type: "ir.actions.act_window_close" }));
    mockService("action", {
        doAction(action) {
            if (action.type === "ir.actions.act_window_close") {
                expect.step("wizard");
                return Promise.resolve();
            }
            return super.doAction(...arguments);
        },
    });
    patchWithCleanup(download, { _download: ({ url }) => expect.step(url) });
    await openGrid();
    await contains(cell(0, 0)).edit("1");
    await contains(".o_crm_plan_export").click();
    expect.verifySteps(["/crm_analytics/plan/7/xlsx"]);
    await contains(".o_crm_plan_import").click();
    expect.verifySteps(["wizard"]);
    expect(saved.length).toBe(1);
});

test("a plan without rows says what to do", async () => {
    answer({ rows: [] });
    await openGrid();
    expect(".o_nocontent_help").toHaveText(/No figures yet/);
});
