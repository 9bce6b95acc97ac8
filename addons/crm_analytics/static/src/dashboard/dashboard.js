import { Component, onMounted, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { router } from "@web/core/browser/router";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { PeriodPicker } from "../period/period_picker";
import { DashboardChart } from "./dashboard_chart";
import { formatRange, isolate, parseDay, shorten } from "./dashboard_format";
import { DashboardTile } from "./dashboard_tile";

/** The sales dashboard: one request brings it, every figure opens its records. */
export class CrmDashboard extends Component {
    static template = "crm_analytics.Dashboard";
    static components = { DashboardChart, DashboardTile, Layout, PeriodPicker };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.state = useState({ data: null, loading: true, failed: false });
        useSetupAction({ getLocalState: () => ({ period: this.period }) });
        // Not awaited: the frame of the page shows while the figures are on their way.
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
            const [data] = await this.keepLast.add(
                Promise.all([
                    this.orm.call("crm.dashboard", "get_data", [], { period: this.period }),
                    loadBundle("web.chartjs_lib"),
                ])
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

    open(action, ev) {
        return this.action.doAction(action, { newWindow: ev.ctrlKey || ev.metaKey });
    }

    get caption() {
        const { windows, oldest_order } = this.state.data;
        const { current, ...compared } = windows;
        const [first, second] = Object.values(compared).map(formatRange);
        const names = { period: formatRange(current), first, second };
        if (second) {
            return _t("%(period)s, compared with %(first)s and %(second)s", names);
        }
        if (first) {
            return _t("%(period)s, compared with %(first)s", names);
        }
        if (!oldest_order) {
            return names.period;
        }
        const date = formatDate(deserializeDate(oldest_order));
        return _t("%(period)s. Orders begin on %(date)s: nothing earlier to compare with", {
            ...names,
            date,
        });
    }

    /** What the figures cover, said where it could be doubted. */
    get companies() {
        const companies = user.activeCompanies;
        return companies.length > 1 ? companies.map(({ name }) => name).join(", ") : "";
    }

    /** The newest order, when the period shown has none but another would. */
    get hint() {
        const { newest_order, period, tiles } = this.state.data;
        const hasSales = tiles.find(({ key }) => key === "orders").value;
        if (hasSales || !newest_order || newest_order.period === period.key) {
            return null;
        }
        return {
            date: formatDate(deserializeDate(newest_order.date)),
            period: newest_order.period,
            button: _t("Show %s", newest_order.period),
        };
    }

    get months() {
        const { months } = this.state.data;
        return months.map(({ date, revenue, last_year, is_running, action }, index) => {
            const start = parseDay(date);
            const name = start.toFormat("LLLL yyyy");
            const short = start.toFormat("LLL");
            return {
                label: is_running ? _t("%s (so far)", name) : name,
                short: index && start.month > 1 ? short : [short, start.toFormat("yyyy")],
                values: this.hasYearBefore ? [revenue, last_year] : [revenue],
                faded: is_running,
                action,
            };
        });
    }

    get monthSeries() {
        return this.hasYearBefore ? [_t("Revenue"), _t("A year before")] : [_t("Revenue")];
    }

    /** A line of zeros under the bars of a young business would say nothing. */
    get hasYearBefore() {
        return this.state.data.months.some(({ last_year }) => last_year);
    }

    get products() {
        return this.state.data.products.map(({ name, revenue, action }) => ({
            label: name,
            short: isolate(shorten(name, this.env.isSmall ? 16 : 32)),
            values: [revenue],
            action,
        }));
    }

    get productSeries() {
        return [_t("Revenue")];
    }
}

registry.category("actions").add("crm_analytics.dashboard", CrmDashboard);
