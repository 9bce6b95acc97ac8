import { onWillStart } from "@odoo/owl";
import { ProductCatalogKanbanRecord } from "@product/product_catalog/kanban_record";
import { ProductCatalogKanbanRenderer } from "@product/product_catalog/kanban_renderer";
import { rpc } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { useBus } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { SuggestionPanel } from "./suggestion_panel";

/** What is read of the quotation, once. */
export const ORDER_FIELDS = [
    "company_id",
    "fiscal_position_id",
    "partner_id",
    "pricelist_id",
    "state",
    "locked",
];
const QUANTITY_CHANGED = "crm_analytics:catalog-quantity-changed";

/** Suggestions above the products of the catalog of a quotation, whose lines are always saved. */
export class CatalogSuggestions extends SuggestionPanel {
    static props = { list: Object };

    setup() {
        super.setup();
        this.orderId = this.props.list.context.product_catalog_order_id;
        useBus(this.props.list.model.bus, QUANTITY_CHANGED, () => this.refreshLater());
        onWillStart(() => this.load());
    }

    get canAsk() {
        return Boolean(this.values.order_id);
    }

    async load() {
        if (!(await user.hasGroup("sales_team.group_sale_salesman"))) {
            return;
        }
        const [order] = await this.orm.read("sale.order", [this.orderId], ORDER_FIELDS);
        if (!order || order.locked || !["draft", "sent"].includes(order.state)) {
            return;
        }
        this.values = this.getValues(order);
        this.refreshLater();
    }

    getValues(order) {
        return {
            order_id: this.orderId,
            saved_lines: true,
            company_id: order.company_id[0],
            partner_id: order.partner_id[0],
            pricelist_id: order.pricelist_id && order.pricelist_id[0],
            fiscal_position_id: order.fiscal_position_id && order.fiscal_position_id[0],
        };
    }

    async addLine(suggestion) {
        const { product_id, quantity } = suggestion;
        const { context, model, records } = this.props.list;
        this.hide(suggestion);
        const sectionId = this.env.searchModel?.selectedSection?.sectionId || false;
        await rpc("/product/catalog/update_order_line_info", {
            order_id: this.orderId,
            product_id,
            quantity,
            res_model: context.product_catalog_order_model,
            child_field: context.child_field,
            section_id: sectionId,
        });
        const record = records.find(({ resId }) => resId === product_id);
        if (record) {
            record.productCatalogData.quantity = quantity;
        }
        this.env.searchModel?.trigger("section-line-count-change", {
            sectionId,
            lineCountChange: 1,
        });
        model.bus.trigger(QUANTITY_CHANGED);
        return true;
    }

    sendPending() {
        this.send(this.orderId);
    }

    sendNothingShown() {
        if (!this.shownIds.size) {
            this.log(this.orderId, "shown", [], false);
        }
        this.sendPending();
    }
}

patch(ProductCatalogKanbanRecord.prototype, {
    async _updateQuantity() {
        await super._updateQuantity(...arguments);
        this.props.record.model.bus.trigger(QUANTITY_CHANGED);
    },
});

ProductCatalogKanbanRenderer.components = {
    ...ProductCatalogKanbanRenderer.components,
    CatalogSuggestions,
};

patch(ProductCatalogKanbanRenderer.prototype, {
    get showSuggestions() {
        const { list } = this.props;
        return list.context.product_catalog_order_model === "sale.order" && !list.isGrouped;
    },
});
