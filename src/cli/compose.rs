//! Commands of this group.
use super::{Failure, Outcome};
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct ComposeArgs {}
/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn compose(_args: ComposeArgs, _dirs: &super::Dirs) -> Outcome {
    Err(Failure::Failed("not built yet".into()))
}
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct ReplyArgs {}
/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn reply(_args: ReplyArgs, _dirs: &super::Dirs) -> Outcome {
    Err(Failure::Failed("not built yet".into()))
}
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct ForwardArgs {}
/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn forward(_args: ForwardArgs, _dirs: &super::Dirs) -> Outcome {
    Err(Failure::Failed("not built yet".into()))
}
