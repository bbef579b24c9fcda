"""Codes of audit messages (PS3.16 CID 400 to 404; PS3.15 A.5.1.2)."""

from __future__ import annotations

from typing import NamedTuple

DCM = "DCM"
APPLICATION_SERVER = "4"  # Audit Source Type Code


class Code(NamedTuple):
    """A coded value."""

    value: str
    system: str
    meaning: str


# Audit Event ID, CID 400
APPLICATION_ACTIVITY, AUDIT_LOG_USED, BEGIN_TRANSFERRING = "110100", "110101", "110102"
ACCESSED, TRANSFERRED, STUDY_DELETED = "110103", "110104", "110105"
EXPORT, IMPORT, NETWORK_ENTRY = "110106", "110107", "110108"
ORDER_RECORD, PATIENT_RECORD, PROCEDURE_RECORD = "110109", "110110", "110111"
QUERY, SECURITY_ALERT, AUTHENTICATION = "110112", "110113", "110114"
EVENTS = {
    APPLICATION_ACTIVITY: "Application Activity",
    AUDIT_LOG_USED: "Audit Log Used",
    BEGIN_TRANSFERRING: "Begin Transferring DICOM Instances",
    ACCESSED: "DICOM Instances Accessed",
    TRANSFERRED: "DICOM Instances Transferred",
    STUDY_DELETED: "DICOM Study Deleted",
    EXPORT: "Export",
    IMPORT: "Import",
    NETWORK_ENTRY: "Network Entry",
    ORDER_RECORD: "Order Record",
    PATIENT_RECORD: "Patient Record",
    PROCEDURE_RECORD: "Procedure Record",
    QUERY: "Query",
    SECURITY_ALERT: "Security Alert",
    AUTHENTICATION: "User Authentication",
}
# Audit Event Type Code, CID 401, and Audit Active Participant Role ID Code, CID 402
START, STOP, LOGIN, LOGOUT, ATTACH, DETACH = (
    "110120", "110121", "110122", "110123", "110124", "110125"
)  # fmt: skip
NODE_AUTHENTICATION, EMERGENCY_STARTED, NETWORK_CONFIGURATION = "110126", "110127", "110128"
SECURITY_CONFIGURATION, SOFTWARE_CONFIGURATION, RESTRICTED = "110129", "110131", "110132"
RECORDING_STOPPED, RECORDING_STARTED, OBJECT_SECURITY = "110133", "110134", "110135"
ROLES_CHANGED, USER_CHANGED, EMERGENCY_STOPPED = "110136", "110137", "110138"
APPLICATION, DESTINATION, SOURCE = "110150", "110152", "110153"
TYPES = {
    START: "Application Start",
    STOP: "Application Stop",
    LOGIN: "Login",
    LOGOUT: "Logout",
    ATTACH: "Attach",
    DETACH: "Detach",
    NODE_AUTHENTICATION: "Node Authentication",
    EMERGENCY_STARTED: "Emergency Override Started",
    NETWORK_CONFIGURATION: "Network Configuration",
    SECURITY_CONFIGURATION: "Security Configuration",
    SOFTWARE_CONFIGURATION: "Software Configuration",
    RESTRICTED: "Use of Restricted Function",
    RECORDING_STOPPED: "Audit Recording Stopped",
    RECORDING_STARTED: "Audit Recording Started",
    OBJECT_SECURITY: "Object Security Attributes Changed",
    ROLES_CHANGED: "Security Roles Changed",
    USER_CHANGED: "User Security Attributes Changed",
    EMERGENCY_STOPPED: "Emergency Override Stopped",
    APPLICATION: "Application",
    DESTINATION: "Destination Role ID",
    SOURCE: "Source Role ID",
}
_RFC = "RFC-3881"
OBJECT_ID = {  # Participant Object ID Type Code (PS3.15 A.5.1.2.4)
    "patient": Code("2", _RFC, "Patient Number"),
    "report": Code("9", _RFC, "Report Number"),
    "search": Code("10", _RFC, "Search Criteria"),
    "user": Code("11", _RFC, "User Identifier"),
    "uri": Code("12", _RFC, "URI"),
    "order": Code("110109", DCM, "Order Record"),
    "study": Code("110180", DCM, "Study Instance UID"),
    "class": Code("110181", DCM, "SOP Class UID"),
    "node": Code("110182", DCM, "Node ID"),
}
# The short names by which a setting switches recording off.
SHORT = {
    "application": APPLICATION_ACTIVITY,
    "audit": AUDIT_LOG_USED,
    "begin": BEGIN_TRANSFERRING,
    "access": ACCESSED,
    "transfer": TRANSFERRED,
    "delete": STUDY_DELETED,
    "export": EXPORT,
    "import": IMPORT,
    "network": NETWORK_ENTRY,
    "order": ORDER_RECORD,
    "patient": PATIENT_RECORD,
    "procedure": PROCEDURE_RECORD,
    "query": QUERY,
    "security": SECURITY_ALERT,
    "login": AUTHENTICATION,
}
