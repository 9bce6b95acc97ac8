import { Component, onWillDestroy, useState } from "@odoo/owl";
import { serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { formatCurrency } from "@web/core/currency";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const REFRESH_DELAY = 250;

/**
 * "Bought Together" under the lines of a quotation: what goes best with the products that are on
 * the screen, saved or not. Adding makes an ordinary order line in the form, so that quantity,
 * price and taxes are core's and Discard takes it back.
 *
 * What was shown, added and dismissed is told to the server apart from the form, which never
 * becomes dirty by it; on a quotation not saved yet it waits here until it is.
 */
export class SaleSuggestions extends Component {
    static template = "crm_analytics.SaleSuggestions";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ suggestions: [], addingId: false });
        this.keepLast = new KeepLast();
        this.lastKey = null;
        this.orderId = this.props.record.resId;
        // {product id: {state, basketIds}} of what the server was not told yet
        this.pending = new Map();
        this.shownIds = new Set();
        this.dismissedIds = new Set();
        this.refreshLater = useDebounced(() => this.refresh(), REFRESH_DELAY);
        useRecordObserver((record) => this.onRecordChanged(record));
        onWillDestroy(() => this.refreshLater.cancel());
    }

    get lines() {
        return this.props.record.data.order_line.records;
    }

    formatPrice(suggestion) {
        return formatCurrency(suggestion.price, suggestion.currency_id);
    }

    /** Everything the suggestions depend on, as the server wants it. */
    getValues(record) {
        const { company_id, date_order, fiscal_position_id, order_line, partner_id, pricelist_id } =
            record.data;
        const loadedIds = order_line.records.map((line) => line.resId);
        return {
            order_id: record.resId || false,
            company_id: company_id?.id || false,
            partner_id: partner_id?.id || false,
            pricelist_id: pricelist_id?.id || false,
            fiscal_position_id: fiscal_position_id?.id || false,
            date_order: date_order ? serializeDateTime(date_order) : false,
            product_ids: this.getProductIds(record),
            line_ids: order_line.currentIds.filter(
                (id) => typeof id === "number" && !loadedIds.includes(id)
            ),
        };
    }

    getProductIds(record) {
        const ids = record.data.order_line.records.map((line) => line.data.product_id?.id);
        return [...new Set(ids.filter(Boolean))].sort((a, b) => a - b);
    }

    onRecordChanged(record) {
        if (record.resId !== this.orderId) {
            if (this.orderId) {
                // another quotation in the same form: the pager
                this.pending.clear();
                this.shownIds.clear();
                this.dismissedIds.clear();
            }
            this.orderId = record.resId;
        }
        this.values = this.getValues(record);
        this.savedProductIds = record.data.order_line.records
            .filter((line) => line.resId)
            .map((line) => line.data.product_id?.id);
        this.sendPending();
        // The date of a quotation changes with every save; alone it is no reason to ask again.
        const key = JSON.stringify({ ...this.values, date_order: false });
        if (key !== this.lastKey) {
            this.lastKey = key;
            this.refreshLater();
        }
    }

    async refresh() {
        const values = { ...this.values, dismissed_ids: [...this.dismissedIds] };
        let suggestions = [];
        if (values.product_ids.length || values.line_ids.length) {
            suggestions = await this.keepLast.add(
                this.orm.silent.call("sale.order", "get_affinity_suggestions", [values])
            );
        } else {
            // an earlier answer must not fill the panel of an order without products
            this.keepLast.add(Promise.resolve());
        }
        // What was added or dismissed while the server worked must not come back for a second click.
        const settledIds = [
            ...this.getProductIds(this.props.record),
            ...this.dismissedIds,
            this.state.addingId,
        ];
        suggestions = suggestions.filter(({ product_id }) => !settledIds.includes(product_id));
        this.state.suggestions = suggestions;
        this.remember("shown", suggestions.map((suggestion) => suggestion.product_id));
    }

    // Handlers

    async onAdd(suggestion) {
        if (this.state.addingId) {
            return;
        }
        this.state.addingId = suggestion.product_id;
        try {
            const orderLines = this.props.record.data.order_line;
            const canProceed = await orderLines.leaveEditMode();
            if (canProceed === false) {
                return;
            }
            const basketIds = this.values.product_ids;
            // at once, so that a second click cannot add it again
            this.hide(suggestion);
            const line = await orderLines.addNewRecord({ position: "bottom", mode: "readonly" });
            await line.update({
                product_id: { id: suggestion.product_id, display_name: suggestion.name },
            });
            this.remember("added", [suggestion.product_id], basketIds);
        } finally {
            this.state.addingId = false;
        }
    }

    onDismiss(suggestion) {
        this.dismissedIds.add(suggestion.product_id);
        this.hide(suggestion);
        this.remember("dismissed", [suggestion.product_id]);
        this.refreshLater();
    }

    hide({ product_id }) {
        this.state.suggestions = this.state.suggestions.filter(
            (suggestion) => suggestion.product_id !== product_id
        );
    }

    get dismissLabel() {
        return _t("Do not propose this again on this quotation");
    }

    // What the server is told

    remember(state, productIds, basketIds = this.values.product_ids) {
        for (const productId of productIds) {
            if (state === "shown" && this.shownIds.has(productId)) {
                continue;
            }
            this.shownIds.add(productId);
            this.pending.set(productId, { state, basketIds });
        }
        this.sendPending();
    }

    /** Tell what is settled: an added product once its line is saved, the rest once the order is. */
    sendPending() {
        if (!this.orderId || this.props.readonly) {
            return;
        }
        const groups = new Map();
        for (const [productId, { state, basketIds }] of this.pending) {
            if (state === "added" && !this.savedProductIds.includes(productId)) {
                continue;
            }
            this.pending.delete(productId);
            const key = JSON.stringify([state, basketIds]);
            groups.set(key, [...(groups.get(key) || []), productId]);
        }
        for (const [key, productIds] of groups) {
            const [state, basketIds] = JSON.parse(key);
            this.orm.silent.call("sale.order", "log_affinity_suggestions", [
                [this.orderId],
                state,
                productIds,
                basketIds,
            ]);
        }
    }
}

export const saleSuggestions = {
    component: SaleSuggestions,
    fieldDependencies: [
        { name: "company_id", type: "many2one", relation: "res.company" },
        { name: "date_order", type: "datetime" },
        { name: "fiscal_position_id", type: "many2one", relation: "account.fiscal.position" },
        { name: "partner_id", type: "many2one", relation: "res.partner" },
        { name: "pricelist_id", type: "many2one", relation: "product.pricelist" },
    ],
};

registry.category("view_widgets").add("sale_suggestions", saleSuggestions);
