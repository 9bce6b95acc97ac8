import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatFigure, getTrend } from "./dashboard_format";
import { formatRange, getComparisonLabel } from "../period/period_format";

/** One figure, what it was before, and the way to the records it counts. */
export class DashboardTile extends Component {
    static template = "crm_analytics.DashboardTile";
    static props = {
        tile: Object,
        windows: Object,
        unit: String,
        currencyId: Number,
        onOpen: Function,
    };

    format(value, type = this.props.tile.type, compact = false) {
        return formatFigure(value, type, this.props.currencyId, compact);
    }

    get value() {
        const { tile } = this.props;
        return this.format(tile.value, tile.type, true);
    }

    get fullValue() {
        return this.format(this.props.tile.value);
    }

    get tooltip() {
        const { tile } = this.props;
        return `${this.fullValue}\n${tile.help}`;
    }

    get details() {
        return this.props.tile.details.map(({ label, value, type }) => ({
            label,
            value: this.format(value, type, true),
        }));
    }

    get trends() {
        const { tile, windows, unit } = this.props;
        // Nothing then and nothing now is not worth a line.
        const bases = Object.entries(tile.compared).filter(([, base]) => base || tile.value);
        return bases.map(([name, base]) => {
            const label = getComparisonLabel(name, unit);
            const figure = this.format(base, tile.type, true);
            return {
                name,
                tooltip: `${formatRange(windows[name])}: ${this.format(base)}`,
                ...getTrend(tile.value, base, tile.better, label, figure),
            };
        });
    }

    get ariaLabel() {
        const parts = [
            `${this.props.tile.label}: ${this.fullValue}`,
            ...this.details.map(({ label, value }) => `${label}: ${value}`),
            ...this.trends.map(({ text, words }) => `${text} ${words}`.trim()),
            _t("Open the records"),
        ];
        return parts.join(". ");
    }
}
