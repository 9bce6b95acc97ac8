import { Component, onWillUnmount, useExternalListener, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { deserializeDate, deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { download } from "@web/core/network/download";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { formatRange } from "../period/period_format";
import { PeriodPicker } from "../period/period_picker";
import { usePeriodScreen } from "../period/period_screen";
import { DashboardEditor } from "./dashboard_editor";
import { DashboardFilters, FILTERS } from "./dashboard_filters";
import { DashboardItem } from "./dashboard_item";

const REFRESH_DELAY = 5 * 60 * 1000;

/** Pages of figures: one request brings one, every figure opens its records. */
export class CrmDashboard extends Component {
    static template = "crm_analytics.Dashboard";
    static components = {
        DashboardEditor,
        DashboardFilters,
        DashboardItem,
        Dropdown,
        DropdownItem,
        Layout,
        PeriodPicker,
    };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.display = { controlPanel: {} };
        this.screen = usePeriodScreen({
            names: ["dashboard", "period", "everybody", ...FILTERS],
            fetch: (options) => this.fetch(options),
            resolve: ({ dashboard, filters }) => ({
                ...filters,
                dashboard: dashboard.code || dashboard.id,
            }),
        });
        this.state = this.screen.state;
        this.view = useState({ editing: false, fullScreen: false });
        useExternalListener(document, "fullscreenchange", () => this.onFullScreenChange());
        onWillUnmount(() => this.leaveFullScreen());
    }

    async fetch({ dashboard, ...options }) {
        const [data] = await Promise.all([
            this.orm.call("crm.dashboard", "get_data", [], {
                dashboard,
                filters: toFilters(options),
            }),
            loadBundle("web.chartjs_lib"),
        ]);
        return data;
    }

    // ------------------------------------------------------------------
    // What is drawn
    // ------------------------------------------------------------------

    get caption() {
        const { windows } = this.state.data;
        const { current, ...compared } = windows;
        const [first, second] = Object.values(compared).map(formatRange);
        const names = { period: formatRange(current), first, second };
        if (second) {
            return _t("%(period)s, compared with %(first)s and %(second)s", names);
        }
        return first ? _t("%(period)s, compared with %(first)s", names) : names.period;
    }

    /** Whose figures these are, in words: a printed page has no menus. */
    get scope() {
        const { filters, choices } = this.state.data;
        const names = FILTERS.filter((name) => filters[name]).map(
            (name) => choices[name]?.find(({ id }) => id === filters[name])?.name
        );
        const companies = filters.company_id ? "" : this.screen.companies;
        return [companies, ...names].filter(Boolean).join(" · ");
    }

    get updated() {
        const { updated } = this.state.data;
        const time = updated && deserializeDateTime(updated).toLocaleString(luxon.DateTime.TIME_SIMPLE);
        return time ? _t("Read at %s", time) : "";
    }

    /** The newest order, when the period shown lies after it. */
    get hint() {
        const { history, windows } = this.state.data;
        if (!history?.newest || history.newest >= windows.current.date_from) {
            return null;
        }
        return {
            date: formatDate(deserializeDate(history.newest)),
            period: history.newest_period,
            button: _t("Show %s", history.newest_period),
        };
    }

    // ------------------------------------------------------------------
    // What one does
    // ------------------------------------------------------------------

    /** Another dashboard opens with its own period, and where it is somebody's, with his figures. */
    choose({ id, code, opens_for: opensFor = "all" }) {
        this.view.editing = false;
        const options = { dashboard: String(code || id), period: undefined, everybody: undefined };
        if (opensFor !== "all") {
            Object.assign(options, { user_id: undefined, team_id: undefined });
        }
        return this.screen.update(options);
    }

    filter(values) {
        const entries = Object.entries(values).map(([name, value]) => [
            name,
            value ? String(value) : undefined,
        ]);
        const options = Object.fromEntries(entries);
        if ("user_id" in values || "team_id" in values) {
            const { user_id: user, team_id: team } = { ...this.state.options, ...options };
            // Where a dashboard opens for somebody, "everybody" is a choice that the link keeps.
            const opensForAll = (this.state.data.dashboard.opens_for || "all") === "all";
            options.everybody = user || team || opensForAll ? undefined : "1";
        }
        return this.screen.update(options);
    }

    export() {
        const { dashboard, filters } = this.state.data;
        return download({
            url: "/crm_analytics/dashboard/xlsx",
            data: { dashboard: dashboard.id, filters: JSON.stringify(filters) },
        });
    }

    print() {
        browser.print();
    }

    // ------------------------------------------------------------------
    // Layout
    // ------------------------------------------------------------------

    edit() {
        this.view.editing = true;
    }

    async save(items) {
        await this.callDashboard("save_layout", items);
        this.view.editing = false;
    }

    discard() {
        this.view.editing = false;
    }

    reset() {
        this.confirm(
            _t("Your own layout of this dashboard is removed: the shared one shows again."),
            _t("Reset"),
            () => this.callDashboard("reset_layout")
        );
    }

    share() {
        this.confirm(
            _t("Everybody who has no layout of his own sees this dashboard as you do."),
            _t("Share"),
            () => this.callDashboard("share_layout")
        );
    }

    confirm(body, confirmLabel, confirm) {
        this.dialog.add(ConfirmationDialog, {
            title: this.state.data.dashboard.name,
            body,
            confirmLabel,
            confirm,
            cancel: () => {},
        });
    }

    async callDashboard(method, ...args) {
        await this.orm.call("crm.dashboard", method, [[this.state.data.dashboard.id], ...args]);
        await this.screen.load();
    }

    // ------------------------------------------------------------------
    // Full screen
    // ------------------------------------------------------------------

    async enterFullScreen() {
        await document.documentElement.requestFullscreen();
    }

    async leaveFullScreen() {
        browser.clearInterval(this.refresh);
        if (this.view.fullScreen) {
            this.showNavbar(true);
            if (document.fullscreenElement) {
                await document.exitFullscreen();
            }
        }
    }

    /** Also when the browser leaves it by itself, as the Escape key makes it. */
    onFullScreenChange() {
        this.view.fullScreen = Boolean(document.fullscreenElement);
        this.showNavbar(!this.view.fullScreen);
        browser.clearInterval(this.refresh);
        if (this.view.fullScreen) {
            // On the wall nobody reloads it.
            this.refresh = browser.setInterval(() => this.screen.load(), REFRESH_DELAY);
        }
    }

    showNavbar(shown) {
        const mode = shown ? "current" : "fullscreen";
        this.env.bus.trigger("ACTION_MANAGER:UI-UPDATED", mode);
    }
}

/** The filters of an address, as the server takes them. */
function toFilters({ period, ...options }) {
    const chosen = Object.entries(options).filter(([, value]) => value);
    const ids = chosen.map(([name, value]) => [name, Number(value) || value]);
    return { ...(period ? { period } : {}), ...Object.fromEntries(ids) };
}

registry.category("actions").add("crm_analytics.dashboard", CrmDashboard);
