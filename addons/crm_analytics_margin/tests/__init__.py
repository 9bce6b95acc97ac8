from . import test_margin_kpi
