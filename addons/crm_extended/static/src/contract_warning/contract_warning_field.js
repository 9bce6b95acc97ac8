import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A sign on a line whose tooltip says what is outside the conditions of the contract. */
export class ContractWarningField extends Component {
    static template = "crm_extended.ContractWarningField";
    static props = { ...standardFieldProps };

    get warning() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("contract_warning", {
    component: ContractWarningField,
    displayName: _t("Contract Warning"),
    supportedTypes: ["text"],
});
