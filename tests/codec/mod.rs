//! Codecs against known answers: the shared vectors, and signals of our own.

mod vectors;
