//! The page by its forms.
