import { Component, useRef, useState } from "@odoo/owl";
import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useDebounced } from "@web/core/utils/timing";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * The customer's last orders below a complaint, each line a button: one click tells which order and
 * product it is about. Works before the complaint is saved, and with the keyboard alone.
 */
export class ComplaintOrderPicker extends Component {
    static template = "crm_extended.ComplaintOrderPicker";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.rootRef = useRef("root");
        this.state = useState({ orders: [], text: "", searched: false, isOpen: false });
        this.onInput = useDebounced(() => this.load(), 250);
        useRecordObserver((record) => {
            const partnerId = record.data.partner_id?.id || false;
            const companyId = record.data.company_id?.id || false;
            if (partnerId === this.partnerId && companyId === this.companyId) {
                return;
            }
            Object.assign(this, { partnerId, companyId });
            Object.assign(this.state, { text: "", isOpen: false });
            return this.load();
        });
    }

    /** What is known and saved needs no list until somebody wants to change it. */
    get isFolded() {
        const { resId, data } = this.props.record;
        return Boolean(resId && data.order_id) && !this.state.isOpen;
    }

    get pickedId() {
        return this.props.record.data.order_line_id?.id;
    }

    formatDate(date) {
        return formatDate(deserializeDateTime(date));
    }

    async load() {
        const text = this.state.text.trim();
        if (!this.partnerId) {
            this.state.orders = [];
            this.state.searched = false;
            return;
        }
        const orders = await this.keepLast.add(
            this.orm.call("crm.complaint", "get_orders_to_pick", [], {
                partner_id: this.partnerId,
                company_id: this.companyId,
                text,
            })
        );
        this.state.orders = orders;
        this.state.searched = Boolean(text);
    }

    async onSearchKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            ev.stopPropagation();
            this.onInput.cancel();
            await this.load();
            const line = this.state.orders[0]?.lines[0];
            if (line) {
                this.pick(line);
            }
        } else if (ev.key === "ArrowDown") {
            this.moveFocus(ev, 0);
        }
    }

    onLineKeydown(ev) {
        const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
        if (step) {
            this.moveFocus(ev, this.lineButtons.indexOf(ev.currentTarget) + step);
        }
    }

    get lineButtons() {
        return [...this.rootRef.el.querySelectorAll(".o_complaint_order_line")];
    }

    moveFocus(ev, index) {
        ev.preventDefault();
        ev.stopPropagation();
        const target = index < 0 ? this.rootRef.el.querySelector("input") : this.lineButtons[index];
        target?.focus();
    }

    /** A second click takes the choice back. */
    pick(line) {
        const changes =
            line.id === this.pickedId
                ? { order_line_id: false, order_id: false, product_id: false }
                : { order_line_id: { id: line.id, display_name: line.product } };
        return this.props.record.update(changes);
    }
}

export const complaintOrderPicker = {
    component: ComplaintOrderPicker,
    fieldDependencies: [
        { name: "company_id", type: "many2one" },
        { name: "order_id", type: "many2one" },
        { name: "order_line_id", type: "many2one" },
        { name: "partner_id", type: "many2one" },
    ],
};

registry.category("view_widgets").add("complaint_order_picker", complaintOrderPicker);
