import { Component } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { formatFloat, formatPercentage } from "@web/views/fields/formatters";

/** One product to propose: what it is, what it costs this customer, why, and what to do with it. */
export class SuggestionCard extends Component {
    static template = "crm_analytics.SuggestionCard";
    static components = { Dropdown, DropdownItem };
    static props = {
        suggestion: Object,
        readonly: { type: Boolean, optional: true },
        busy: { type: Boolean, optional: true },
        onAdd: Function,
        onDismiss: Function,
        /** More that can be done with it: [{id, label, icon, onClick(suggestion)}] */
        actions: { type: Array, optional: true },
    };
    static defaultProps = { actions: [] };

    get price() {
        const { price, currency_id } = this.props.suggestion;
        return formatCurrency(price, currency_id);
    }

    /** How many are added, where it is not simply one. */
    get quantity() {
        const { quantity, uom } = this.props.suggestion;
        return quantity === 1 ? "" : `${formatFloat(quantity, { trailingZeros: false })} ${uom}`;
    }

    get hasMargin() {
        return this.props.suggestion.margin !== undefined;
    }

    get margin() {
        const { margin, margin_percent, currency_id } = this.props.suggestion;
        return _t("Margin %(amount)s (%(percent)s)", {
            amount: formatCurrency(margin, currency_id),
            percent: formatPercentage(margin_percent, { digits: [16, 0] }),
        });
    }

    get dismissReasons() {
        return [
            { id: "not_needed", label: _t("Not needed") },
            { id: "has_already", label: _t("Has it already") },
            { id: "too_expensive", label: _t("Too expensive") },
            { id: "later", label: _t("Later") },
            { id: "other", label: _t("Other reason") },
        ];
    }
}
