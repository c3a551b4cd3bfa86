//! Folders: once, edited, unmatched, quarantined.
