//! Codecs against known answers: the shared vectors, and signals of our own.

mod any_input;
mod command;
mod signals;
mod stream;
mod vectors;
