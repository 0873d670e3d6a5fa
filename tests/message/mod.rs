//! Whole messages: read, recognized, built.

mod builders;
mod compose;
mod corpus;
mod hostile;
mod invented;
mod mdn;
mod media;
mod nonconforming;
mod other_readers;
mod programs;
mod python;
mod receive;
mod recognition;
mod reports;
mod requirements;
mod validate;
mod vendors;
mod violations;
mod vs_mail_parser;
