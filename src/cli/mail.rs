//! Commands of this group.
use super::{Failure, Outcome};
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct SyncArgs {}
/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn sync(_args: SyncArgs, _dirs: &super::Dirs) -> Outcome {
    Err(Failure::Failed("not built yet".into()))
}
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct ListArgs {}
/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn list(_args: ListArgs, _dirs: &super::Dirs) -> Outcome {
    Err(Failure::Failed("not built yet".into()))
}
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct SendArgs {}
/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn send(_args: SendArgs, _dirs: &super::Dirs) -> Outcome {
    Err(Failure::Failed("not built yet".into()))
}
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct OutboxArgs {}
/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn outbox(_args: OutboxArgs, _dirs: &super::Dirs) -> Outcome {
    Err(Failure::Failed("not built yet".into()))
}
