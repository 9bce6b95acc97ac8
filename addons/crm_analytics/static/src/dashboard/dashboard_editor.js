import { Component, useRef, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { useSortable } from "@web/core/utils/sortable_owl";
import { DashboardCatalogue } from "./dashboard_catalogue";
import { DashboardItem } from "./dashboard_item";
import { addItem, moveItem, removeItem, resizeItem, stepItem, toLayout } from "./dashboard_layout";

/** A dashboard whose items are dragged, resized, added and removed, then saved at once. */
export class DashboardEditor extends Component {
    static template = "crm_analytics.DashboardEditor";
    static components = { DashboardItem };
    static props = {
        data: Object,
        /** (items): as `save_layout` takes them */
        onSave: Function,
        onDiscard: Function,
    };

    setup() {
        this.dialog = useService("dialog");
        this.grid = useRef("grid");
        this.state = useState({ items: [...this.props.data.items], saving: false });
        useSortable({
            ref: this.grid,
            elements: ".o_crm_dashboard_item",
            handle: ".o_crm_dashboard_handle",
            cursor: "move",
            onDrop: ({ element, next }) => {
                this.state.items = moveItem(this.state.items, element.dataset.id, next?.dataset.id);
            },
        });
    }

    change(id, name, step) {
        const { items } = this.state;
        const changes = {
            move: () => stepItem(items, id, step),
            remove: () => removeItem(items, id),
            width: () => resizeItem(items, id, "width", step),
            height: () => resizeItem(items, id, "height", step),
        };
        this.state.items = changes[name]();
    }

    openCatalogue() {
        this.dialog.add(DashboardCatalogue, {
            onAdd: (item) => {
                this.state.items = addItem(this.state.items, item);
            },
        });
    }

    async save() {
        this.state.saving = true;
        try {
            await this.props.onSave(toLayout(this.state.items));
        } finally {
            this.state.saving = false;
        }
    }
}
