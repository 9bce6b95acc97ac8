from . import base_partner_merge
from . import crm_complaint_merge
from . import crm_contract_change
