import { serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { addOptionalLine, addOrderedLine } from "./optional_section";
import { SuggestionPanel } from "./suggestion_panel";

/**
 * Suggestions under the lines of a quotation: what goes best with the products that are on the
 * screen, saved or not. Adding makes an ordinary order line in the form, so that quantity, price
 * and taxes are core's and Discard takes it back.
 *
 * What was shown, added and dismissed is told to the server apart from the form, which never
 * becomes dirty by it; on a quotation not saved yet it waits here until it is.
 */
export class SaleSuggestions extends SuggestionPanel {
    static props = { ...standardWidgetProps };

    setup() {
        super.setup();
        this.lastKey = null;
        this.emptyKey = null;
        this.orderId = this.props.record.resId;
        useRecordObserver((record) => this.onRecordChanged(record));
    }

    get readonly() {
        return this.props.readonly;
    }

    get canAsk() {
        const { product_ids, line_ids, partner_id } = this.values;
        return Boolean(product_ids.length || line_ids.length || partner_id);
    }

    /** Everything the suggestions depend on, as the server wants it. */
    getValues(record) {
        const { data } = record;
        const loadedIds = data.order_line.records.map((line) => line.resId);
        return {
            order_id: record.resId || false,
            suggestion_seed: data.suggestion_seed,
            company_id: data.company_id?.id || false,
            partner_id: data.partner_id?.id || false,
            pricelist_id: data.pricelist_id?.id || false,
            fiscal_position_id: data.fiscal_position_id?.id || false,
            date_order: data.date_order ? serializeDateTime(data.date_order) : false,
            product_ids: this.getProductIds(record),
            line_ids: data.order_line.currentIds.filter(
                (id) => typeof id === "number" && !loadedIds.includes(id)
            ),
        };
    }

    getProductIds(record) {
        const ids = record.data.order_line.records.map((line) => line.data.product_id?.id);
        return [...new Set(ids.filter(Boolean))].sort((a, b) => a - b);
    }

    getSettledIds() {
        return this.getProductIds(this.props.record);
    }

    onRecordChanged(record) {
        if (record.resId !== this.orderId) {
            if (this.orderId) {
                // another quotation in the same form: the pager
                this.forget();
                this.emptyKey = null;
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

    getActions() {
        return [
            {
                id: "option",
                label: _t("Offer as an option, which the customer can add on the portal"),
                icon: "fa-list",
                onClick: (suggestion) => this.onAdd(suggestion, () => this.addOption(suggestion)),
            },
        ];
    }

    addLine(suggestion) {
        return this.addProduct(suggestion, addOrderedLine, suggestion.quantity);
    }

    addOption(suggestion) {
        const getSectionName = () =>
            this.orm.call("sale.order", "get_optional_section_name", [this.values.partner_id]);
        return this.addProduct(
            suggestion,
            (orderLines) => addOptionalLine(orderLines, getSectionName),
            0
        );
    }

    /**
     * @param {Object} suggestion
     * @param {(orderLines: Object) => Promise<Object>} makeLine
     * @param {number} quantity
     * @returns {Promise<boolean>} whether it was added
     */
    async addProduct(suggestion, makeLine, quantity) {
        const orderLines = this.props.record.data.order_line;
        const canProceed = await orderLines.leaveEditMode();
        if (canProceed === false) {
            return false;
        }
        this.hide(suggestion);
        const line = await makeLine(orderLines);
        await line.update({
            product_id: { id: suggestion.product_id, display_name: suggestion.name },
        });
        if (line.data.product_uom_qty !== quantity) {
            await line.update({ product_uom_qty: quantity });
        }
        return true;
    }

    /** Tell what is settled: an added product once its line is saved, the rest once the order is. */
    sendPending() {
        if (this.orderId && !this.props.readonly) {
            this.send(
                this.orderId,
                (productId, { state }) =>
                    state !== "added" || this.savedProductIds.includes(productId)
            );
        }
    }

    sendNothingShown() {
        const key = JSON.stringify(this.values.product_ids);
        if (this.orderId && !this.props.readonly && !this.shownIds.size && key !== this.emptyKey) {
            this.emptyKey = key;
            this.log(this.orderId, "shown", [], this.values.product_ids);
        }
        this.sendPending();
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
        { name: "suggestion_seed", type: "integer" },
    ],
};

registry.category("view_widgets").add("sale_suggestions", saleSuggestions);
