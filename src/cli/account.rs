//! Commands of this group.
use super::{Failure, Outcome};
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct AccountArgs {}
/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn account(_args: AccountArgs, _dirs: &super::Dirs) -> Outcome {
    Err(Failure::Failed("not built yet".into()))
}
