//! `aloud doctor`: looks at everything that Aloud stands on. Without `--details` the report names no
//! address, no host and no folder, so that it can be shown to others; it never holds a password.

use clap::Args;
use serde_json::json;

use super::{
    Dirs, Failure, Outcome, block_on,
    mail::{self, keyring, options},
    password::{PasswordArgs, Secrets},
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
    #[command(flatten)]
    password: PasswordArgs,
}

/// Runs `doctor`.
///
/// # Errors
/// [`Failure::Failed`] when a check failed; warnings are no failure.
pub fn doctor(args: DoctorArgs, dirs: &Dirs) -> Outcome {
    let secrets = Secrets::new(args.password.given()?, keyring(dirs));
    let options = options(dirs, secrets.store.clone());
    let (found, accounts) = block_on(async {
        match Engine::start(options).await {
            Ok(engine) => {
                mail::say_rebuilt(&engine, args.details);
                let found = match secrets.settle(&engine).await {
                    Ok(()) => Ok(engine.examine().await),
                    Err(failure) => Err(failure),
                };
                let accounts = engine.accounts().await.unwrap_or_default();
                engine.shutdown().await;
                let ids = accounts.into_iter().map(|account| account.id);
                found.map(|found| (found, ids.collect::<Vec<_>>()))
            }
            Err(error) => Ok((without_engine(dirs, error), Vec::new())),
        }
    })??;
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

/// Whether a loudspeaker and a microphone can be opened, within a few seconds. A system may list
/// devices behind which there is nothing, so both are opened for a moment: nothing is heard or kept.
#[cfg(feature = "audio")]
fn sound() -> Vec<Line> {
    use std::{sync::Arc, time::Duration};

    use crate::{
        audio::{Audio, ClipId, Command, Phase, RecorderPhase, Segment},
        codec::Pcm,
    };
    /// How long the system is given.
    const LIMIT: Duration = Duration::from_secs(5);
    let Ok(audio) = Audio::start() else { return Vec::new() };
    let silence = Arc::new(Pcm { samples: vec![0; 800], rate: 8_000 });
    audio.send(Command::Load {
        clip: ClipId(String::new()),
        segments: vec![Segment::whole("", silence, false)],
        segment: 0,
        at: Duration::ZERO,
        play: true,
    });
    audio.send(Command::Monitor(true));
    let mut state = audio.state();
    let (mut loudspeaker, mut microphone) = (None, None);
    let tried = async {
        while loudspeaker.is_none() || microphone.is_none() {
            let seen = state.borrow_and_update().clone();
            loudspeaker = match (&seen.player.problem, seen.player.phase) {
                (Some(_), _) => Some(false),
                (None, Phase::Ended) => Some(true),
                (None, _) => None,
            };
            microphone = match (&seen.recorder.problem, seen.recorder.phase) {
                (Some(_), _) => Some(false),
                (None, RecorderPhase::Monitoring) => Some(true),
                (None, _) => None,
            };
            if state.changed().await.is_err() {
                break;
            }
        }
    };
    // A system that hangs has none that can be used.
    let _ = block_on(async { tokio::time::timeout(LIMIT, tried).await });
    let opened = |found: Option<bool>| match found {
        Some(true) => words::Device::Opened,
        Some(false) | None => words::Device::Unusable,
    };
    vec![words::device(true, opened(microphone)), words::device(false, opened(loudspeaker))]
}

#[cfg(not(feature = "audio"))]
fn sound() -> Vec<Line> {
    Vec::new()
}
