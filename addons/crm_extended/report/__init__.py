from . import crm_complaint_report
from . import crm_contract_timeline
from . import crm_contract_report_mixin
from . import crm_contract_report
from . import crm_contract_renewal_report
from . import crm_contract_term_report
