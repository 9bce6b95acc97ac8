import { Component, onMounted, useState } from "@odoo/owl";
import { router } from "@web/core/browser/router";
import { getCurrency } from "@web/core/currency";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { download } from "@web/core/network/download";
import { Pager } from "@web/core/pager/pager";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { PlanFigures } from "./plan_figures";
import { PlanRowDialog } from "./plan_row_dialog";
import { PlanTable } from "./plan_table";

const MODEL = "crm.sales.plan";
const PAGE = 40;

/** The figures of a sales plan: entered month by month, bottom-up and top-down side by side. */
export class PlanGrid extends Component {
    static template = "crm_analytics.PlanGrid";
    static components = { Dropdown, DropdownItem, Layout, Pager, PlanTable };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        const { planId, dimensions, entry } = this.getInitialOptions();
        this.planId = planId;
        this.state = useState({
            data: null,
            figures: null,
            dimensions,
            entry,
            shown: { other: true, last_year: true, pipeline: false },
            offset: 0,
            loading: true,
        });
        useSetupAction({
            beforeLeave: () => this.save(),
            beforeUnload: (ev) => this.state.figures?.isDirty && ev.preventDefault(),
            getLocalState: () => ({ options: this.options }),
        });
        onMounted(() => this.load());
    }

    // ------------------------------------------------------------------
    // Options
    // ------------------------------------------------------------------

    /** Those of this screen when one comes back to it, of the action, or of the address. */
    getInitialOptions() {
        const { action, state } = this.props;
        const address = router.current;
        const planId = action.params?.plan_id || action.context?.active_id || Number(address.plan);
        const options = state?.options || {
            dimensions: (address.rows && String(address.rows).split(",")) || ["user_id"],
            entry: address.entry === "top_down" ? "top_down" : "bottom_up",
        };
        return { planId, ...options };
    }

    get options() {
        const { dimensions, entry } = this.state;
        return { dimensions: [...dimensions], entry };
    }

    updateAddress() {
        const { dimensions, entry } = this.state;
        this.props.updateActionState({
            plan: this.planId,
            rows: dimensions.join(","),
            entry: entry === "top_down" ? entry : undefined,
        });
    }

    // ------------------------------------------------------------------
    // Loading and saving
    // ------------------------------------------------------------------

    async load() {
        this.state.loading = true;
        try {
            this.show(
                await this.keepLast.add(
                    this.orm.call(MODEL, "get_grid", [[this.planId], [...this.state.dimensions]])
                )
            );
        } finally {
            this.state.loading = false;
        }
    }

    show(data) {
        const digits = getCurrency(data.plan.currency_id)?.digits[1] ?? 2;
        const figures = new PlanFigures(data, digits);
        const offset = this.state.offset < data.rows.length ? this.state.offset : 0;
        Object.assign(this.state, { data, figures, offset, dimensions: data.dimensions });
        this.env.config.setDisplayName(data.plan.name);
        this.updateAddress();
    }

    /** @returns {Promise<boolean>} whether nothing is left to be saved */
    async save() {
        const { figures } = this.state;
        if (!figures?.isDirty) {
            return true;
        }
        if (figures.hasErrors) {
            figures.settle();
            this.notification.add(_t("Mend the marked figures, then save."), { type: "danger" });
            return false;
        }
        const result = await this.orm.call(MODEL, "save_grid", [
            [this.planId],
            [...this.state.dimensions],
            figures.changes,
        ]);
        if (result.errors.length) {
            figures.setErrors(result.errors);
            this.notification.add(result.errors[0].message, {
                title: _t("Nothing was saved"),
                type: "danger",
            });
            return false;
        }
        this.show(result.grid);
        return true;
    }

    discard() {
        this.state.figures.discard();
    }

    // ------------------------------------------------------------------
    // What is drawn
    // ------------------------------------------------------------------

    get isEditable() {
        return this.state.data.plan.editable[this.state.entry];
    }

    get labels() {
        return {
            bottom_up: _t("Bottom-up"),
            top_down: _t("Top-down"),
            difference: _t("Difference"),
            last_year: _t("Last year"),
            pipeline: _t("Weighted pipeline"),
        };
    }

    get rowTitle() {
        const { choices, dimensions } = this.state.data;
        return choices
            .filter(({ name }) => dimensions.includes(name))
            .map(({ label }) => label)
            .join(" · ");
    }

    get caption() {
        return _t("%(plan)s, %(entry)s", {
            plan: this.state.data.plan.name,
            entry: this.labels[this.state.entry],
        });
    }

    get about() {
        const { compared, currency_id } = this.state.data.plan;
        return _t("Amounts in %(currency)s; last year: %(compared)s.", {
            currency: getCurrency(currency_id)?.symbol || "",
            compared: compared.toLowerCase(),
        });
    }

    get page() {
        const total = this.state.figures.rows.length;
        const { offset } = this.state;
        return { offset, limit: PAGE, total, to: Math.min(offset + PAGE, total) };
    }

    // ------------------------------------------------------------------
    // What one does
    // ------------------------------------------------------------------

    setEntry(entry) {
        this.state.entry = entry;
        this.updateAddress();
    }

    toggleShown(figure) {
        this.state.shown[figure] = !this.state.shown[figure];
    }

    turnPage({ offset }) {
        this.state.offset = offset;
    }

    async toggleDimension(name) {
        const { dimensions } = this.state.data;
        const chosen = dimensions.includes(name)
            ? dimensions.filter((other) => other !== name)
            : [...dimensions, name];
        if (chosen.length && (await this.save())) {
            this.state.dimensions = chosen;
            this.state.offset = 0;
            await this.load();
        }
    }

    openRowDialog() {
        const { choices, dimensions } = this.state.data;
        this.dialog.add(PlanRowDialog, {
            dimensions: choices.filter(({ name }) => dimensions.includes(name)),
            onAdd: (ids, names) => {
                const row = this.state.figures.addRow(ids, names);
                this.state.offset = Math.floor(row / PAGE) * PAGE;
            },
        });
    }

    async prefill() {
        if (!(await this.save())) {
            return;
        }
        const data = await this.orm.call(MODEL, "prefill_grid", [
            [this.planId],
            [...this.state.dimensions],
        ]);
        this.show(data);
        this.state.entry = "bottom_up";
        this.notification.add(
            data.filled
                ? _t("%s empty figures were filled in.", data.filled)
                : _t("There was nothing to fill in: no sales last year, no open deals."),
            { type: data.filled ? "success" : "info" }
        );
    }

    async openWizard(method) {
        if (await this.save()) {
            const action = await this.orm.call(MODEL, method, [[this.planId]]);
            await this.action.doAction(action, { onClose: () => this.load() });
        }
    }

    async export() {
        if (await this.save()) {
            await download({ url: `/crm_analytics/plan/${this.planId}/xlsx`, data: {} });
        }
    }
}

registry.category("actions").add("crm_analytics.plan_grid", PlanGrid);
