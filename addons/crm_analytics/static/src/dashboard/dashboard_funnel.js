import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatFigure, formatShare } from "./dashboard_format";

/** Steps one after the other, each as wide as what is left, with its share of the step before. */
export class DashboardFunnel extends Component {
    static template = "crm_analytics.DashboardFunnel";
    static props = {
        item: Object,
        currencyId: Number,
        onOpen: Function,
    };

    get steps() {
        const { item, currencyId } = this.props;
        const [{ values = [], actions = [] } = {}] = item.series;
        const widest = Math.max(...values.map((value) => value || 0), 0);
        return item.labels.map((label, index) => {
            const before = values[index - 1];
            const figure = formatFigure(values[index], item.unit, currencyId);
            // More than came in at the step before is no part of it.
            const isPart = before > 0 && values[index] <= before;
            const share = isPart ? formatShare((values[index] || 0) / before) : "";
            return {
                label,
                figure,
                share,
                ariaLabel: share
                    ? _t("%(step)s: %(figure)s, %(share)s of the step before", {
                          step: label,
                          figure,
                          share,
                      })
                    : `${label}: ${figure}`,
                width: widest ? Math.max(((values[index] || 0) / widest) * 100, 0) : 0,
                action: actions?.[index],
            };
        });
    }
}
