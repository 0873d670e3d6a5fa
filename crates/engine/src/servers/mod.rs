//! What is different about mail servers, as data: `assets/servers.toml` and whatever a user adds.
//!
//! A row says by which [`Clue`]s a server is known (its host, its greeting, what it offers, what it
//! answers to ID) and how it is to be treated ([`Treatment`]). Several rows may be of one server:
//! the first that says something decides, and lists add up. What no row says is as the standards say
//! (RFC 9051, RFC 5321). Rows never loosen what protects mail: identity before anything is removed,
//! TLS, a look before a copy is added.
//!
//! Not here: where the servers of an address are (`autoconfig`). Bounds: [`mod@file`]. Tests: `tests`
//! below, `tests/engine/profiles.rs`.

mod file;
mod treatment;

use std::sync::{Arc, LazyLock, PoisonError, RwLock};

pub use file::{FILE_MAX, Fault, ROWS_MAX, Reason};
pub use treatment::{Means, Names, Treatment, Words};

/// Characters kept of a greeting, and of one value of an answer to ID.
const SAID: usize = 1000;
/// Values kept of an answer to ID (RFC 2971 section 3.3).
const VALUES: usize = 30;

/// By what a server is known: all that one clue says must be so.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Clue {
    /// Its host, or a domain above it.
    host: Option<String>,
    /// Words of its greeting, in small letters.
    greeting: Option<String>,
    /// Something that it offers (an IMAP capability, an EHLO keyword).
    capability: Option<String>,
    /// Words of its answer to ID, in small letters.
    id: Option<String>,
    /// What the version in that answer begins with.
    id_version: Option<String>,
    /// Every server.
    #[serde(default)]
    any: bool,
}

/// Which kind of clue a server was known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// Its host.
    Host,
    /// Its greeting.
    Greeting,
    /// What it offers.
    Capability,
    /// What it answers to ID.
    Id,
    /// The row is of every server.
    Any,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Row {
    /// Names the row: small letters, digits and hyphens.
    pub id: String,
    /// What it is about, for people.
    pub name: String,
    /// Where it is known from.
    #[serde(default)]
    pub source: String,
    /// Any of these is enough.
    when: Vec<Clue>,
    treat: Treatment,
    /// The user wrote it.
    #[serde(skip)]
    own: bool,
}

/// All rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// In order of precedence.
    #[serde(default, rename = "server")]
    pub rows: Vec<Row>,
}

/// What is known of a server so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clues {
    host: String,
    greeting: String,
    capabilities: Vec<String>,
    id: Vec<(String, String)>,
}

/// A row that is of a server.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Matched {
    /// The row.
    pub id: String,
    /// What it is about.
    pub name: String,
    /// The user wrote it.
    pub own: bool,
    /// What the server is known by.
    pub by: By,
    /// Where the row is known from.
    pub source: String,
}

/// How one server is to be treated, and by which rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// The rows that are of it, first things first.
    pub matched: Vec<Matched>,
    /// What they say together.
    pub treatment: Treatment,
}

impl Clues {
    /// A server of which nothing is known but its name.
    #[must_use]
    pub fn of_host(host: &str) -> Self {
        Self { host: host.trim_end_matches('.').to_ascii_lowercase(), ..Self::default() }
    }

    /// What it said first.
    pub fn greeted(&mut self, said: &str) {
        self.greeting = short(said).to_lowercase();
    }

    /// What it offers (upper case).
    pub fn offers(&mut self, capabilities: &[String]) {
        for name in capabilities {
            if !self.capabilities.contains(name) {
                self.capabilities.push(name.clone());
            }
        }
    }

    /// What it answered to ID.
    pub fn introduced(&mut self, id: &[(String, String)]) {
        let kept = id.iter().take(VALUES);
        self.id =
            kept.map(|(key, value)| (key.to_lowercase(), short(value).to_lowercase())).collect();
    }
}

fn short(text: &str) -> String {
    text.chars().take(SAID).collect()
}

/// Whether words stand in a text and are no part of another word, above all not of a host's name: a
/// greeting often begins with one.
fn stands_alone(words: &str, text: &str) -> bool {
    text.match_indices(words).any(|(at, found)| {
        let (before, after) = (text.get(..at), text.get(at + found.len()..));
        let joins = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
        let free_before = before.is_some_and(|before| !before.ends_with(joins));
        let after = after.unwrap_or_default();
        // The end of a sentence parts nothing.
        let after = after.strip_prefix('.').map_or(after, |rest| {
            if rest.starts_with(char::is_alphanumeric) { after } else { rest }
        });
        free_before && !after.starts_with(joins)
    })
}

impl Row {
    /// Whether it is of every server.
    #[must_use]
    pub fn is_of_all(&self) -> bool {
        self.when.iter().any(|clue| clue.any)
    }
}

impl Clue {
    /// The kind of clue by which the server is known; `None` when it is another one.
    fn fits(&self, clues: &Clues) -> Option<By> {
        let mut by = None;
        let mut holds = |wanted: bool, is: bool, kind: By| {
            if wanted {
                by.get_or_insert(kind);
            }
            !wanted || is
        };
        let within = |domain: &String| {
            clues
                .host
                .strip_suffix(domain.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let says =
            |words: &String| clues.id.iter().any(|(_, value)| value.contains(words.as_str()));
        let version = |start: &String| {
            clues
                .id
                .iter()
                .any(|(key, value)| key == "version" && value.starts_with(start.as_str()))
        };
        let greeted = |words: &String| stands_alone(words, &clues.greeting);
        let offered = |name: &String| clues.capabilities.contains(name);
        let all = holds(self.host.is_some(), self.host.as_ref().is_some_and(within), By::Host)
            && holds(self.id.is_some(), self.id.as_ref().is_some_and(says), By::Id)
            && holds(
                self.id_version.is_some(),
                self.id_version.as_ref().is_some_and(version),
                By::Id,
            )
            && holds(
                self.greeting.is_some(),
                self.greeting.as_ref().is_some_and(greeted),
                By::Greeting,
            )
            && holds(
                self.capability.is_some(),
                self.capability.as_ref().is_some_and(offered),
                By::Capability,
            )
            && holds(self.any, true, By::Any);
        by.filter(|_| all)
    }
}

/// The user's table and what is wrong with it, besides Aloud's own.
struct Installed {
    table: Table,
    faults: Vec<Fault>,
}

static BUILTIN: LazyLock<Arc<Installed>> = LazyLock::new(|| {
    // A test reads every row, so none is lost here.
    let (table, faults) = Table::read(include_str!("../../../../assets/servers.toml"));
    Arc::new(Installed { table, faults })
});
static INSTALLED: RwLock<Option<Arc<Installed>>> = RwLock::new(None);

impl Table {
    /// The rows that come with Aloud.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN.table
    }

    /// Sets the user's rows for this process, with what is wrong with them. They come before Aloud's
    /// own, and one takes the place of the row of the same id.
    pub fn install(own: Self, faults: Vec<Fault>) {
        let table = own.before(Self::builtin());
        let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
        *installed = Some(Arc::new(Installed { table, faults }));
    }

    /// What is wrong with the user's rows; `None` where there are none.
    #[must_use]
    pub fn faults() -> Option<Vec<Fault>> {
        let installed = INSTALLED.read().unwrap_or_else(PoisonError::into_inner);
        installed.as_ref().map(|installed| installed.faults.clone())
    }

    /// These rows, the user's, before those of Aloud.
    #[must_use]
    pub fn before(mut self, builtin: &Self) -> Self {
        self.rows.iter_mut().for_each(|row| row.own = true);
        let replaced = |row: &&Row| !self.rows.iter().any(|own| own.id == row.id);
        let rest: Vec<Row> = builtin.rows.iter().filter(replaced).cloned().collect();
        self.rows.extend(rest);
        self
    }

    /// How a server is to be treated.
    #[must_use]
    pub fn profile(&self, clues: &Clues) -> Profile {
        let mut profile = Profile::default();
        for row in &self.rows {
            let Some(by) = row.when.iter().find_map(|clue| clue.fits(clues)) else { continue };
            let mut treat = row.treat.clone();
            treat.words.iter_mut().for_each(|words| words.general = by == By::Any);
            profile.treatment.then(&treat);
            profile.matched.push(Matched {
                id: row.id.clone(),
                name: row.name.clone(),
                own: row.own,
                by,
                source: row.source.clone(),
            });
        }
        profile
    }
}

impl Profile {
    /// By the table of this process.
    #[must_use]
    pub fn of(clues: &Clues) -> Self {
        let installed = INSTALLED.read().unwrap_or_else(PoisonError::into_inner).clone();
        installed.unwrap_or_else(|| Arc::clone(&BUILTIN)).table.profile(clues)
    }
}

impl Profile {
    /// The rows that are not of every server.
    #[must_use]
    pub fn special(&self) -> Vec<Matched> {
        self.matched.iter().filter(|row| row.own || row.by != By::Any).cloned().collect()
    }
}

impl std::ops::Deref for Profile {
    type Target = Treatment;

    fn deref(&self) -> &Treatment {
        &self.treatment
    }
}

#[cfg(test)]
mod tests;
