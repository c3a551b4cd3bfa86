//! stand-in until the layout compiles
