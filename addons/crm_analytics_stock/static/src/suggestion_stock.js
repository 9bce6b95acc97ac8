import {
    CatalogSuggestions,
    ORDER_FIELDS,
} from "@crm_analytics/suggestions/catalog_suggestions";
import { SaleSuggestions, saleSuggestions } from "@crm_analytics/suggestions/sale_suggestions";
import { patch } from "@web/core/utils/patch";

saleSuggestions.fieldDependencies.push({
    name: "warehouse_id",
    type: "many2one",
    relation: "stock.warehouse",
});

patch(SaleSuggestions.prototype, {
    getValues(record) {
        return { ...super.getValues(record), warehouse_id: record.data.warehouse_id?.id || false };
    },
});

ORDER_FIELDS.push("warehouse_id");

patch(CatalogSuggestions.prototype, {
    getValues(order) {
        return {
            ...super.getValues(order),
            warehouse_id: order.warehouse_id && order.warehouse_id[0],
        };
    },
});
