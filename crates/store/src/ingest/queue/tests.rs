//! Bounds of the queue.
