"""The audit trail: PS3.15 A.5 messages made of the journal, kept so that changes show."""
