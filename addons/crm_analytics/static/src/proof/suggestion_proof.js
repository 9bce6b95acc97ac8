import { Component, onMounted, useState } from "@odoo/owl";
import { router } from "@web/core/browser/router";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatFloat, formatInteger, formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { getPeriodLabel, getPresets } from "../dashboard/dashboard_format";

/** What suggestions brought, beside quotations that got none: numbers come ready from the server. */
export class SuggestionProof extends Component {
    static template = "crm_analytics.SuggestionProof";
    static components = { Dropdown, DropdownItem, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.presets = getPresets();
        this.state = useState({ data: null, loading: true, failed: false });
        useSetupAction({ getLocalState: () => ({ period: this.period }) });
        onMounted(() => this.load(this.getInitialPeriod()));
    }

    /** The period of the address, or of this screen when one comes back to it. */
    getInitialPeriod() {
        const { action, state } = this.props;
        if (state?.period) {
            return state.period;
        }
        const isAddress = [action.path, action.id, action.tag].includes(router.current.action);
        return isAddress ? router.current.period : undefined;
    }

    async load(period) {
        this.period = period && String(period);
        Object.assign(this.state, { loading: true, failed: false });
        try {
            const data = await this.keepLast.add(
                this.orm.call("sale.suggestion.proof", "get_data", [], { period: this.period })
            );
            Object.assign(this.state, { data, loading: false });
        } catch (error) {
            Object.assign(this.state, { loading: false, failed: true });
            throw error; // Odoo shows it
        }
        if (this.period) {
            this.period = this.state.data.period.key;
            this.props.updateActionState({ period: this.period });
        }
    }

    open({ action }, ev) {
        return this.action.doAction(action, { newWindow: ev.ctrlKey || ev.metaKey });
    }

    get periodLabel() {
        return this.state.data ? getPeriodLabel(this.state.data.period) : _t("Period");
    }

    /** What the figures cover, said where it could be doubted. */
    get companies() {
        const companies = user.activeCompanies;
        return companies.length > 1 ? companies.map(({ name }) => name).join(", ") : "";
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
