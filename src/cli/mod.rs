//! The command line: the same library for scripts and administrators.
//!
//! Exit codes: 0 done, 1 failed, 2 usage, 3 refused by a rule; the reason goes to stderr.
