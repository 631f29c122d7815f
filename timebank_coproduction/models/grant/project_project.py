from odoo import models


class ProjectProject(models.Model):
    """The grants that serve a project."""

    _name = "project.project"
    _inherit = ["project.project", "timebank.grant.linked"]
    _grant_field = "project_ids"
