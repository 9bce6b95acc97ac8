import { markup } from "@odoo/owl";
import { HistoryDialog } from "@html_editor/components/history_dialog/history_dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";

/** Adds the history of the contract's text to the menu of the form. */
export class ContractFormController extends FormController {
    setup() {
        super.setup();
        this.notification = useService("notification");
    }

    /** @override */
    getStaticActionMenuItems() {
        return {
            ...super.getStaticActionMenuItems(),
            textHistory: {
                sequence: 45,
                icon: "fa fa-history",
                description: _t("History of the Text"),
                callback: () => this.openTextHistory(),
            },
        };
    }

    openTextHistory() {
        const record = this.model.root;
        const historyMetadata = record.data.html_field_history_metadata?.text;
        if (!historyMetadata) {
            this.notification.add(_t("The text has not been changed yet."), { type: "info" });
            return;
        }
        this.dialogService.add(HistoryDialog, {
            title: _t("History of the Text"),
            noContentHelper: markup`<span class="text-muted">${_t("There was no text at the time.")}</span>`,
            recordId: record.resId,
            recordModel: this.props.resModel,
            versionedFieldName: "text",
            historyMetadata,
            restoreRequested: async (text, close) => {
                await record.update({ text });
                close();
            },
        });
    }
}
