//! What a rule is, and what it can answer.

use super::scene::Scene;
use crate::display;

/// How binding a row is (RFC 2119).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// MUST.
    Must,
    /// MUST NOT.
    MustNot,
    /// SHOULD.
    Should,
    /// SHOULD NOT.
    ShouldNot,
    /// MAY: what is allowed, done right.
    May,
    /// Our own rule.
    Project,
}

impl Level {
    /// As the standards write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::MustNot => "MUST NOT",
            Self::Should => "SHOULD",
            Self::ShouldNot => "SHOULD NOT",
            Self::May => "MAY",
            Self::Project => "PROJECT",
        }
    }

    /// Whether a violation is a failure and not a warning.
    pub(super) const fn is_binding(self) -> bool {
        matches!(self, Self::Must | Self::MustNot)
    }
}

/// What came of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Kept.
    Pass,
    /// A MUST or MUST NOT is violated.
    Fail,
    /// A SHOULD is violated, or only the sender can know whether a MUST is.
    Warn,
    /// The row says nothing about this message.
    NotApplicable,
}

impl Outcome {
    /// The word of JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::NotApplicable => "na",
        }
    }
}

/// Which messages a rule is about. The voice scopes leave reports out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    All,
    Vpim,
    Ivm,
    /// VPIM and IVM.
    Voice,
    /// multipart/report.
    Report,
    Mdn,
    Dsn,
}

/// One row of the table.
pub(super) struct Rule {
    pub id: &'static str,
    pub level: Level,
    pub scope: Scope,
    /// Where the editions differ; added to the reason of a violation.
    pub note: &'static str,
    pub check: fn(&Scene<'_>) -> Verdict,
}

impl Rule {
    pub const fn new(
        id: &'static str,
        level: Level,
        scope: Scope,
        check: fn(&Scene<'_>) -> Verdict,
    ) -> Self {
        Self { id, level, scope, note: "", check }
    }

    pub const fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }
}

/// What a check answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Pass(String),
    Fail(String),
    /// Only the sender can know; a warning at any level.
    Doubt(String),
    NotApplicable(String),
}

/// Findings that are named in one reason; the rest is counted.
const NAMED: usize = 4;
/// Findings after which a check that goes octet by octet stops.
const ENOUGH: usize = 10_000;
/// Characters of one finding.
const FINDING_MAX: usize = 240;

/// Collects what a check finds.
#[derive(Default)]
pub(super) struct Findings {
    seen: usize,
    bad: Vec<String>,
    doubts: Vec<String>,
    more: usize,
}

impl Findings {
    /// Something that the rule is about is there.
    pub fn look(&mut self) {
        self.seen += 1;
    }

    /// The rule is violated. Counts as seen.
    pub fn bad(&mut self, what: impl AsRef<str>) {
        self.seen += 1;
        if self.bad.len() < NAMED {
            self.bad.push(shown(what.as_ref()));
        } else {
            self.more += 1;
        }
    }

    /// The rule may be violated. Counts as seen.
    pub fn doubt(&mut self, what: impl AsRef<str>) {
        self.seen += 1;
        if self.doubts.len() < NAMED {
            self.doubts.push(shown(what.as_ref()));
        } else {
            self.more += 1;
        }
    }

    /// Whether looking on would tell nobody anything.
    pub fn is_full(&self) -> bool {
        self.more >= ENOUGH
    }

    /// Seen, and violated when the condition does not hold.
    pub fn expect(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if holds { self.look() } else { self.bad(otherwise()) }
    }

    /// `pass` when nothing was found, `absent` when there was nothing to look at.
    pub fn verdict(self, pass: impl AsRef<str>, absent: &str) -> Verdict {
        if !self.bad.is_empty() {
            let more =
                if self.more > 0 { format!("; and {} more", self.more) } else { String::new() };
            Verdict::Fail(self.bad.join("; ") + &more)
        } else if !self.doubts.is_empty() {
            Verdict::Doubt(self.doubts.join("; "))
        } else if self.seen == 0 {
            Verdict::NotApplicable(absent.to_owned())
        } else {
            Verdict::Pass(shown(pass.as_ref()))
        }
    }
}

/// A text out of a message, on one line and not too long.
pub(super) fn shown(text: &str) -> String {
    let clean = display::clean(text);
    match clean.char_indices().nth(FINDING_MAX) {
        Some((at, _)) => format!("{}…", clean.get(..at).unwrap_or_default()),
        None => clean,
    }
}
