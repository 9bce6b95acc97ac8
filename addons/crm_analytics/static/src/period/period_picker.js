import { Component } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { getPeriodLabel, getPresets } from "./period_format";

/** A period of `tools/period.py`: its neighbours by the arrows, the presets in a menu. */
export class PeriodPicker extends Component {
    static template = "crm_analytics.PeriodPicker";
    static components = { Dropdown, DropdownItem };
    static props = {
        /** as `_prepare_period` gives it; none while it is not known yet */
        period: { type: Object, optional: true },
        onSelect: Function,
    };

    setup() {
        this.presets = getPresets();
    }

    get label() {
        return this.props.period ? getPeriodLabel(this.props.period) : _t("Period");
    }
}
