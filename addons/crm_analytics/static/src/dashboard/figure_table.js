import { Component } from "@odoo/owl";
import { formatFigure, getLabels } from "./dashboard_format";

/**
 * The numbers of a chart as a table, for those who do not see it or do not use a mouse: it shows
 * once the keyboard reaches it.
 */
export class FigureTable extends Component {
    static template = "crm_analytics.FigureTable";
    static props = {
        item: Object,
        currencyId: Number,
        onOpen: Function,
    };

    get rows() {
        const { item, currencyId } = this.props;
        return getLabels(item).map((label, index) => ({
            label,
            cells: item.series.map(({ values, actions }) => ({
                text: formatFigure(values[index], item.unit, currencyId),
                action: actions?.[index],
            })),
        }));
    }
}
