//! Tests of the window that need more than one module; see docs/ARCHITECTURE.md.

mod words;
