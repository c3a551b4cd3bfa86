//! Captures against masters of a small site.
