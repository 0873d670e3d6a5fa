//! The engine: against scripted servers, byte by byte, and as a whole over the built-in server.

mod account;
mod ahead;
mod canary;
mod demo;
mod directory;
mod drafts;
mod identity;
mod imap_wire;
mod mailboxes;
mod matching;
mod moves;
mod must_not;
mod online;
mod outbox;
mod own_card;
mod receipts;
mod refusals;
mod scale;
mod secrecy;
mod sending;
mod smtp_wire;
mod sound;
pub mod streaming;
mod submission;
mod submit;
mod treat;
mod whole;
