//! The engine against scripted servers, byte by byte.

mod imap_wire;
mod script;
mod secrecy;
mod smtp_wire;
