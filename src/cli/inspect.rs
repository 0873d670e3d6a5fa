//! Commands of this group.
use super::{Failure, Outcome};
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct InspectArgs {}
/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn inspect(_args: InspectArgs) -> Outcome {
    Err(Failure::Failed("not built yet".into()))
}
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct ExtractArgs {}
/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn extract(_args: ExtractArgs) -> Outcome {
    Err(Failure::Failed("not built yet".into()))
}
