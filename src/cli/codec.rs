//! Commands of this group.
use super::{Failure, Outcome};
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct CodecArgs {}
/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn codec(_args: CodecArgs) -> Outcome {
    Err(Failure::Failed("not built yet".into()))
}
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct PlayArgs {}
/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn play(_args: PlayArgs) -> Outcome {
    Err(Failure::Failed("not built yet".into()))
}
