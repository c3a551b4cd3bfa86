//! Reconciliation of the books: the flow sheet of a site over its periods, as a system of balances.
