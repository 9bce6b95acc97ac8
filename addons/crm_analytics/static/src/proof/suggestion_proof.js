import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatFloat, formatInteger, formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { PeriodPicker } from "../period/period_picker";
import { usePeriodScreen } from "../period/period_screen";

/** What suggestions brought, beside quotations that got none: numbers come ready from the server. */
export class SuggestionProof extends Component {
    static template = "crm_analytics.SuggestionProof";
    static components = { Layout, PeriodPicker };
    static props = { ...standardActionServiceProps };

    setup() {
        const orm = useService("orm");
        this.display = { controlPanel: {} };
        this.screen = usePeriodScreen({
            fetch: (options) => orm.call("sale.suggestion.proof", "get_data", [], options),
        });
        this.state = this.screen.state;
    }

    get isEmpty() {
        const { shown, held_out } = this.state.data.groups;
        return !shown.quotations && !held_out.quotations;
    }

    get columns() {
        const { shown, held_out } = this.state.data.groups;
        return [
            { key: "shown", label: _t("With suggestions"), group: shown },
            { key: "held_out", label: _t("Held out"), group: held_out },
        ];
    }

    get counts() {
        return [
            { key: "suggestions", label: _t("Products proposed") },
            { key: "confirmed", label: _t("Quotations confirmed") },
        ];
    }

    /** What each suggestion brought, where there is enough to tell. */
    get headlines() {
        const labels = {
            revenue: _t("Revenue gained by each suggestion shown"),
            margin: _t("Margin gained by each suggestion shown"),
        };
        return this.state.data.outcomes
            .filter(({ key }) => key in labels)
            .map((outcome) => ({ ...outcome, title: labels[outcome.key] }));
    }

    getBadge({ verdict }) {
        return {
            none: { label: _t("No comparison"), className: "text-bg-secondary" },
            few: { label: _t("Too few to tell"), className: "text-bg-secondary" },
            open: { label: _t("Not significant"), className: "text-bg-warning" },
            more: { label: _t("Significantly more"), className: "text-bg-success" },
            less: { label: _t("Significantly less"), className: "text-bg-danger" },
        }[verdict];
    }

    formatCount(value) {
        return formatInteger(value);
    }

    formatValue(value, type) {
        if (type === "share") {
            return `${formatFloat(value * 100, { digits: [16, 1] })} %`;
        }
        return formatMonetary(value, { currencyId: this.state.data.currency_id });
    }

    /** Shares differ by percentage points. */
    formatDifference(value, type) {
        const text =
            type === "share"
                ? _t("%s points", formatFloat(value * 100, { digits: [16, 1] }))
                : formatMonetary(value, { currencyId: this.state.data.currency_id });
        return value > 0 ? `+${text}` : text;
    }
}

registry.category("actions").add("crm_analytics.suggestion_proof", SuggestionProof);
