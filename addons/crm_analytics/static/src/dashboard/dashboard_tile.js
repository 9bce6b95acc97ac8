import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { clamp } from "@web/core/utils/numbers";
import { formatRange, getComparisonLabel } from "../period/period_format";
import { formatFigure, formatShare, getTrend } from "./dashboard_format";
import { Sparkline } from "./sparkline";

/** One figure, its target, what it was before, and the way to the records it counts. */
export class DashboardTile extends Component {
    static template = "crm_analytics.DashboardTile";
    static components = { Sparkline };
    static props = {
        item: Object,
        windows: Object,
        periodUnit: String,
        currencyId: Number,
        onOpen: Function,
    };

    format(value, compact = false) {
        return formatFigure(value, this.props.item.unit, this.props.currencyId, compact);
    }

    get value() {
        return this.format(this.props.item.value, true);
    }

    get tooltip() {
        const { item } = this.props;
        return [this.format(item.value), item.help].filter(Boolean).join("\n");
    }

    /** How far one is on the way to the target, and whether that is far enough by now. */
    get goal() {
        const { target, progress, pace } = this.props.item;
        if (!target) {
            return null; // a day off has a target of nothing
        }
        const parts = [];
        if (typeof progress === "number") {
            parts.push(_t("%s of target", formatShare(progress)));
        }
        if (typeof pace === "number") {
            parts.push(_t("%s of pace", formatShare(pace)));
        }
        return {
            label: _t("Target %s", this.format(target, true)),
            words: parts.join(" · "),
            width: clamp((progress || 0) * 100, 0, 100),
            className: this.getGoalClass(pace ?? progress),
        };
    }

    getGoalClass(reached) {
        if (typeof reached !== "number") {
            return "bg-secondary";
        }
        return reached >= 1 ? "bg-success" : reached >= 0.9 ? "bg-warning" : "bg-danger";
    }

    get trends() {
        const { item, windows, periodUnit } = this.props;
        // Nothing then and nothing now is not worth a line.
        const bases = Object.entries(item.compared || {}).filter(
            ([name, base]) =>
                windows[name] &&
                typeof base === "number" &&
                typeof item.value === "number" &&
                (base || item.value)
        );
        return bases.map(([name, base]) => {
            const label = getComparisonLabel(name, periodUnit);
            return {
                name,
                tooltip: `${formatRange(windows[name])}: ${this.format(base)}`,
                ...getTrend(item.value, base, item, label, this.format(base, true)),
            };
        });
    }

    get course() {
        const values = (this.props.item.sparkline || []).map(({ value }) => value ?? null);
        // Neither two points nor a flat line of zeros would say anything.
        return values.filter((value) => value !== null).length > 2 && values.some(Boolean)
            ? values
            : null;
    }

    get ariaLabel() {
        const { item } = this.props;
        const parts = [`${item.title}: ${this.format(item.value)}`];
        if (this.goal) {
            parts.push(this.goal.label, this.goal.words);
        }
        parts.push(...this.trends.map(({ text, words }) => `${text} ${words}`.trim()));
        if (item.action) {
            parts.push(_t("Open the records"));
        }
        return parts.filter(Boolean).join(". ");
    }

    open(inNewWindow) {
        if (this.props.item.action) {
            this.props.onOpen(this.props.item.action, inNewWindow);
        }
    }
}
