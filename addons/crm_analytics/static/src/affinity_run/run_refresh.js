import { Component, useEffect, xml } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

export const REFRESH_DELAY = 2000;

/**
 * Reads the form's record again every two seconds while the computation waits or runs: the work is
 * done in another process, which commits how far it is.
 */
export class RunRefresh extends Component {
    static template = xml`<span t-if="isOpen" class="o_run_refresh fa fa-refresh fa-spin me-2" role="status" t-att-title="title"/>`;
    static props = { ...standardWidgetProps };

    setup() {
        useEffect(
            (record, isOpen) => {
                if (!isOpen) {
                    return;
                }
                let timeout;
                const schedule = () => {
                    timeout = browser.setTimeout(async () => {
                        await record.load();
                        // Nothing is scheduled when the form was left or the reading failed.
                        if (timeout) {
                            schedule();
                        }
                    }, REFRESH_DELAY);
                };
                schedule();
                return () => {
                    browser.clearTimeout(timeout);
                    timeout = null;
                };
            },
            () => [this.props.record, this.isOpen]
        );
    }

    get isOpen() {
        return ["queued", "running"].includes(this.props.record.data.state);
    }

    get title() {
        return this.props.record.data.message;
    }
}

registry.category("view_widgets").add("run_refresh", {
    component: RunRefresh,
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "message", type: "char" },
    ],
});
