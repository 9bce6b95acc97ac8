import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { useService } from "@web/core/utils/hooks";

/** Choose of whom, where or what a new row of the plan is. */
export class PlanRowDialog extends Component {
    static template = "crm_analytics.PlanRowDialog";
    static components = { Dialog, RecordSelector };
    static props = {
        /** [{name, label, model}] of the rows */
        dimensions: Array,
        /** (ids, names) */
        onAdd: Function,
        close: Function,
    };

    setup() {
        this.nameService = useService("name");
        this.state = useState({ ids: this.props.dimensions.map(() => false) });
    }

    get isComplete() {
        return this.state.ids.some(Boolean);
    }

    async add() {
        const { dimensions, onAdd, close } = this.props;
        const ids = this.state.ids.map((id) => id || 0);
        const names = await Promise.all(
            dimensions.map(async ({ model }, place) => {
                const id = ids[place];
                return id ? (await this.nameService.loadDisplayNames(model, [id]))[id] : _t("None");
            })
        );
        onAdd(ids, names);
        close();
    }
}
