"""The formats an export may have, one module each."""
