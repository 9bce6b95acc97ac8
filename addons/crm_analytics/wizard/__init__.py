from . import crm_kpi_target_import
from . import crm_sales_plan_import
from . import crm_sales_plan_spread
from . import sale_followup_candidate
