from . import crm_contract_term
