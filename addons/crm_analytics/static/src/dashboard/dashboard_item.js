import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { DashboardChart } from "./dashboard_chart";
import { DashboardFunnel } from "./dashboard_funnel";
import { DashboardHeatmap } from "./dashboard_heatmap";
import { getSpans } from "./dashboard_layout";
import { DashboardTable } from "./dashboard_table";
import { DashboardTile } from "./dashboard_tile";

const COMPONENTS = {
    tile: DashboardTile,
    line: DashboardChart,
    bar: DashboardChart,
    stacked: DashboardChart,
    doughnut: DashboardChart,
    funnel: DashboardFunnel,
    heatmap: DashboardHeatmap,
    table: DashboardTable,
};

/** The frame of a tile, a chart or a table: its title, what is wrong with it, and its place. */
export class DashboardItem extends Component {
    static template = "crm_analytics.DashboardItem";
    static props = {
        item: Object,
        data: Object,
        editing: { type: Boolean, optional: true },
        onOpen: Function,
        /** ("move"|"width"|"height", step), ("remove") */
        onChange: { type: Function, optional: true },
    };

    get isTile() {
        return this.props.item.type === "tile";
    }

    get spans() {
        return getSpans(this.props.item);
    }

    get component() {
        return COMPONENTS[this.props.item.type];
    }

    get componentProps() {
        const { item, data, onOpen } = this.props;
        const props = { item, currencyId: data.currency_id, onOpen };
        return this.isTile
            ? { ...props, windows: data.windows, periodUnit: data.period.unit }
            : props;
    }

    /** @returns {{ text: string, className: string }|null} what is said in place of the figures */
    get message() {
        const { item } = this.props;
        if (item.isNew) {
            return { text: _t("The figures show once the layout is saved."), className: "text-muted" };
        }
        if (!this.component) {
            return {
                text: _t("This item cannot be shown: edit the layout and remove it."),
                className: "text-warning-emphasis",
            };
        }
        if (item.error) {
            return { text: item.error, className: "text-warning-emphasis" };
        }
        // A tile says it below its dash.
        if (item.empty && !(this.isTile && "value" in item)) {
            return { text: item.empty, className: "text-muted" };
        }
        return null;
    }

    get controls() {
        return [
            { name: "move", step: -1, icon: "oi oi-chevron-left", label: _t("Move back") },
            { name: "move", step: 1, icon: "oi oi-chevron-right", label: _t("Move on") },
            { name: "width", step: -1, icon: "fa fa-compress", label: _t("Narrower") },
            { name: "width", step: 1, icon: "fa fa-expand", label: _t("Wider") },
            { name: "height", step: -1, icon: "fa fa-angle-up", label: _t("Lower") },
            { name: "height", step: 1, icon: "fa fa-angle-down", label: _t("Higher") },
            { name: "remove", icon: "fa fa-trash", label: _t("Remove") },
        ];
    }
}
