"""Panels for notebooks: one call each. The only importer of ipywidgets and matplotlib."""

from simulator.console.fleet import fleet_panel
from simulator.console.logs import log_pane
from simulator.console.nodes import node_table
from simulator.console.service import service_screen
from simulator.console.settings import settings_panel
from simulator.console.status import status_board
from simulator.console.studies import study_browser
from simulator.console.terminal import terminal
from simulator.console.tickets import ticket
from simulator.console.users import users_panel
from simulator.console.view import viewer
from simulator.console.worklist import worklist_board

__all__ = [
    "fleet_panel",
    "log_pane",
    "node_table",
    "service_screen",
    "settings_panel",
    "status_board",
    "study_browser",
    "terminal",
    "ticket",
    "users_panel",
    "viewer",
    "worklist_board",
]
