"""Revocation data and issuers' certificates beyond the file: a local cache, and addresses that the operator allows.

Nothing is fetched in a request: intake and verification jobs ask. What comes in is kept as evidence; whether it settles anything is
judged by the engine alone, which checks every signature and time itself.
"""
