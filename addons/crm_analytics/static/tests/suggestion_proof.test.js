import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { animationFrame, queryAllTexts } from "@odoo/hoot-dom";
import {
    contains,
    getService,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

defineMailModels();

function makeGroup(name, quotations) {
    return {
        quotations,
        suggestions: quotations * 3,
        bought: 10,
        confirmed: 20,
        action: { type: "ir.actions.act_window", name, res_model: "sale.suggestion.report" },
    };
}

function makeOutcome(key, values = {}) {
    return {
        key,
        label: key,
        help: `What ${key} is`,
        type: "monetary",
        shown: 31,
        held_out: 18,
        difference: 13,
        interval: [0.33, 25.67],
        p_value: 0.04,
        verdict: "more",
        sentence: `Significantly more ${key}`,
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
        groups: { shown: makeGroup("Shown", 360), held_out: makeGroup("Held", 60) },
        outcomes: [
            makeOutcome("revenue", { each_suggestion: [4.33, 0.11, 8.56] }),
            makeOutcome("bought", {
                type: "share",
                shown: 0.308,
                held_out: 0.167,
                difference: 0.141,
                interval: [-0.019, 0.23],
                verdict: "open",
                sentence: "Not significant: too close to tell",
            }),
        ],
        currency_id: 1,
        ...values,
    };
}

async function openProof() {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_analytics.suggestion_proof",
        name: "Suggestion Results",
    });
    await animationFrame();
}

test("a difference is told with its interval and what it is worth", async () => {
    onRpc("sale.suggestion.proof", "get_data", () => makeData());
    await openProof();
    expect(".o_suggestion_proof").toHaveAttribute("data-ready", "1");
    expect(".o_suggestion_proof_gain").toHaveText("+$ 4.33");
    expect(".o_suggestion_proof_sentence").toHaveText("Significantly more revenue");
    expect(queryAllTexts("tr[data-key=revenue] td")).toEqual([
        "$ 31.00",
        "$ 18.00",
        "+$ 13.00",
        "+$ 0.33 to +$ 25.67",
        "Significantly more",
    ]);
    expect(queryAllTexts("tr[data-key=bought] td")).toEqual([
        "30.8 %",
        "16.7 %",
        "+14.1 points",
        "-1.9 points to +23.0 points",
        "Not significant",
    ]);
});

test("too few quotations have no interval", async () => {
    const outcome = makeOutcome("revenue", {
        interval: false,
        verdict: "few",
        sentence: "Too few so far",
    });
    onRpc("sale.suggestion.proof", "get_data", () => makeData({ outcomes: [outcome] }));
    await openProof();
    expect(".o_suggestion_proof_gain").toHaveCount(0);
    expect(".o_suggestion_proof_sentence").toHaveText("Too few so far");
    expect(queryAllTexts("tr[data-key=revenue] td").slice(3)).toEqual(["", "Too few to tell"]);
});

test("a group opens its quotations", async () => {
    onRpc("sale.suggestion.proof", "get_data", () => makeData());
    mockService("action", {
        doAction(action) {
            if (action.tag) {
                return super.doAction(...arguments);
            }
            expect.step(action.name);
        },
    });
    await openProof();
    await contains("[data-group=held_out]").click();
    expect.verifySteps(["Held"]);
});

test("another period is one request away, an empty one says so", async () => {
    const empty = { shown: makeGroup("Shown", 0), held_out: makeGroup("Held", 0) };
    onRpc("sale.suggestion.proof", "get_data", ({ kwargs }) => {
        expect.step(kwargs.period || "default");
        return makeData(kwargs.period ? { groups: empty } : {});
    });
    await openProof();
    await contains("button[aria-label='Previous period']").click();
    expect(".o_view_nocontent_smiling_face").toHaveText("Nothing was proposed in this period");
    expect.verifySteps(["default", "2026-10"]);
});
