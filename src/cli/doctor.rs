//! `aloud doctor`: looks at everything that Aloud stands on. Without `--details` the report names no
//! address, no host and no folder, so that it can be shown to others; it never holds a password.

use clap::Args;
use serde_json::json;

use super::{
    Dirs, Failure, Outcome, block_on,
    mail::{given_password, options},
};
use crate::{
    engine::{
        Engine, Error,
        doctor::{self, Check, Fact, Finding, Verdict},
    },
    model::AccountId,
    wording::doctor::{self as words, Line},
};

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// One JSON object.
    #[arg(long)]
    json: bool,
    /// Also say what servers and the system said, with hosts and addresses.
    #[arg(long)]
    details: bool,
    /// Read the password from standard input (also: ALOUD_PASSWORD).
    #[arg(long)]
    password_stdin: bool,
}

/// Runs `doctor`.
///
/// # Errors
/// [`Failure::Failed`] when a check failed; warnings are no failure.
pub fn doctor(args: DoctorArgs, dirs: &Dirs) -> Outcome {
    let given = given_password(args.password_stdin)?;
    let options = options(dirs, given);
    let (found, accounts) = block_on(async {
        match Engine::start(options).await {
            Ok(engine) => {
                let found = engine.examine().await;
                let accounts = engine.accounts().await.unwrap_or_default();
                engine.shutdown().await;
                (found, accounts.into_iter().map(|account| account.id).collect())
            }
            Err(error) => (without_engine(dirs, error), Vec::new()),
        }
    })?;
    let place = |id: AccountId| {
        let accounts: &Vec<AccountId> = &accounts;
        accounts.iter().position(|known| *known == id).map(|at| at + 1)
    };
    let mut lines: Vec<Line> = found
        .iter()
        .map(|finding| words::line(finding, finding.account.and_then(place), args.details))
        .collect();
    lines.extend(sound());
    let count = |verdict| lines.iter().filter(|line| line.verdict == verdict).count();
    let failed = count(Verdict::Failure);
    if args.json {
        let checks: Vec<serde_json::Value> = lines.iter().map(as_json).collect();
        println!(
            "{}",
            json!({
                "checks": checks,
                "passed": count(Verdict::Good),
                "warned": count(Verdict::Warning),
                "failed": failed,
                "skipped": count(Verdict::Skipped),
            })
        );
    } else {
        for line in &lines {
            println!("{}", as_text(line));
        }
        println!(
            "{}",
            fl!(
                "doctor-summary",
                passed = count(Verdict::Good).to_string(),
                warned = count(Verdict::Warning).to_string(),
                failed = failed.to_string()
            )
        );
    }
    if failed == 0 { Ok(()) } else { Err(Failure::Failed(fl!("doctor-failed", count = failed))) }
}

/// What can be said where the engine does not start.
fn without_engine(dirs: &Dirs, error: Error) -> Vec<Finding> {
    let mut found = doctor::folder(&dirs.data);
    found.push(Finding { check: Check::Database, account: None, fact: Fact::Failed(error) });
    found
}

fn as_json(line: &Line) -> serde_json::Value {
    json!({
        "check": line.code,
        "account": line.account,
        "result": words::verdict_code(line.verdict),
        "says": line.says,
        "fix": line.fix,
    })
}

fn as_text(line: &Line) -> String {
    let account = line.account.map(|number| fl!("doctor-account", number = number.to_string()));
    let what = account.into_iter().chain([line.what.clone()]).collect::<Vec<_>>().join(", ");
    let fix = line.fix.as_ref().map(|fix| format!("\n    {fix}")).unwrap_or_default();
    format!("{}: {what}: {}{fix}", words::verdict(line.verdict), line.says)
}

/// Whether there are a loudspeaker and a microphone, within a few seconds.
#[cfg(feature = "audio")]
fn sound() -> Vec<Line> {
    use crate::audio::{Audio, Command};
    /// How long the system is given to list its devices.
    const LIMIT: std::time::Duration = std::time::Duration::from_secs(5);
    let Ok(audio) = Audio::start() else { return Vec::new() };
    audio.send(Command::ListDevices);
    let mut state = audio.state();
    let listed = async {
        while state.changed().await.is_ok() {
            let seen = state.borrow_and_update();
            if !seen.outputs.is_empty() && !seen.inputs.is_empty() {
                return;
            }
        }
    };
    // A system that lists nothing, or hangs, has none.
    let _ = block_on(async { tokio::time::timeout(LIMIT, listed).await });
    let seen = audio.state().borrow().clone();
    vec![
        words::device(true, !seen.inputs.is_empty()),
        words::device(false, !seen.outputs.is_empty()),
    ]
}

#[cfg(not(feature = "audio"))]
fn sound() -> Vec<Line> {
    Vec::new()
}
