"""Panels for notebooks: one call each. The only importer of ipywidgets and matplotlib."""

from simulator.console.access import access_panel
from simulator.console.anatomy import anatomy_atlas
from simulator.console.associations import association_list
from simulator.console.audit import audit_panel
from simulator.console.capacity import capacity
from simulator.console.continuity import continuity
from simulator.console.fixup import fixup
from simulator.console.fleet import fleet_panel
from simulator.console.logs import log_pane
from simulator.console.messages import message_viewer
from simulator.console.morning import morning_check
from simulator.console.nodes import node_table
from simulator.console.progress import progress_board
from simulator.console.queues import queues
from simulator.console.reading import reading_list
from simulator.console.registration import registration_desk
from simulator.console.ris import ris_panel
from simulator.console.service import service_screen
from simulator.console.settings import settings_panel
from simulator.console.sql import sql_desk
from simulator.console.status import status_board
from simulator.console.studies import study_browser
from simulator.console.terminal import terminal
from simulator.console.tickets import ticket
from simulator.console.timeline import order_timeline
from simulator.console.users import users_panel
from simulator.console.view import viewer
from simulator.console.web import web_desk
from simulator.console.wire import wire
from simulator.console.worklist import worklist_board

__all__ = [
    "access_panel",
    "anatomy_atlas",
    "association_list",
    "audit_panel",
    "capacity",
    "continuity",
    "fixup",
    "fleet_panel",
    "log_pane",
    "message_viewer",
    "morning_check",
    "node_table",
    "order_timeline",
    "progress_board",
    "queues",
    "reading_list",
    "registration_desk",
    "ris_panel",
    "service_screen",
    "settings_panel",
    "sql_desk",
    "status_board",
    "study_browser",
    "terminal",
    "ticket",
    "users_panel",
    "viewer",
    "web_desk",
    "wire",
    "worklist_board",
]
