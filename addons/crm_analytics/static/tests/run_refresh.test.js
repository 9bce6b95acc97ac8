import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-dom";
import {
    defineModels,
    fields,
    MockServer,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { REFRESH_DELAY } from "@crm_analytics/affinity_run/run_refresh";

class Run extends models.Model {
    _name = "product.affinity.run";

    state = fields.Selection({
        selection: [
            ["queued", "Waiting"],
            ["running", "Running"],
            ["done", "Done"],
        ],
    });
    message = fields.Char();
    progress = fields.Float();

    _records = [{ id: 1, state: "queued", message: "Waiting", progress: 0 }];
}

defineMailModels();
defineModels([Run]);

async function mountRun() {
    onRpc("web_read", () => expect.step("read"));
    await mountView({
        resModel: "product.affinity.run",
        resId: 1,
        type: "form",
        arch: `
            <form edit="0">
                <field name="progress" widget="progressbar"/>
                <widget name="run_refresh"/>
                <field name="message"/>
            </form>`,
    });
}

function change(values) {
    MockServer.env["product.affinity.run"].write([1], values);
}

async function wait() {
    await advanceTime(REFRESH_DELAY);
    await animationFrame();
}

test("the form is read again until the run is done", async () => {
    await mountRun();
    expect.verifySteps(["read"]);
    expect(".o_run_refresh").toHaveCount(1);
    expect(".o_field_widget[name=message]").toHaveText("Waiting");

    change({ state: "running", message: "Step 2 of 3", progress: 40 });
    await wait();
    expect.verifySteps(["read"]);
    expect(".o_field_widget[name=message]").toHaveText("Step 2 of 3");

    change({ progress: 60 });
    await wait();
    expect.verifySteps(["read"]);
    expect(".o_field_widget[name=progress]").toHaveText("60\n%");

    change({ state: "done", message: "98 pairs", progress: 100 });
    await wait();
    expect.verifySteps(["read"]);
    expect(".o_field_widget[name=message]").toHaveText("98 pairs");
    expect(".o_run_refresh").toHaveCount(0);

    await wait();
    await wait();
    expect.verifySteps([]);
});

test("a run that ended is read once", async () => {
    Object.assign(Run._records[0], { state: "done" });
    await mountRun();
    await wait();
    expect.verifySteps(["read"]);
});
