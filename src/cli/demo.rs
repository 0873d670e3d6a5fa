//! Commands of this group.
use super::{Failure, Outcome};
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {}
/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn demo(_args: DemoArgs, _dirs: &super::Dirs) -> Outcome {
    Err(Failure::Failed("not built yet".into()))
}
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct LoopbackArgs {}
/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn loopback(_args: LoopbackArgs, _dirs: &super::Dirs) -> Outcome {
    Err(Failure::Failed("not built yet".into()))
}
