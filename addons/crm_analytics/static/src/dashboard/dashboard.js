import { Component } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { formatRange, isolate, parseDay } from "../period/period_format";
import { PeriodPicker } from "../period/period_picker";
import { usePeriodScreen } from "../period/period_screen";
import { DashboardChart } from "./dashboard_chart";
import { shorten } from "./dashboard_format";
import { DashboardTile } from "./dashboard_tile";

/** The sales dashboard: one request brings it, every figure opens its records. */
export class CrmDashboard extends Component {
    static template = "crm_analytics.Dashboard";
    static components = { DashboardChart, DashboardTile, Layout, PeriodPicker };
    static props = { ...standardActionServiceProps };

    setup() {
        const orm = useService("orm");
        this.display = { controlPanel: {} };
        this.screen = usePeriodScreen({
            fetch: async (options) => {
                const [data] = await Promise.all([
                    orm.call("crm.dashboard", "get_data", [], options),
                    loadBundle("web.chartjs_lib"),
                ]);
                return data;
            },
        });
        this.state = this.screen.state;
    }

    open(action, ev) {
        return this.screen.open(action, ev.ctrlKey || ev.metaKey);
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
