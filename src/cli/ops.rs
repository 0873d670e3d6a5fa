//! `aloud ops`: what was asked for of the servers and is not done, with the servers' own words.

use clap::Args;
use serde_json::json;

use super::{Dirs, Outcome, mail::with_engine, password::PasswordArgs};
use crate::{
    engine::{OpFailure, Operation, OperationId, OperationKind, OperationState},
    wording,
};

/// Arguments of `ops`.
#[derive(Debug, Args)]
pub struct OpsArgs {
    /// One JSON object a row.
    #[arg(long)]
    json: bool,
    /// Ask the server again now.
    #[arg(long, value_name = "ID", conflicts_with = "discard")]
    retry: Option<i64>,
    /// Forget a row; what it did here is taken back.
    #[arg(long, value_name = "ID")]
    discard: Option<i64>,
    #[command(flatten)]
    password: PasswordArgs,
}

/// Runs `ops`.
///
/// # Errors
/// [`super::Failure::Failed`] when there is no such row.
pub fn ops(args: OpsArgs, dirs: &Dirs) -> Outcome {
    let given = args.password.given()?;
    with_engine(dirs, given, async move |engine| {
        if let Some(id) = args.discard {
            engine.discard_operation(OperationId(id)).await?;
        }
        if let Some(id) = args.retry {
            engine.retry_operation(OperationId(id)).await?;
            engine.settle_operations().await;
        }
        for operation in engine.operations().await? {
            if args.json {
                println!("{}", object(&operation));
            } else {
                println!("{}\t{}", operation.id.0, wording::operation::sentence(&operation));
            }
        }
        Ok(())
    })
}

/// A row with its codes, which are the same in every language; `sentence` is for people.
fn object(operation: &Operation) -> serde_json::Value {
    let (kind, flag, target) = match &operation.kind {
        OperationKind::Mark(flag, true) => ("add", Some(flag.as_str()), None),
        OperationKind::Mark(flag, false) => ("remove", Some(flag.as_str()), None),
        OperationKind::Move(to) => ("move", None, Some(to.0)),
        OperationKind::File => ("append", None, None),
    };
    let (state, due) = match operation.state {
        OperationState::Waiting => ("waiting", None),
        OperationState::Later(at) => ("later", Some(at.to_rfc3339())),
        OperationState::Failed => ("failed", None),
    };
    json!({
        "id": operation.id.0,
        "account": operation.account.0,
        "mailbox": operation.mailbox.0,
        "message": operation.message.0,
        "subject": operation.subject,
        "kind": kind,
        "flag": flag,
        "target": target,
        "state": state,
        "due": due,
        "why": match operation.why {
            OpFailure::None => None,
            why => Some(why.as_str()),
        },
        "said": operation.said,
        "attempts": operation.attempts,
        "sentence": wording::operation::sentence(operation),
    })
}
