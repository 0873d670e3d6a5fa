//! `aloud validate`: which rows of `docs/standards.md` a message in a file keeps.

use std::io::{self, Write};

use super::{Failure, Outcome, in_file, input::Input};
use crate::message::validate::{self, Outcome as Result, Profile, Report, Row};

/// Arguments of `aloud validate`.
#[derive(Debug, clap::Args)]
pub struct ValidateArgs {
    /// A message (RFC 5322); `-` is standard input.
    #[arg(value_name = "FILE")]
    pub file: String,
    /// What it is to be checked as; by default what its structure claims.
    #[arg(long, value_enum)]
    pub profile: Option<Named>,
    /// One JSON object with all rows.
    #[arg(long)]
    pub json: bool,
    /// Show the rows that are kept or do not apply, too.
    #[arg(long, conflicts_with = "json")]
    pub all: bool,
}

/// `--profile`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Named {
    /// VPIM version 2 (RFC 3801, RFC 2421).
    Vpim,
    /// Internet Voice Messaging (RFC 4239).
    Ivm,
}

impl From<Named> for Profile {
    fn from(named: Named) -> Self {
        match named {
            Named::Vpim => Self::Vpim,
            Named::Ivm => Self::Ivm,
        }
    }
}

/// Checks a message.
///
/// # Errors
/// [`Failure::Failed`] when a MUST is violated or the file cannot be read.
pub fn validate(args: ValidateArgs) -> Outcome {
    let input = Input::open(&args.file)
        .map_err(|error| Failure::Failed(format!("{}: {error}", args.file)))?;
    let profile = args.profile.map(Profile::from);
    let report = if input.large.is_whole() {
        validate::validate(input.large.octets(), profile)
    } else {
        eprintln!("aloud: {}", fl!("cli-beginnings-checked"));
        validate::validate_beginnings(input.large.octets(), profile)
    };
    let text = if args.json {
        report.to_json(&args.file).to_string() + "\n"
    } else {
        for_people(&report, &args.file, args.all)
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Nobody reads on (`| head`): the verdict still counts.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    match report.count(Result::Fail) {
        0 => Ok(()),
        broken => Err(in_file(&args.file, fl!("cli-requirements", count = broken))),
    }
}

/// Failures first, a line each, then warnings, then on request the rest, then a summary.
fn for_people(report: &Report, file: &str, all: bool) -> String {
    let shown: &[Result] = if all {
        &[Result::Fail, Result::Warn, Result::Pass, Result::NotApplicable]
    } else {
        &[Result::Fail, Result::Warn]
    };
    let mut out = String::new();
    for result in shown {
        report.with(*result).for_each(|row| out += &line(row));
    }
    let what = match report.profile {
        Profile::Vpim => fl!("cli-as-vpim"),
        Profile::Ivm => fl!("cli-as-ivm"),
        Profile::Mail => fl!("cli-as-mail"),
    };
    let count = |result| report.count(result).to_string();
    let summary = fl!(
        "cli-validated",
        what = what,
        failed = count(Result::Fail),
        warned = count(Result::Warn),
        passed = count(Result::Pass),
        idle = count(Result::NotApplicable)
    );
    out + &format!("{file}: {summary}\n")
}

fn line(row: &Row) -> String {
    format!(
        "{:<5} {:<18} {:<10}  {}\n",
        row.result.as_str(),
        row.id,
        row.level.as_str(),
        row.reason
    )
}
