//! The engine against scripted servers, byte by byte.

mod account;
mod imap_wire;
mod memory;
mod script;
mod secrecy;
mod smtp_wire;
