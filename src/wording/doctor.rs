//! What `engine::doctor` finds, in words: what was looked at, how it is, and what to do. Nothing of it
//! names an address, a host, a folder or what somebody else said, unless the details are asked for.

use super::{failure, servers};
use crate::engine::{
    Broken, Error, Service,
    doctor::{Check, Fact, Finding, Lack, Verdict},
};

/// A line of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// A word for scripts, which is the same in every language.
    pub code: &'static str,
    /// The account's place in the list, from 1.
    pub account: Option<usize>,
    /// How it is.
    pub verdict: Verdict,
    /// What was looked at.
    pub what: String,
    /// How it is, in words.
    pub says: String,
    /// What to do about it, where something is wrong.
    pub fix: Option<String>,
}

/// The word of a check.
#[must_use]
pub fn code(check: Check) -> &'static str {
    match check {
        Check::Folder => "folder",
        Check::Disk => "disk",
        Check::Database => "database",
        Check::Keyring => "keyring",
        Check::Clock => "clock",
        Check::Provider => "provider",
        Check::Name(Service::Imap) => "imap-name",
        Check::Name(Service::Smtp) => "smtp-name",
        Check::Connection(Service::Imap) => "imap-connection",
        Check::Connection(Service::Smtp) => "smtp-connection",
        Check::SignIn(Service::Imap) => "imap-sign-in",
        Check::SignIn(Service::Smtp) => "smtp-sign-in",
        Check::Offers(Service::Imap) => "imap-offers",
        Check::Offers(Service::Smtp) => "smtp-offers",
        Check::Profile(Service::Imap) => "imap-profile",
        Check::Profile(Service::Smtp) => "smtp-profile",
        Check::ServerRows => "server-rows",
        Check::WhitePages => "white-pages",
    }
}

/// The word of a verdict.
#[must_use]
pub fn verdict_code(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "ok",
        Verdict::Warning => "warning",
        Verdict::Failure => "failure",
        Verdict::Skipped => "skipped",
    }
}

/// A verdict for people.
#[must_use]
pub fn verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::Good => fl!("doctor-ok"),
        Verdict::Warning => fl!("doctor-warning"),
        Verdict::Failure => fl!("doctor-failure"),
        Verdict::Skipped => fl!("doctor-skipped"),
    }
}

/// A finding as a line; `account` is its place in the list. With `details` it says what servers and the
/// system said, which may name people and places.
#[must_use]
pub fn line(finding: &Finding, account: Option<usize>, details: bool) -> Line {
    let (says, fix) = match (finding.check, &finding.fact) {
        // That is all that was looked at.
        (Check::Clock, Fact::Good) => (fl!("doctor-clock-good"), None),
        (_, fact) => words(fact, details),
    };
    Line {
        code: code(finding.check),
        account,
        verdict: finding.fact.verdict(),
        what: what(finding.check),
        says,
        fix,
    }
}

/// What is known of the loudspeakers or microphones of this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// One was opened.
    Opened,
    /// The system lists some; none was opened.
    Listed,
    /// There is none, or it cannot be opened.
    Unusable,
}

/// A line about a sound device, which the engine knows nothing of.
#[must_use]
pub fn device(microphone: bool, found: Device) -> Line {
    let (code, what, fix) = if microphone {
        ("microphone", fl!("doctor-microphone"), fl!("doctor-fix-microphone"))
    } else {
        ("loudspeaker", fl!("doctor-loudspeaker"), fl!("doctor-fix-loudspeaker"))
    };
    Line {
        code,
        account: None,
        verdict: match found {
            Device::Opened | Device::Listed => Verdict::Good,
            Device::Unusable => Verdict::Warning,
        },
        what,
        says: match found {
            Device::Opened => fl!("doctor-good"),
            Device::Listed => fl!("doctor-device-listed"),
            Device::Unusable => fl!("doctor-no-device"),
        },
        fix: (found == Device::Unusable).then_some(fix),
    }
}

fn what(check: Check) -> String {
    match check {
        Check::Folder => fl!("doctor-folder"),
        Check::Disk => fl!("doctor-disk"),
        Check::Database => fl!("doctor-database"),
        Check::Keyring => fl!("doctor-keyring"),
        Check::Clock => fl!("doctor-clock"),
        Check::Provider => fl!("doctor-provider"),
        Check::Name(Service::Imap) => fl!("doctor-imap-name"),
        Check::Name(Service::Smtp) => fl!("doctor-smtp-name"),
        Check::Connection(Service::Imap) => fl!("doctor-imap-connection"),
        Check::Connection(Service::Smtp) => fl!("doctor-smtp-connection"),
        Check::SignIn(Service::Imap) => fl!("doctor-imap-sign-in"),
        Check::SignIn(Service::Smtp) => fl!("doctor-smtp-sign-in"),
        Check::Offers(Service::Imap) => fl!("doctor-imap-offers"),
        Check::Offers(Service::Smtp) => fl!("doctor-smtp-offers"),
        Check::Profile(Service::Imap) => fl!("doctor-imap-profile"),
        Check::Profile(Service::Smtp) => fl!("doctor-smtp-profile"),
        Check::ServerRows => fl!("doctor-server-rows"),
        Check::WhitePages => fl!("doctor-white-pages"),
    }
}

fn words(fact: &Fact, details: bool) -> (String, Option<String>) {
    let free = |octets: u64| fl!("doctor-free", megabytes = (octets >> 20).to_string());
    match fact {
        Fact::Good => (fl!("doctor-good"), None),
        Fact::Free(octets) => match fact.verdict() {
            Verdict::Good | Verdict::Skipped => (free(*octets), None),
            Verdict::Warning | Verdict::Failure => (free(*octets), Some(fl!("doctor-fix-room"))),
        },
        Fact::OpenToOthers => (fl!("doctor-open"), Some(fl!("doctor-fix-open"))),
        Fact::NoPassword => (fl!("doctor-no-password"), Some(fl!("doctor-fix-password"))),
        Fact::NoKeyring => (fl!("doctor-no-keyring"), Some(fl!("doctor-fix-keyring"))),
        Fact::ClockBehind(seconds) => {
            let minutes = (seconds / 60).to_string();
            (fl!("doctor-clock-behind", minutes = minutes), Some(fl!("doctor-fix-clock")))
        }
        Fact::NoAddress => (fl!("doctor-no-address"), Some(fl!("doctor-fix-name"))),
        Fact::Unencrypted => (fl!("doctor-unencrypted"), Some(fl!("doctor-fix-unencrypted"))),
        Fact::Lacks(lacks) => {
            let all: Vec<String> = lacks.iter().map(|lack| lacking(*lack)).collect();
            (all.join(" "), Some(fl!("doctor-fix-lacks")))
        }
        Fact::Treated(rows) => (servers::rows(rows, details), None),
        Fact::Rows(faults) => {
            let all = faults.iter().map(|fault| servers::fault(fault, details));
            (all.collect::<Vec<_>>().join("; "), Some(fl!("doctor-fix-rows")))
        }
        Fact::TooLong => (fl!("doctor-too-long"), Some(fl!("doctor-fix-connection"))),
        Fact::Skipped => (fl!("doctor-not-tried"), None),
        Fact::Failed(error) if details => (failure::in_full(error), Some(fix(error))),
        Fact::Failed(error) => (plain(error), Some(fix(error))),
    }
}

fn lacking(lack: Lack) -> String {
    match lack {
        Lack::Idle => fl!("doctor-lacks-idle"),
        Lack::Move => fl!("doctor-lacks-move"),
        Lack::Condstore => fl!("doctor-lacks-condstore"),
        Lack::Dsn => fl!("doctor-lacks-dsn"),
        Lack::Size => fl!("doctor-lacks-size"),
    }
}

/// An error without what it quotes.
fn plain(error: &Error) -> String {
    match error {
        Error::Unreachable { reason, .. } => match reason {
            Broken::Handshake(_) | Broken::Goodbye(_) | Broken::Said(_) => {
                fl!("doctor-unreachable")
            }
            other => failure::broken(other),
        },
        Error::Server(_) => fl!("doctor-refused"),
        Error::WrongSecurity { .. } => fl!("doctor-wrong-encryption"),
        Error::Refused(_) | Error::Invalid(_) => fl!("error-other"),
        other => failure::error(other),
    }
}

fn fix(error: &Error) -> String {
    match error {
        Error::Auth(_) | Error::PasswordNeeded | Error::NoSignIn => fl!("doctor-fix-password"),
        Error::SignIn(_) => fl!("doctor-fix-sign-in"),
        Error::NoKeyring(_) => fl!("doctor-fix-keyring"),
        Error::Certificate(_) => fl!("doctor-fix-certificate"),
        Error::NoEncryption | Error::WrongSecurity { .. } => fl!("doctor-fix-encryption"),
        Error::DiskFull => fl!("doctor-fix-room"),
        Error::Damaged(_) => fl!("doctor-fix-damaged"),
        Error::NewerDatabase { .. } => fl!("doctor-fix-newer"),
        Error::FolderBusy => fl!("doctor-fix-busy"),
        Error::Store(_) | Error::Unread(_) | Error::Altered => fl!("doctor-fix-folder"),
        _ => fl!("doctor-fix-connection"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_signs_in_at_a_provider_is_told_of_no_password() {
        for (error, provider) in [
            (Error::SignIn(crate::engine::SignInFault::Expired), true),
            (Error::PasswordNeeded, false),
        ] {
            let fix = fix(&error);
            assert_eq!(fix.contains("your provider"), provider, "{fix}");
            assert_eq!(fix.contains("password"), !provider, "{fix}");
        }
    }

    #[test]
    fn a_line_says_no_more_than_was_looked_at() {
        let clock = Finding { check: Check::Clock, account: None, fact: Fact::Good };
        assert_eq!(line(&clock, None, false).says, "It isn’t behind the newest message.");
        for (found, says, fix) in [
            (Device::Opened, "All is well.", false),
            (Device::Listed, "The system names one. It wasn’t opened.", false),
            (Device::Unusable, "There is none that can be used.", true),
        ] {
            let line = device(true, found);
            assert_eq!((line.says.as_str(), line.fix.is_some()), (says, fix));
        }
    }
}
