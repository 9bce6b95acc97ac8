import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class ProductProduct extends models.Model {
    _name = "product.product";

    name = fields.Char();

    _records = [
        { id: 1, name: "Apple" },
        { id: 2, name: "Butter" },
        { id: 3, name: "Cheese" },
    ];
}

class SaleOrderLine extends models.Model {
    _name = "sale.order.line";

    order_id = fields.Many2one({ relation: "sale.order" });
    product_id = fields.Many2one({ relation: "product.product" });
    product_uom_qty = fields.Float({ default: 1 });

    _records = [{ id: 1, order_id: 1, product_id: 1 }];
}

class SaleOrder extends models.Model {
    _name = "sale.order";

    company_id = fields.Many2one({ relation: "res.company" });
    date_order = fields.Datetime();
    fiscal_position_id = fields.Many2one({ relation: "account.fiscal.position" });
    name = fields.Char();
    order_line = fields.One2many({ relation: "sale.order.line", relation_field: "order_id" });
    partner_id = fields.Many2one({ relation: "res.partner" });
    pricelist_id = fields.Many2one({ relation: "product.pricelist" });
    suggestion_seed = fields.Integer();

    _records = [
        { id: 1, name: "S1", order_line: [1], suggestion_seed: 5000 },
        { id: 2, name: "S2", order_line: [], suggestion_seed: 5000 },
    ];
}

class FiscalPosition extends models.Model {
    _name = "account.fiscal.position";
}

class Pricelist extends models.Model {
    _name = "product.pricelist";
}

defineMailModels();
defineModels([ProductProduct, SaleOrderLine, SaleOrder, FiscalPosition, Pricelist]);

const ARCH = `
    <form>
        <field name="name"/>
        <field name="order_line">
            <list editable="bottom">
                <field name="product_id"/>
                <field name="product_uom_qty"/>
            </list>
        </field>
        <widget name="sale_suggestions"/>
    </form>`;

function makeSuggestion(product_id, name, values = {}) {
    return {
        product_id,
        name,
        kind: "affinity",
        reason: `Why ${name}`,
        quantity: 1,
        uom: "Units",
        price: 10,
        currency_id: 1,
        warning: false,
        ...values,
    };
}

let suggestions;
let asked;

beforeEach(() => {
    suggestions = [makeSuggestion(2, "Butter"), makeSuggestion(3, "Cheese")];
    asked = [];
    onRpc("sale.order", "get_affinity_suggestions", ({ args }) => {
        asked.push(args[0]);
        const gone = [...args[0].product_ids, ...args[0].dismissed_ids];
        return suggestions.filter(({ product_id }) => !gone.includes(product_id));
    });
    onRpc("sale.order", "log_affinity_suggestions", ({ args }) => {
        const [[orderId], state, ids, basketIds, positions, reason] = args;
        expect.step(
            `${orderId} ${state} ${ids.join()} of ${basketIds} at ${positions.join()} ${reason}`
        );
        return true;
    });
});

async function mountQuotation(resId = 1) {
    await mountView({ type: "form", resModel: "sale.order", resId, arch: ARCH });
    await settle();
}

/** Let the panel wait, ask and show. */
async function settle() {
    await advanceTime(300);
    await animationFrame();
    await animationFrame();
}

test("what is shown is told to the server, in order, and the form is not dirty", async () => {
    await mountQuotation();
    expect(queryAllTexts(".o_sale_suggestion_name")).toEqual(["Butter", "Cheese"]);
    expect(queryAllTexts(".o_sale_suggestion_reason")).toEqual(["Why Butter", "Why Cheese"]);
    expect(asked.length).toBe(1);
    expect(asked[0].product_ids).toEqual([1]);
    expect(asked[0].suggestion_seed).toBe(5000);
    expect.verifySteps(["1 shown 2,3 of 1 at 1,2 false"]);
    expect(".o_form_status_indicator_buttons.invisible").toHaveCount(1);
});

test("adding makes a line of the usual quantity, and is told once it is saved", async () => {
    suggestions[1].quantity = 6;
    await mountQuotation();
    expect.verifySteps(["1 shown 2,3 of 1 at 1,2 false"]);
    expect(".o_sale_suggestion_add:last").toHaveText("Add 6 Units");
    await contains(".o_sale_suggestion_add:last").click();
    await settle();
    expect(queryAllTexts(".o_sale_suggestion_name")).toEqual(["Butter"]);
    expect(queryAllTexts(".o_data_row:last .o_data_cell")).toEqual(["Cheese", "6.00"]);
    expect(asked.at(-1).product_ids).toEqual([1, 3]);
    expect.verifySteps([]);
    await contains(".o_form_button_save").click();
    await settle();
    expect.verifySteps(["1 added 3 of 1 at 2 false"]);
});

test("an added line that is discarded is not told", async () => {
    await mountQuotation();
    expect.verifySteps(["1 shown 2,3 of 1 at 1,2 false"]);
    await contains(".o_sale_suggestion_add:first").click();
    await settle();
    await contains(".o_form_button_cancel").click();
    await settle();
    expect(".o_data_row").toHaveCount(1);
    expect.verifySteps([]);
});

test("dismissing asks why and hides the product", async () => {
    await mountQuotation();
    expect.verifySteps(["1 shown 2,3 of 1 at 1,2 false"]);
    await contains(".o_sale_suggestion_dismiss:last").click();
    expect(queryAllTexts(".o-dropdown-item")).toEqual([
        "Not needed",
        "Has it already",
        "Too expensive",
        "Later",
        "Other reason",
    ]);
    await contains(".o_sale_suggestion_reason_has_already").click();
    await settle();
    expect(queryAllTexts(".o_sale_suggestion_name")).toEqual(["Butter"]);
    expect.verifySteps(["1 dismissed 3 of 1 at 2 has_already"]);
    expect(asked.at(-1).dismissed_ids).toEqual([3]);
});

test("on a quotation not saved nothing is told", async () => {
    await mountQuotation(false);
    expect(".o_sale_suggestions").toHaveCount(0);
    expect(asked).toEqual([]);
    await contains(".o_field_x2many_list_row_add a").click();
    await contains(".o_field_widget[name=product_id] input").edit("Apple", { confirm: false });
    await advanceTime(300);
    await contains(".o-autocomplete--dropdown-item:contains(Apple)").click();
    await settle();
    expect(queryAllTexts(".o_sale_suggestion_name")).toEqual(["Butter", "Cheese"]);
    expect.verifySteps([]);
});

test("a quotation that is held out says so to the log, once for what is on it", async () => {
    suggestions = [];
    await mountQuotation();
    expect(".o_sale_suggestions").toHaveCount(0);
    expect.verifySteps(["1 shown  of 1 at  false"]);
    await contains("[name=name] input").edit("S1 changed");
    await settle();
    expect.verifySteps([]);
});

test("nothing is asked without products and a customer", async () => {
    await mountQuotation(2);
    expect(asked).toEqual([]);
    expect.verifySteps([]);
});

test("margin and stock are shown where the server sends them", async () => {
    suggestions = [
        makeSuggestion(2, "Butter", { margin: 4, margin_percent: 0.4 }),
        makeSuggestion(3, "Cheese", { stock: "Not in stock", in_stock: false }),
    ];
    await mountQuotation();
    expect(".o_sale_suggestion_margin").toHaveCount(1);
    expect(queryFirst(".o_sale_suggestion_margin").textContent).toMatch(/Margin .*4\.00.*\(40%\)/);
    expect(".o_sale_suggestion_stock").toHaveText("Not in stock");
    expect(".o_sale_suggestion_stock").toHaveClass("text-warning-emphasis");
    expect.verifySteps(["1 shown 2,3 of 1 at 1,2 false"]);
});
