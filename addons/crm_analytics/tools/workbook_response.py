from odoo.http import content_disposition, request
from odoo.tools import osutil

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def make_workbook_response(content, name):
    """The download of a workbook."""
    return request.make_response(
        content,
        headers=[
            ("Content-Type", XLSX),
            ("Content-Disposition", content_disposition(f"{osutil.clean_filename(name)}.xlsx")),
        ],
    )
