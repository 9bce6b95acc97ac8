from . import crm_due_mixin
from . import crm_payment_due
from . import crm_sales_actual, crm_sales_actual_collected
from . import crm_kpi_score
from . import crm_lead_response
from . import crm_sales_plan_gap
from . import crm_sales_plan_report
from . import sale_suggestion_report
