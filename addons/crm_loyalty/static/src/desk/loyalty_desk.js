import { Component, onMounted, useEffect, useExternalListener, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** Where typing belongs to what has the focus already. */
const TEXT_FIELDS = "input, textarea, select, [contenteditable=true]";

/**
 * "Serve a Customer": scan a card or find its customer, see the points, award or redeem them.
 *
 * A barcode scanner types the number and presses Enter, so the scan field is where the focus
 * returns after everything; typing anywhere else than in a field goes there, too.
 */
export class LoyaltyDesk extends Component {
    static template = "crm_loyalty.LoyaltyDesk";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        this.scanRef = useRef("scan");
        this.pointsRef = useRef("points");
        this.listRef = useRef("list");
        this.display = { controlPanel: {} };
        this.state = useState({
            text: "",
            card: null,
            customers: null,
            error: "",
            voucher: null,
            isBusy: false,
            award: { isOpen: false, points: "", reason: "" },
            /** The reward of which the customer chooses how many points to spend. */
            perPoint: { rewardId: false, points: "" },
        });
        onMounted(() => this.focusScan());
        useEffect(
            () => this.pointsRef.el?.focus(),
            () => [this.state.award.isOpen, this.state.perPoint.rewardId]
        );
        useExternalListener(window, "keydown", (ev) => this.onWindowKeydown(ev));
    }

    // Focus

    focusScan() {
        this.scanRef.el?.focus();
        this.scanRef.el?.select();
    }

    /** What a scanner types while a button has the focus goes to the scan field. */
    onWindowKeydown(ev) {
        const isTyping = ev.key.length === 1 && ev.key !== " " && !ev.ctrlKey && !ev.altKey && !ev.metaKey;
        const isElsewhere = document.querySelector(".modal.show, .o_dialog, .o_command_palette");
        if (isTyping && !isElsewhere && !ev.target.closest?.(TEXT_FIELDS)) {
            this.focusScan();
        }
    }

    onScanKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.find();
        } else if (ev.key === "Escape") {
            this.clear();
        } else if (ev.key === "ArrowDown" && this.state.customers) {
            this.moveFocus(ev, 0);
        }
    }

    onChoiceKeydown(ev) {
        const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
        if (step) {
            this.moveFocus(ev, this.choices.indexOf(ev.currentTarget) + step);
        } else if (ev.key === "Escape") {
            this.focusScan();
        }
    }

    get choices() {
        return [...this.listRef.el.querySelectorAll("button")];
    }

    moveFocus(ev, index) {
        ev.preventDefault();
        (index < 0 ? this.scanRef.el : this.choices[index])?.focus();
    }

    // Finding

    clear() {
        Object.assign(this.state, { text: "", card: null, customers: null, error: "" });
        this.closePanels();
        this.focusScan();
    }

    closePanels() {
        this.state.voucher = null;
        this.state.award = { isOpen: false, points: "", reason: "" };
        this.state.perPoint = { rewardId: false, points: "" };
    }

    /** Run a call; what it refuses is said on the screen, and the focus returns to the scan field. */
    async call(method, args) {
        this.state.isBusy = true;
        this.state.error = "";
        try {
            return await this.keepLast.add(this.orm.call("loyalty.card", method, args));
        } catch (error) {
            if (!error.data?.message) {
                throw error;
            }
            this.state.error = error.data.message;
            return null;
        } finally {
            this.state.isBusy = false;
        }
    }

    async find() {
        const found = await this.call("desk_find", [this.state.text]);
        this.closePanels();
        this.state.card = found?.card || null;
        this.state.customers = found?.customers || null;
        this.focusScan();
    }

    async show(cardId) {
        const card = await this.call("desk_read", [[cardId]]);
        this.closePanels();
        Object.assign(this.state, { card, customers: null });
        this.focusScan();
    }

    // Serving

    openAward() {
        this.closePanels();
        this.state.award.isOpen = true;
    }

    closeAward() {
        this.closePanels();
        this.focusScan();
    }

    onAwardKeydown(ev) {
        if (ev.key === "Escape") {
            ev.preventDefault();
            this.closeAward();
        }
    }

    async award() {
        const { points, reason } = this.state.award;
        const { id } = this.state.card;
        const result = await this.call("desk_award", [[id], Number(points), reason.trim()]);
        if (!result) {
            this.pointsRef.el?.focus();
            return;
        }
        this.closePanels();
        this.state.card = result.card;
        if (result.state === "done") {
            this.notification.add(_t("Points added."), { type: "success" });
        } else {
            this.notification.add(_t("So many points need approval: they count as soon as an administrator agrees."), { type: "warning" });
        }
        this.focusScan();
    }

    async redeem(reward) {
        const { perPoint } = this.state;
        if (reward.is_per_point && perPoint.rewardId !== reward.id) {
            this.closePanels();
            this.state.perPoint = { rewardId: reward.id, points: "" };
            return;
        }
        const points = reward.is_per_point ? Number(perPoint.points) : 0;
        const result = await this.call("desk_redeem", [[this.state.card.id], reward.id, points]);
        if (result) {
            this.closePanels();
            Object.assign(this.state, result);
        }
        this.focusScan();
    }

    printVoucher() {
        return this.leave("loyalty.report_loyalty_card", { active_ids: [this.state.voucher.id] });
    }

    async sendVoucher() {
        const action = await this.orm.call("loyalty.card", "action_coupon_send", [[this.state.voucher.id]]);
        return this.leave(action);
    }

    printCard() {
        return this.leave("crm_loyalty.action_report_loyalty_card", { active_ids: [this.state.card.id] });
    }

    async leave(action, additionalContext = {}) {
        await this.action.doAction(action, { additionalContext, onClose: () => this.focusScan() });
        this.focusScan();
    }

    async sell() {
        const action = await this.call("desk_sell", [[this.state.card.id]]);
        if (action) {
            await this.action.doAction(action);
        }
    }

    openCard() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "loyalty.card",
            res_id: this.state.card.id,
            views: [[false, "form"]],
        });
    }

    /** Hand out the card on the screen, or a card to the customer, or either to be chosen. */
    handOut({ number = false, partnerId = false } = {}) {
        return this.action.doAction("crm_loyalty.loyalty_card_hand_out_action", {
            additionalContext: {
                loyalty_desk: true,
                default_number: number,
                default_partner_id: partnerId,
            },
            onClose: (infos) =>
                infos?.loyalty_card_id ? this.show(infos.loyalty_card_id) : this.focusScan(),
        });
    }
}

registry.category("actions").add("crm_loyalty.desk", LoyaltyDesk);
